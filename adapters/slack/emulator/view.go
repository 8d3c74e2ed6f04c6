package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// Types of views.
const (
	modalView = "modal"
	homeView  = "home"
)

// Slack's limits for modals. See https://docs.slack.dev/reference/views/modal-views
// and https://docs.slack.dev/surfaces/modals.
const (
	maxTitle           = 24 // of title, submit and close
	maxPrivateMetadata = 3000
	maxViewBytes       = 250_000
)

// view is an open modal. People have one open at a time: riskroom pushes none on top of
// another.
type view struct {
	id, hash, user string
	at             time.Time // when it got its content
	body           object    // as the app sent it, with block_ids
	state          state
	inputErrors    map[string]string // block_id to the app's error message
}

// state is what the inputs hold: by block_id, then action_id.
type state map[string]map[string]object

// View is an open modal, or an App Home, as a test sees it.
type View struct {
	ID              string
	User            string
	CallbackID      string
	Title           string
	Submit          string // the label of the button; "" if there is nothing to submit
	PrivateMetadata string
	Plain           string                               // its blocks as plain text
	Blocks          []map[string]any                     // with block_ids
	Values          map[string]map[string]map[string]any // what its inputs hold, as in view.state.values
	Errors          map[string]string                    // block_id to the message under that input
}

// Action returns the element with the given action_id and the ID of its block.
func (v View) Action(actionID string) (element map[string]any, blockID string, ok bool) {
	return findElement(v.Blocks, actionID)
}

func (r *renderer) exportView(v *view) *View {
	return &View{
		ID: v.id, User: v.user, CallbackID: stage.Str(v.body["callback_id"]), Title: textOf(v.body["title"]),
		Submit: textOf(v.body["submit"]), PrivateMetadata: stage.Str(v.body["private_metadata"]),
		Plain: stage.PlainText(nil, r.parts(v.blocks())), Blocks: stage.Clone(v.blocks()), Values: stage.Clone(v.state), Errors: maps.Clone(v.inputErrors),
	}
}

func (v *view) blocks() []object { return stage.Objects(v.body["blocks"]) }

// trigger is the right to open a modal for somebody, once, within three seconds
// of wall time.
type trigger struct {
	user string
	made time.Time
	used bool
}

func (t *team) newTrigger(user string) string {
	id := t.newID("Tr") + "." + t.opts.TeamID
	t.triggers[id] = &trigger{user: user, made: time.Now()}
	return id
}

// redeem uses up the trigger_id of a call. See
// https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses.
func (t *team) redeem(c *call) (*trigger, error) {
	given := t.triggers[c.str("trigger_id")]
	switch {
	case given == nil:
		return nil, refuse("invalid_trigger_id")
	case given.used:
		return nil, refuse("exchanged_trigger_id")
	case time.Since(given.made) > t.opts.Deadline:
		return nil, refuse("expired_trigger_id")
	}
	given.used = true
	return given, nil
}

// parseView reads and checks the view argument, which must be of the given type.
func (t *team) parseView(raw, kind string) (object, error) {
	var body object
	if len(raw) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	if err := json.Unmarshal([]byte(raw), &body); err != nil || body == nil {
		return nil, invalid("invalid_arguments", "[ERROR] missing or malformed view [json-pointer:/view]")
	}
	if problems := checkView(body, kind); len(problems) > 0 {
		return nil, invalid("invalid_arguments", problems...)
	}
	blocks := stage.Objects(body["blocks"])
	if slices.ContainsFunc(inputBlocks(blocks), func(b object) bool {
		e, _ := b["element"].(object)
		return e["type"] == fileInput
	}) {
		if err := t.need("files:read"); err != nil {
			return nil, err
		}
	}
	t.nameBlocks(blocks)
	return body, nil
}

func checkView(body object, kind string) []string {
	k := &checker{}
	if body["type"] != kind {
		k.fail("/view/type", "must be "+kind)
	}
	for _, label := range []string{"title", "submit", "close"} {
		switch missing := body[label] == nil; {
		case kind == homeView && !missing:
			k.fail("/view/"+label, "a home view has none")
		case kind == modalView && (!missing || label == "title"):
			k.text("/view/"+label, body[label], maxTitle)
		}
	}
	k.optional("/view/private_metadata", body["private_metadata"], maxPrivateMetadata)
	k.optional("/view/callback_id", body["callback_id"], maxID)
	for _, field := range []string{"external_id", "notify_on_close"} {
		if v := body[field]; v != nil && v != "" && v != false {
			k.fail("/view/"+field, "the stand-in does not support this")
		}
	}
	blocks := stage.Objects(body["blocks"])
	if _, ok := body["blocks"].([]any); !ok {
		k.fail("/view/blocks", "missing required field")
	}
	if kind == modalView && body["submit"] == nil && len(inputBlocks(blocks)) > 0 {
		k.fail("/view/submit", "a view with inputs must have a submit")
	}
	return append(k.problems, checkBlocks(blocks, maxViewBlocks, "/view", kind == modalView)...)
}

// viewsOpen closes what the person has open; the page does not say.
func viewsOpen(a *api, c *call) (object, error) {
	body, err := a.parseView(c.str("view"), modalView)
	if err != nil {
		return nil, err
	}
	given, err := a.redeem(c)
	if err != nil {
		return nil, err
	}
	v := &view{id: a.newID("V"), user: given.user}
	v.show(a.team, body)
	a.OpenDialog(given.user, textOf(body["title"]), v)
	c.changed = true
	return object{"view": a.viewObject(v)}, nil
}

// show gives a view new content. What was entered stays if block_id and action_id
// stay.
func (v *view) show(t *team, body object) {
	t.counts["hash"]++
	v.at = t.opts.Now()
	v.hash = fmt.Sprintf("%d.%08x", v.at.Unix(), t.counts["hash"])
	v.body, v.inputErrors = body, nil
	v.state = initialState(v.blocks(), v.state)
}

func viewsUpdate(a *api, c *call) (object, error) {
	v := a.Dialogs.Find(func(v *view) bool { return v.id == c.str("view_id") })
	if v == nil {
		return nil, refuse("not_found")
	}
	if hash := c.str("hash"); hash != "" && hash != v.hash {
		return nil, refuse("hash_conflict")
	}
	body, err := a.parseView(c.str("view"), modalView)
	if err != nil {
		return nil, err
	}
	c.changed = true
	a.replace(v, body)
	return object{"view": a.viewObject(v)}, nil
}

// replace gives an open view new content.
func (t *team) replace(v *view, body object) {
	v.show(t, body)
	t.UpdateDialog(v.user, textOf(body["title"]))
}

// viewObject is a view as payloads and answers carry it, see
// https://docs.slack.dev/reference/objects/view-object.
func (t *team) viewObject(v *view) object {
	out := object{"callback_id": "", "private_metadata": "", "external_id": "", "close": nil, "submit": nil, "clear_on_close": false, "notify_on_close": false}
	maps.Copy(out, v.body)
	maps.Copy(out, object{
		"id": v.id, "team_id": t.opts.TeamID, "app_id": appID, "app_installed_team_id": t.opts.TeamID,
		"bot_id": botID, "hash": v.hash, "root_view_id": v.id, "previous_view_id": nil,
		"state": object{"values": v.state},
	})
	return out
}
