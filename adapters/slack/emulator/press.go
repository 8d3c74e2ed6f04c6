package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// Press has a person press a button in a message, which may be one that only
// they see. pressed is its action_id. For an option of an overflow menu, it is the menu's
// action_id, "/" and the option's value. See
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
func (w *Workspace) Press(ctx context.Context, userID, channelID, ts, pressed string) (Reply, error) {
	cb, err := w.press(userID, channelID, ts, pressed)
	if err != nil {
		return Reply{}, err
	}
	return w.team.askFor(ctx, userID, cb)
}

func (w *Workspace) press(userID, channelID, ts, pressed string) (callback, error) {
	w.team.Lock()
	defer w.team.Unlock()
	user, ch, err := w.team.within(userID, channelID)
	if err != nil {
		return callback{}, err
	}
	m := w.team.Seen(userID, ch, ts)
	if m == nil {
		return callback{}, fmt.Errorf("emulator: @%s sees no message %s there", user.Name, ts)
	}
	action, label, ok := pressedObject(m.Body.blocks.open(), pressed)
	if !ok || ch.Extra.archived {
		return callback{}, fmt.Errorf("emulator: @%s cannot press %q in #%s", user.Name, pressed, ch.Name)
	}
	payload := w.team.payload("block_actions", user)
	maps.Copy(payload, object{
		"container": object{"type": "message", "message_ts": m.ID, "channel_id": ch.ID, "is_ephemeral": m.Only != ""},
		"channel":   object{"id": ch.ID, "name": publicName(ch)}, "actions": []object{action}, "state": object{"values": state{}},
		"trigger_id": w.team.newTrigger(user.ID), "response_url": w.team.newResponseURL(user.ID, ch, m),
	})
	if m.Only == "" {
		payload["message"] = w.team.shown(m, false)
	}
	w.team.Publish(stage.ActionSent, user.ID, ch, m, label)
	return interactionCallback(w.team.opts.InteractionURL, payload), nil
}

// pressedObject returns the entry of payload.actions for a button, or for an option of an
// overflow menu, and its label.
func pressedObject(blocks []object, pressed string) (action object, label string, ok bool) {
	if menu, option, block, ok := findOption(blocks, pressed); ok {
		action = actionObject(menu, block)
		action["selected_option"] = option
		return action, textOf(option["text"]), true
	}
	element, block, ok := findElement(blocks, pressed)
	if !ok || element["type"] == overflow {
		return nil, "", false
	}
	action = actionObject(element, block)
	for _, field := range []string{"text", "value", "style", "confirm"} {
		if element[field] != nil {
			action[field] = element[field]
		}
	}
	return action, textOf(element["text"]), true
}

// actionObject returns an entry of payload.actions.
func actionObject(element object, block string) object {
	return object{
		"type": element["type"], "action_id": element["action_id"], "block_id": block,
		"action_ts": strconv.FormatFloat(float64(time.Now().UnixMicro())/1e6, 'f', 6, 64),
	}
}

// ChooseInView has a person enter values in the input of an open modal with that
// block_id or action_id. The app receives this if the input has dispatch_action.
func (w *Workspace) ChooseInView(ctx context.Context, userID, viewID, input string, values ...string) (Reply, error) {
	cb, dispatched, err := w.choose(userID, viewID, input, values)
	if err != nil || !dispatched {
		return Reply{View: w.team.openOf(userID)}, err
	}
	return w.team.askFor(ctx, userID, cb)
}

func (w *Workspace) choose(userID, viewID, input string, values []string) (callback, bool, error) {
	w.team.Lock()
	defer w.team.Unlock()
	user, v, err := w.team.openView(userID, viewID)
	if err != nil {
		return callback{}, false, err
	}
	b, held, err := w.team.fill(v, input, values)
	if err != nil || b["dispatch_action"] != true {
		return callback{}, false, err
	}
	element, _ := b["element"].(object)
	action := actionObject(element, stage.Str(b["block_id"]))
	maps.Copy(action, held)
	payload := w.team.payload("block_actions", user)
	maps.Copy(payload, object{
		"container": object{"type": "view", "view_id": v.id}, "view": w.team.viewObject(v), "actions": []object{action},
		"trigger_id": w.team.newTrigger(user.ID),
	})
	w.team.Publish(stage.ActionSent, user.ID, nil, nil, strings.Join(values, ", "))
	return interactionCallback(w.team.opts.InteractionURL, payload), true, nil
}

// entered returns what an input of a person's view holds.
func (t *team) entered(userID, viewID, block string) []string {
	t.Lock()
	defer t.Unlock()
	_, v, err := t.openView(userID, viewID)
	if err != nil {
		return nil
	}
	for _, held := range v.state[block] {
		return heldValues(held)
	}
	return nil
}

// fill enters values in the input with that block_id or action_id, and returns its
// block and its state.
func (t *team) fill(v *view, key string, values []string) (block, held object, err error) {
	for _, b := range inputBlocks(v.blocks()) {
		e, _ := b["element"].(object)
		if b["block_id"] == key || e["action_id"] == key {
			if held, err = t.enter(e, values); err == nil {
				v.state[stage.Str(b["block_id"])][stage.Str(e["action_id"])] = held
			}
			return b, held, err
		}
	}
	return nil, nil, fmt.Errorf("emulator: the view has no input %q", key)
}

// SubmitView has a person fill in the modal and submit it; inputs that are not
// in values keep what they hold. If the person's own client finds something
// missing, it is returned as Errors with Sent false, and nothing is sent. The
// app's answer (errors, update, clear or nothing) is carried out. See
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
func (w *Workspace) SubmitView(ctx context.Context, userID, viewID string, values Values) (Reply, error) {
	cb, missing, err := w.submission(userID, viewID, values)
	if err != nil || len(missing) > 0 {
		return Reply{Errors: missing, View: w.team.openOf(userID)}, err
	}
	reply, _, err := w.team.ask(ctx, cb)
	if err == nil {
		reply.Errors, err = w.afterSubmission(userID, viewID, reply.Body)
	}
	reply.View = w.team.openOf(userID)
	return reply, err
}

func (w *Workspace) submission(userID, viewID string, values Values) (callback, map[string]string, error) {
	w.team.Lock()
	defer w.team.Unlock()
	user, v, err := w.team.openView(userID, viewID)
	switch {
	case err != nil:
		return callback{}, nil, err
	case v.body["submit"] == nil:
		return callback{}, nil, fmt.Errorf("emulator: the view %q has nothing to submit", viewID)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if _, _, err := w.team.fill(v, key, values[key]); err != nil {
			return callback{}, nil, err
		}
	}
	if problems := incomplete(v); len(problems) > 0 {
		return callback{}, problems, nil
	}
	payload := w.team.payload("view_submission", user)
	maps.Copy(payload, object{"view": w.team.viewObject(v), "trigger_id": w.team.newTrigger(user.ID), "response_urls": []object{}})
	return interactionCallback(w.team.opts.InteractionURL, payload), nil, nil
}

// responseAction is the app's answer to a submission, see
// https://docs.slack.dev/surfaces/modals#response_actions.
type responseAction struct {
	Action string            `json:"response_action"`
	Errors map[string]string `json:"errors"`
	View   json.RawMessage   `json:"view"`
}

func (w *Workspace) afterSubmission(userID, viewID, body string) (map[string]string, error) {
	w.team.Lock()
	defer w.team.Unlock()
	_, v, err := w.team.openView(userID, viewID)
	if err != nil {
		return nil, nil // closed meanwhile
	}
	var a responseAction
	if strings.TrimSpace(body) != "" {
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			return nil, fmt.Errorf("emulator: the answer to a submission: %w", err)
		}
	}
	switch a.Action {
	case "", "clear":
		w.team.CloseDialog(userID)
	case "errors":
		return v.showErrors(a.Errors)
	case "update":
		next, err := w.team.parseView(string(a.View), modalView)
		if err != nil {
			return nil, fmt.Errorf("emulator: the view in the answer to a submission: %w", explain(err))
		}
		w.team.replace(v, next)
	default:
		return nil, fmt.Errorf("emulator: unknown response_action %q", a.Action)
	}
	return nil, nil
}

// showErrors shows the app's error messages. Each key must be the block_id of an
// input block.
func (v *view) showErrors(found map[string]string) (map[string]string, error) {
	if len(found) == 0 {
		return nil, fmt.Errorf("emulator: response_action errors without errors")
	}
	for id := range found {
		if v.state[id] == nil {
			return nil, fmt.Errorf("emulator: an error names %q, which is not the block_id of an input", id)
		}
	}
	v.inputErrors = found
	return maps.Clone(found), nil
}

// explain adds a refusal's response_metadata to it.
func explain(err error) error {
	if r, ok := errors.AsType[*refusal](err); ok {
		if meta, ok := r.extra["response_metadata"].(object); ok {
			return fmt.Errorf("%w: %v", err, meta["messages"])
		}
	}
	return err
}

// CloseView has a person close the modal.
func (w *Workspace) CloseView(userID, viewID string) error {
	w.team.Lock()
	defer w.team.Unlock()
	if _, _, err := w.team.openView(userID, viewID); err != nil {
		return err
	}
	w.team.CloseDialog(userID)
	return nil
}

// openView finds a view that the person has open.
func (t *team) openView(userID, viewID string) (*User, *view, error) {
	user, err := t.person(userID)
	if err != nil {
		return nil, nil, err
	}
	v := t.Dialogs.Of(userID)
	if v == nil || v.id != viewID {
		return nil, nil, fmt.Errorf("emulator: @%s has no view %q open", user.Name, viewID)
	}
	return user, v, nil
}

// openOf returns what the person has open, nil for nothing.
func (t *team) openOf(userID string) *View {
	t.Lock()
	defer t.Unlock()
	if v := t.Dialogs.Of(userID); v != nil {
		return t.show.exportView(v)
	}
	return nil
}
