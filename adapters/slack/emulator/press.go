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
// open modal. The app hears of it when the menu stands in an actions or
// section block, or in an input block with dispatch_action.
func (w *Workspace) ChooseInView(ctx context.Context, userID, viewID, actionID string, values ...string) (Reply, error) {
	return w.actInView(ctx, userID, viewID, actionID, append([]string{}, values...))
}

// actInMessage acts on an element of a message; values is nil for a button. A
// button that only opens a link asks nothing of an app that hears of no actions.
func (w *Workspace) actInMessage(ctx context.Context, userID, channelID, ts, actionID string, values []string) (Reply, error) {
	cb, link, err := w.messageAction(userID, channelID, ts, actionID, values)
	if err != nil || link && cb.url == "" {
		return Reply{}, err
	}
	reply, _, err := w.ask(ctx, cb)
	reply.View = w.openTop(userID)
	return reply, err
}

func (w *Workspace) messageAction(userID, channelID, ts, actionID string, values []string) (callback, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	user, err := w.person(userID)
	if err != nil {
		return callback{}, false, err
	}
	ch, err := w.within(user, channelID)
	if err != nil {
		return callback{}, false, err
	}
	m := w.seenMessage(userID, ch, ts)
	if m == nil {
		return callback{}, false, fmt.Errorf("emulator: @%s sees no message %s there", user.Name, ts)
	}
	if ch.Archived {
		return callback{}, false, fmt.Errorf("emulator: nothing can be pressed in the archived #%s", ch.Name)
	}
	element, block, ok := findElement(m.blocks, actionID)
	if !ok {
		return callback{}, false, fmt.Errorf("emulator: the message has no element %q", actionID)
	}
	action, held, err := w.act(element, block, values)
	if err != nil {
		return callback{}, false, err
	}
	payload := w.payload("block_actions", user)
	container := object{"type": "message", "message_ts": m.ts, "channel_id": ch.ID, "is_ephemeral": m.only != ""}
	chosen := state{}
	if held != nil {
		chosen[block] = map[string]object{actionID: held}
	}
	maps.Copy(payload, object{
		"container": container, "channel": object{"id": ch.ID, "name": publicName(ch)}, "actions": []object{action},
		"state": object{"values": chosen}, "trigger_id": w.newTrigger(user.ID), "response_url": w.newResponseURL(user.ID, ch, m),
	})
	if m.only == "" {
		payload["message"] = w.shown(m, false)
	}
	w.publish(stage.ActionSent, user.ID, ch, m, w.actionLabel(element, values))
	return interactionCallback(w.opts.InteractionURL, payload), element["url"] != nil, nil
}

// seenMessage finds a message that the person sees: one of the channel or one
// for them alone.
func (w *Workspace) seenMessage(userID string, ch *channel, ts string) *message {
	for _, m := range w.ephemerals[userID] {
		if m.ts == ts && m.channel == ch {
			return m
		}
	}
	return ch.message(ts)
}

func (w *Workspace) actionLabel(element object, values []string) string {
	if len(values) > 0 {
		return values[0]
	}
	return w.textOf(element["text"])
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
			if len(values) == 1 && (o["value"] == values[0] || w.textOf(o["text"]) == values[0]) {
				action["selected_option"] = o
				return action, nil, nil
			}
		}
		return nil, nil, fmt.Errorf("emulator: %q is not among the options of %v", values, element["action_id"])
	}
	if values == nil {
		return nil, nil, fmt.Errorf("emulator: %v is no button", element["action_id"])
	}
	held, err = w.enter(element, values)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(action, held)
	return action, held, nil
}

func (w *Workspace) actInView(ctx context.Context, userID, viewID, actionID string, values []string) (Reply, error) {
	cb, heard, err := w.viewAction(userID, viewID, actionID, values)
	if err != nil {
		return Reply{}, err
	}
	reply := Reply{}
	if heard {
		reply, _, err = w.ask(ctx, cb)
	}
	reply.View = w.openTop(userID)
	return reply, err
}

func (w *Workspace) viewAction(userID, viewID, actionID string, values []string) (callback, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	user, v, err := w.topmost(userID, viewID)
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
	payload := w.payload("block_actions", user)
	maps.Copy(payload, object{
		"container": object{"type": "view", "view_id": v.id}, "view": w.viewObject(v), "actions": []object{action},
		"trigger_id": w.newTrigger(user.ID),
	})
	w.publish(stage.ActionSent, user.ID, nil, nil, w.actionLabel(element, values))
	return interactionCallback(w.opts.InteractionURL, payload), true, nil
}

// dispatches tells whether the app hears of what happens in the block at once.
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
func (w *Workspace) topmost(userID, viewID string) (*User, *view, error) {
	user, err := w.person(userID)
	if err != nil {
		return nil, nil, err
	}
	stack := w.stacks[userID]
	if len(stack) == 0 || stack[len(stack)-1].id != viewID {
		return nil, nil, fmt.Errorf("emulator: @%s has no view %q on top", user.Name, viewID)
	}
	return user, stack[len(stack)-1], nil
}

// topView returns what the person has open on top, nil for nothing.
func (w *Workspace) topView(userID string) *View {
	stack := w.stacks[userID]
	if len(stack) == 0 {
		return nil
	}
	v := w.exportView(stack[len(stack)-1])
	return &v
}

func (w *Workspace) openTop(userID string) *View {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.topView(userID)
}
