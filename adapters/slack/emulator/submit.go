package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"riskroom/adapters/stage"
)

// SubmitView has a person fill in the topmost modal and submit it; inputs that
// values does not name keep what they hold. What the person's own client finds
// missing comes back as Errors with Sent false, and nothing is sent. The app's
// answer (errors, update, push, clear or nothing) is carried out. See
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
func (w *Workspace) SubmitView(ctx context.Context, userID, viewID string, values Values) (Reply, error) {
	cb, held, err := w.submission(userID, viewID, values)
	if err != nil || len(held) > 0 {
		return Reply{Errors: held, View: w.dialogs.openTop(userID)}, err
	}
	reply, _, err := w.caller.ask(ctx, cb)
	if err == nil {
		reply.Errors, err = w.afterSubmission(userID, viewID, reply.Body)
	}
	reply.View = w.dialogs.openTop(userID)
	return reply, err
}

func (w *Workspace) submission(userID, viewID string, values Values) (callback, map[string]string, error) {
	w.team.Lock()
	defer w.team.Unlock()
	user, v, err := w.dialogs.topmost(userID, viewID)
	switch {
	case err != nil:
		return callback{}, nil, err
	case v.body["submit"] == nil:
		return callback{}, nil, fmt.Errorf("emulator: the view %q has nothing to submit", viewID)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if err := w.dialogs.fill(v, key, values[key]); err != nil {
			return callback{}, nil, err
		}
	}
	if problems := incomplete(v); len(problems) > 0 {
		return callback{}, problems, nil
	}
	payload := w.team.payload("view_submission", user)
	maps.Copy(payload, object{"view": w.dialogs.viewObject(v), "trigger_id": w.dialogs.newTrigger(user.ID), "response_urls": []object{}})
	return interactionCallback(w.team.opts.InteractionURL, payload), nil, nil
}

// fill puts values into the input that key names.
func (d *dialogs) fill(v *view, key string, values []string) error {
	for _, b := range v.blocks() {
		for _, e := range interactive(b) {
			if field, _ := holds(stage.Str(e["type"])); field == "" || b["block_id"] != key && e["action_id"] != key {
				continue
			}
			held, err := d.enter(v.withOffers(e), values)
			if err == nil {
				v.state[stage.Str(b["block_id"])][stage.Str(e["action_id"])] = held
			}
			return err
		}
	}
	return fmt.Errorf("emulator: the view has no input %q", key)
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
	_, v, err := w.dialogs.topmost(userID, viewID)
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
	case "":
		w.team.CloseDialog(userID)
	case "clear":
		w.dialogs.closeAll(userID)
	case "errors":
		return w.dialogs.showErrors(v, a.Errors)
	case "update", "push":
		next, err := w.dialogs.parseView(string(a.View))
		if err != nil {
			return nil, fmt.Errorf("emulator: the view in the answer to a submission: %w", explain(err))
		}
		if a.Action == "update" {
			w.dialogs.replaceView(v, next)
		} else if len(w.team.Dialogs.Of(userID)) < maxStack {
			w.dialogs.openView(userID, next)
		} else {
			return nil, fmt.Errorf("emulator: more than %d views on top of each other", maxStack)
		}
	default:
		return nil, fmt.Errorf("emulator: unknown response_action %q", a.Action)
	}
	return nil, nil
}

// showErrors shows what the app found wrong. Each key must be the block_id of
// an input block.
func (d *dialogs) showErrors(v *view, found map[string]string) (map[string]string, error) {
	if len(found) == 0 {
		return nil, fmt.Errorf("emulator: response_action errors without errors")
	}
	for id := range found {
		if !slices.ContainsFunc(v.blocks(), func(b object) bool { return b["block_id"] == id && b["type"] == "input" }) {
			return nil, fmt.Errorf("emulator: an error names %q, which is not the block_id of an input", id)
		}
	}
	v.inputErrors = found
	return maps.Clone(found), nil
}

// explain adds to a refusal what stands in its response_metadata.
func explain(err error) error {
	if r, ok := errors.AsType[*refusal](err); ok {
		if meta, ok := r.extra["response_metadata"].(object); ok {
			return fmt.Errorf("%w: %v", err, meta["messages"])
		}
	}
	return err
}

// CloseView has a person close the topmost modal. The app is told if the view
// asked for that with notify_on_close.
func (w *Workspace) CloseView(ctx context.Context, userID, viewID string) (Reply, error) {
	cb, notify, err := w.closing(userID, viewID)
	if err != nil || !notify {
		return Reply{View: w.dialogs.openTop(userID)}, err
	}
	return w.caller.askFor(ctx, userID, cb)
}

func (w *Workspace) closing(userID, viewID string) (callback, bool, error) {
	w.team.Lock()
	defer w.team.Unlock()
	user, v, err := w.dialogs.topmost(userID, viewID)
	if err != nil {
		return callback{}, false, err
	}
	notify, _ := v.body["notify_on_close"].(bool)
	payload := w.team.payload("view_closed", user)
	maps.Copy(payload, object{"view": w.dialogs.viewObject(v), "is_cleared": false})
	w.team.CloseDialog(userID)
	return interactionCallback(w.team.opts.InteractionURL, payload), notify, nil
}
