package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"riskroom/adapters/stage"
)

// Suggest has a person type into a menu that asks the app for its options
// (external_select) in an open modal, and returns what is offered. See
// https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload.
func (w *Workspace) Suggest(ctx context.Context, userID, viewID, actionID, typed string) (Reply, error) {
	cb, err := w.suggestion(userID, viewID, actionID, typed)
	if err != nil {
		return Reply{}, err
	}
	reply, _, err := w.caller.ask(ctx, cb)
	if err != nil {
		return reply, err
	}
	var offer object
	if err := json.Unmarshal([]byte(reply.Body), &offer); err != nil {
		return reply, fmt.Errorf("emulator: the answer to a request for options: %w", err)
	}
	k := &checker{}
	offer["action_id"] = actionID
	if len(elementOptions(offer)) > 0 {
		k.options("", offer, maxOptions)
	}
	if len(k.problems) > 0 {
		return reply, fmt.Errorf("emulator: the answer to a request for options: %v", k.problems)
	}
	w.team.Lock()
	defer w.team.Unlock()
	if v := w.team.Dialogs.ByID(viewID); v != nil {
		v.offer(actionID, elementOptions(offer))
	}
	for _, o := range elementOptions(offer) {
		reply.Options = append(reply.Options, Option{Text: w.team.show.textOf(o["text"]), Value: stage.Str(o["value"])})
	}
	reply.View = w.dialogs.topView(userID)
	return reply, nil
}

func (w *Workspace) suggestion(userID, viewID, actionID, typed string) (callback, error) {
	w.team.Lock()
	defer w.team.Unlock()
	user, v, err := w.dialogs.topmost(userID, viewID)
	if err != nil {
		return callback{}, err
	}
	element, block, ok := findElement(v.blocks(), actionID)
	kind := stage.Str(element["type"])
	if !ok || kind != "external_select" && kind != "multi_external_select" {
		return callback{}, fmt.Errorf("emulator: the view has no menu %q that asks for its options", actionID)
	}
	payload := w.team.payload("block_suggestion", user)
	maps.Copy(payload, object{
		"container": object{"type": "view", "view_id": v.id}, "view": w.dialogs.viewObject(v),
		"action_id": actionID, "block_id": block, "value": typed,
	})
	return interactionCallback(w.team.opts.OptionsURL, payload), nil
}

// offer remembers what the app offered for a menu: only that can be chosen.
func (v *view) offer(actionID string, options []object) {
	if v.offers == nil {
		v.offers = make(map[string][]object)
	}
	v.offers[actionID] = options
}

// withOffers is the element with the options that the app offered for it.
func (v *view) withOffers(element object) object {
	out := maps.Clone(element)
	if offers, ok := v.offers[stage.Str(element["action_id"])]; ok {
		out["options"] = offers
	}
	return out
}
