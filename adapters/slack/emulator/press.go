package emulator

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"

	"riskroom/adapters/stage"
)

// Press has a person press a button in a message, which may be one that only
// they see. See https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
func (w *Workspace) Press(ctx context.Context, userID, channelID, ts, actionID string) (Reply, error) {
	return w.actInMessage(ctx, userID, channelID, ts, actionID, nil)
}

// Choose has a person choose in a menu of a message; for the values see Values.
func (w *Workspace) Choose(ctx context.Context, userID, channelID, ts, actionID string, values ...string) (Reply, error) {
	return w.actInMessage(ctx, userID, channelID, ts, actionID, append([]string{}, values...))
}

// PressInView has a person press a button in an open modal.
func (w *Workspace) PressInView(ctx context.Context, userID, viewID, actionID string) (Reply, error) {
	return w.actInView(ctx, userID, viewID, actionID, nil)
}

// ChooseInView has a person choose in a menu, or type into an input, of an
// open modal. The app is told if the menu stands in an actions or section block,
// or in an input block with dispatch_action.
func (w *Workspace) ChooseInView(ctx context.Context, userID, viewID, actionID string, values ...string) (Reply, error) {
	return w.actInView(ctx, userID, viewID, actionID, append([]string{}, values...))
}

// actInMessage acts on an element of a message; values is nil for a button. A
// button that only opens a link asks nothing of an app without an interaction
// URL.
func (w *Workspace) actInMessage(ctx context.Context, userID, channelID, ts, actionID string, values []string) (Reply, error) {
	cb, link, err := w.messageAction(userID, channelID, ts, actionID, values)
	if err != nil || link && cb.url == "" {
		return Reply{}, err
	}
	return w.caller.askFor(ctx, userID, cb)
}

func (w *Workspace) messageAction(userID, channelID, ts, actionID string, values []string) (callback, bool, error) {
	w.team.Lock()
	defer w.team.Unlock()
	user, err := w.team.person(userID)
	if err != nil {
		return callback{}, false, err
	}
	ch, err := w.team.within(user, channelID)
	if err != nil {
		return callback{}, false, err
	}
	m := w.team.Seen(userID, ch, ts)
	if m == nil {
		return callback{}, false, fmt.Errorf("emulator: @%s sees no message %s there", user.Name, ts)
	}
	if ch.Extra.archived {
		return callback{}, false, fmt.Errorf("emulator: nothing can be pressed in the archived #%s", ch.Name)
	}
	element, block, ok := findElement(m.Body.blocks, actionID)
	if !ok {
		return callback{}, false, fmt.Errorf("emulator: the message has no element %q", actionID)
	}
	action, held, err := w.act(element, block, values)
	if err != nil {
		return callback{}, false, err
	}
	payload := w.team.payload("block_actions", user)
	container := object{"type": "message", "message_ts": m.ID, "channel_id": ch.ID, "is_ephemeral": m.Only != ""}
	chosen := state{}
	if held != nil {
		chosen[block] = map[string]object{actionID: held}
	}
	maps.Copy(payload, object{
		"container": container, "channel": object{"id": ch.ID, "name": publicName(ch)}, "actions": []object{action},
		"state": object{"values": chosen}, "trigger_id": w.dialogs.newTrigger(user.ID), "response_url": w.caller.newResponseURL(user.ID, ch, m),
	})
	if m.Only == "" {
		payload["message"] = w.team.shown(m, false)
	}
	w.team.Publish(stage.ActionSent, user.ID, ch, m, w.actionLabel(element, values))
	return interactionCallback(w.team.opts.InteractionURL, payload), element["url"] != nil, nil
}

func (w *Workspace) actionLabel(element object, values []string) string {
	if len(values) > 0 {
		return values[0]
	}
	return w.team.show.textOf(element["text"])
}

// act makes the entry of payload.actions for what a person does with an
// element, and the element's state where it has one.
func (w *Workspace) act(element object, block string, values []string) (action, held object, err error) {
	action = object{
		"type": element["type"], "action_id": element["action_id"], "block_id": block,
		"action_ts": strconv.FormatFloat(float64(time.Now().UnixMicro())/1e6, 'f', 6, 64),
	}
	if element["type"] == "button" {
		if values != nil {
			return nil, nil, fmt.Errorf("emulator: %v is a button, nothing can be chosen", element["action_id"])
		}
		for _, field := range []string{"text", "value", "style"} {
			if element[field] != nil {
				action[field] = element[field]
			}
		}
		return action, nil, nil
	}
	if element["type"] == "overflow" {
		for _, o := range elementOptions(element) {
			if len(values) == 1 && (o["value"] == values[0] || w.team.show.textOf(o["text"]) == values[0]) {
				action["selected_option"] = o
				return action, nil, nil
			}
		}
		return nil, nil, fmt.Errorf("emulator: %q is not among the options of %v", values, element["action_id"])
	}
	if values == nil {
		return nil, nil, fmt.Errorf("emulator: %v is no button", element["action_id"])
	}
	held, err = w.dialogs.enter(element, values)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(action, held)
	return action, held, nil
}

func (w *Workspace) actInView(ctx context.Context, userID, viewID, actionID string, values []string) (Reply, error) {
	cb, told, err := w.viewAction(userID, viewID, actionID, values)
	if err != nil {
		return Reply{}, err
	}
	if !told {
		return Reply{View: w.dialogs.openTop(userID)}, nil
	}
	return w.caller.askFor(ctx, userID, cb)
}

func (w *Workspace) viewAction(userID, viewID, actionID string, values []string) (callback, bool, error) {
	w.team.Lock()
	defer w.team.Unlock()
	user, v, err := w.dialogs.topmost(userID, viewID)
	if err != nil {
		return callback{}, false, err
	}
	element, block, ok := findElement(v.blocks(), actionID)
	if !ok {
		return callback{}, false, fmt.Errorf("emulator: the view has no element %q", actionID)
	}
	action, held, err := w.act(v.withOffers(element), block, values)
	if err != nil {
		return callback{}, false, err
	}
	if held != nil {
		v.state[block][actionID] = held
	}
	if !dispatches(v.blocks(), block) {
		return callback{}, false, nil
	}
	payload := w.team.payload("block_actions", user)
	maps.Copy(payload, object{
		"container": object{"type": "view", "view_id": v.id}, "view": w.dialogs.viewObject(v), "actions": []object{action},
		"trigger_id": w.dialogs.newTrigger(user.ID),
	})
	w.team.Publish(stage.ActionSent, user.ID, nil, nil, w.actionLabel(element, values))
	return interactionCallback(w.team.opts.InteractionURL, payload), true, nil
}

// dispatches reports whether the app is told at once of what happens in the
// block.
func dispatches(blocks []object, block string) bool {
	for _, b := range blocks {
		if b["block_id"] == block && b["type"] == "input" {
			dispatch, _ := b["dispatch_action"].(bool)
			return dispatch
		}
	}
	return true
}

// topmost finds a view that the person has open on top of all others.
func (d *dialogs) topmost(userID, viewID string) (*User, *view, error) {
	user, err := d.person(userID)
	if err != nil {
		return nil, nil, err
	}
	v := d.Dialogs.Top(userID)
	if v == nil || v.id != viewID {
		return nil, nil, fmt.Errorf("emulator: @%s has no view %q on top", user.Name, viewID)
	}
	return user, v, nil
}

// topView returns what the person has open on top, nil for nothing.
func (d *dialogs) topView(userID string) *View {
	v := d.Dialogs.Top(userID)
	if v == nil {
		return nil
	}
	out := d.show.exportView(v)
	return &out
}

func (d *dialogs) openTop(userID string) *View {
	d.Lock()
	defer d.Unlock()
	return d.topView(userID)
}
