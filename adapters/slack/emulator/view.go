package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"riskroom/adapters/stage"
)

// Slack's numbers for modals. See https://docs.slack.dev/reference/views/modal-views
// and https://docs.slack.dev/surfaces/modals.
const (
	maxTitle           = 24 // of title, submit and close
	maxPrivateMetadata = 3000
	maxViewBytes       = 250_000
	maxStack           = 3
	triggerLife        = 3 * time.Second
)

// dialogs are the modals of the workspace.
type dialogs struct {
	*team
	triggers map[string]*trigger // by ID
}

// view is an open modal.
type view struct {
	id, root, previous, hash string
	user                     string
	body                     object // as the app sent it, with block_ids
	state                    state
	offers                   map[string][]object // action_id to the options that the app offered
	inputErrors              map[string]string   // block_id to what the app found wrong
}

// state is what a person has put into the inputs: block_id, then action_id.
type state map[string]map[string]object

// View is an open modal as a test sees it.
type View struct {
	ID              string
	User            string
	CallbackID      string
	Title           string
	Submit          string // the label of the button; "" where there is nothing to submit
	PrivateMetadata string
	Plain           string                               // its blocks as plain text
	Blocks          []map[string]any                     // with block_ids
	Values          map[string]map[string]map[string]any // what its inputs hold: by block_id, then action_id, as in view.state.values
	Errors          map[string]string                    // block_id to the message under that input
}

// Action returns the element with the given action_id and the block_id around
// it.
func (v View) Action(actionID string) (element map[string]any, blockID string, ok bool) {
	return findElement(v.Blocks, actionID)
}

func (r *renderer) exportView(v *view) View {
	return View{
		ID: v.id, User: v.user, CallbackID: stage.Str(v.body["callback_id"]), Title: r.textOf(v.body["title"]),
		Submit: r.textOf(v.body["submit"]), PrivateMetadata: stage.Str(v.body["private_metadata"]),
		Plain: r.plainBlocks(v.blocks()), Blocks: stage.Clone(v.blocks()), Values: stage.Clone(v.state), Errors: maps.Clone(v.inputErrors),
	}
}

func (v *view) blocks() []object { return stage.Objects(v.body["blocks"]) }

// trigger is the right to open a modal for somebody, once, for three seconds
// of wall time.
type trigger struct {
	user string
	made time.Time
	used bool
}

func (d *dialogs) newTrigger(user string) string {
	id := d.newID("Tr") + "." + d.opts.TeamID
	d.triggers[id] = &trigger{user: user, made: time.Now()}
	return id
}

// redeem uses up the trigger_id of a call. See
// https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses.
func (d *dialogs) redeem(c *call) (*trigger, error) {
	t := d.triggers[c.str("trigger_id")]
	switch {
	case t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case time.Since(t.made) > triggerLife:
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

// parseView reads and checks the view argument.
func (d *dialogs) parseView(raw string) (object, error) {
	var body object
	if len(raw) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	if err := json.Unmarshal([]byte(raw), &body); err != nil || body == nil {
		return nil, invalidBlocks("invalid_arguments", []string{"[ERROR] missing or malformed view [json-pointer:/view]"})
	}
	if problems := checkView(body); len(problems) > 0 {
		return nil, invalidBlocks("invalid_arguments", problems)
	}
	d.nameBlocks(stage.Objects(body["blocks"]))
	for _, b := range stage.Objects(body["blocks"]) {
		for _, e := range interactive(b) {
			if stage.Str(e["action_id"]) == "" {
				e["action_id"] = d.newID("act-")
			}
		}
	}
	return body, nil
}

func checkView(body object) []string {
	k := &checker{}
	if body["type"] != "modal" {
		k.fail("/view/type", "must be modal")
	}
	k.text("/view/title", body["title"], maxTitle, true)
	for _, label := range []string{"submit", "close"} {
		if body[label] != nil {
			k.text("/view/"+label, body[label], maxTitle, true)
		}
	}
	k.optional("/view/private_metadata", body["private_metadata"], maxPrivateMetadata)
	k.optional("/view/callback_id", body["callback_id"], maxID)
	k.optional("/view/external_id", body["external_id"], maxID)
	blocks := stage.Objects(body["blocks"])
	if _, ok := body["blocks"].([]any); !ok {
		k.fail("/view/blocks", "missing required field")
	}
	for i, b := range blocks {
		if b["type"] == "input" && body["submit"] == nil {
			k.fail(fmt.Sprintf("/view/blocks/%d", i), "a view with inputs must have a submit")
			break
		}
	}
	return append(k.problems, checkBlocks(blocks, maxViewBlocks, "/view", true)...)
}

// viewsOpen: https://docs.slack.dev/reference/methods/views.open
// What is open already goes away; the page does not say.
func viewsOpen(a *api, c *call) (object, error) { return a.showView(c, false) }

// viewsPush: https://docs.slack.dev/reference/methods/views.push
func viewsPush(a *api, c *call) (object, error) { return a.showView(c, true) }

func (a *api) showView(c *call, push bool) (object, error) {
	body, err := a.dialogs.parseView(c.str("view"))
	if err != nil {
		return nil, err
	}
	if external := stage.Str(body["external_id"]); external != "" && a.dialogs.viewByExternal(external) != nil {
		return nil, refuse("duplicate_external_id")
	}
	t, err := a.dialogs.redeem(c)
	if err != nil {
		return nil, err
	}
	switch n := len(a.Dialogs.Of(t.user)); {
	case push && n == 0:
		return nil, refuse("not_found")
	case push && n >= maxStack:
		return nil, refuse("push_limit_reached")
	case !push:
		a.dialogs.closeAll(t.user)
	}
	c.changed = true
	return object{"view": a.dialogs.viewObject(a.dialogs.openView(t.user, body))}, nil
}

// openView puts a new view on top of what the person has open.
func (d *dialogs) openView(user string, body object) *view {
	v := &view{id: d.newID("V"), user: user, body: body}
	v.root, v.hash = v.id, d.newHash()
	if stack := d.Dialogs.Of(user); len(stack) > 0 {
		v.root, v.previous = stack[0].id, stack[len(stack)-1].id
	}
	v.state = initialState(v.blocks(), nil)
	d.OpenDialog(user, v.id, d.show.textOf(body["title"]), v)
	return v
}

func (d *dialogs) newHash() string {
	d.counts["hash"]++
	return fmt.Sprintf("%d.%08x", d.opts.Now().Unix(), d.counts["hash"])
}

func (d *dialogs) closeAll(user string) {
	for d.CloseDialog(user) {
		continue
	}
}

// viewsUpdate: https://docs.slack.dev/reference/methods/views.update
func viewsUpdate(a *api, c *call) (object, error) {
	v := a.Dialogs.ByID(c.str("view_id"))
	if external := c.str("external_id"); v == nil && external != "" {
		v = a.dialogs.viewByExternal(external)
	}
	if v == nil {
		return nil, refuse("not_found")
	}
	if hash := c.str("hash"); hash != "" && hash != v.hash {
		return nil, refuse("hash_conflict")
	}
	body, err := a.dialogs.parseView(c.str("view"))
	if err != nil {
		return nil, err
	}
	c.changed = true
	a.dialogs.replaceView(v, body)
	return object{"view": a.dialogs.viewObject(v)}, nil
}

// replaceView gives an open view new content. What was typed stays where
// block_id and action_id stay.
func (d *dialogs) replaceView(v *view, body object) {
	v.body, v.hash, v.inputErrors = body, d.newHash(), nil
	v.state = initialState(v.blocks(), v.state)
	d.UpdateDialog(v.id, d.show.textOf(body["title"]))
}

func (d *dialogs) viewByExternal(id string) *view {
	return d.Dialogs.Find(func(v *view) bool { return v.body["external_id"] == id })
}

// viewObject is a view as payloads and answers carry it, see
// https://docs.slack.dev/reference/objects/view-object.
func (d *dialogs) viewObject(v *view) object {
	out := object{"callback_id": "", "private_metadata": "", "external_id": "", "close": nil, "submit": nil, "clear_on_close": false, "notify_on_close": false}
	maps.Copy(out, v.body)
	for k, value := range (object{
		"id": v.id, "team_id": d.opts.TeamID, "app_id": d.opts.AppID, "app_installed_team_id": d.opts.TeamID,
		"bot_id": d.opts.BotID, "hash": v.hash, "root_view_id": v.root, "previous_view_id": nil,
		"state": object{"values": v.state},
	}) {
		out[k] = value
	}
	if v.previous != "" {
		out["previous_view_id"] = v.previous
	}
	return out
}
