package emulator

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"riskroom/adapters/stage"
)

// viewsPublish: https://docs.slack.dev/reference/methods/views.publish
func viewsPublish(a *api, c *call) (object, error) {
	u := a.People.ByID(c.str("user_id"))
	if u == nil || u.Deleted || u.Bot {
		return nil, refuse("user_not_found")
	}
	if !a.opts.HomeTab {
		return nil, refuse("not_enabled")
	}
	v := a.homes[u.ID]
	if hash := c.str("hash"); hash != "" && (v == nil || hash != v.hash) {
		return nil, refuse("hash_conflict")
	}
	body, err := a.parseView(c.str("view"), homeView)
	if err != nil {
		return nil, err
	}
	if v == nil {
		v = &view{id: a.newID("V"), user: u.ID}
		a.homes[u.ID] = v
	}
	c.changed = true
	v.show(a.team, body)
	a.Publish(stage.HomeChanged, botUserID, nil, nil, "")
	return object{"view": a.viewObject(v)}, nil
}

// OpenHome has a person open the app's Home tab. See
// https://docs.slack.dev/reference/events/app_home_opened.
func (w *Workspace) OpenHome(userID string) error {
	t := w.team
	t.Lock()
	defer t.Unlock()
	user, ch, err := t.within(userID, "")
	if err != nil {
		return err
	}
	if !t.opts.HomeTab {
		return fmt.Errorf("emulator: @%s sees no Home tab of the app", user.Name)
	}
	body := object{"user": user.ID, "channel": ch.ID, "tab": "home"}
	if v := t.homes[user.ID]; v != nil {
		body["view"] = t.viewObject(v)
	}
	t.events.emit("app_home_opened", body)
	return nil
}

// PressHome has a person press a button of their Home tab, which is named by its action_id
// or, if several have the same, by action_id, a slash and its value. See
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
func (w *Workspace) PressHome(ctx context.Context, userID, button string) (Reply, error) {
	cb, err := w.pressHome(userID, button)
	if err != nil {
		return Reply{}, err
	}
	return w.team.askFor(ctx, userID, cb)
}

func (w *Workspace) pressHome(userID, button string) (callback, error) {
	t := w.team
	t.Lock()
	defer t.Unlock()
	user, err := t.person(userID)
	if err != nil {
		return callback{}, err
	}
	v := t.homes[user.ID]
	if v == nil {
		return callback{}, fmt.Errorf("emulator: nothing is on the Home tab of @%s", user.Name)
	}
	for _, b := range v.blocks() {
		for _, e := range interactive(b) {
			if e["action_id"] != button && homeID(e) != button {
				continue
			}
			action := actionObject(e, stage.Str(b["block_id"]))
			maps.Copy(action, object{"text": e["text"], "value": e["value"]})
			payload := t.payload("block_actions", user)
			maps.Copy(payload, object{
				"container": object{"type": "view", "view_id": v.id}, "view": t.viewObject(v), "actions": []object{action},
				"trigger_id": t.newTrigger(user.ID),
			})
			t.Publish(stage.ActionSent, user.ID, nil, nil, textOf(e["text"]))
			return interactionCallback(t.opts.InteractionURL, payload), nil
		}
	}
	return callback{}, fmt.Errorf("emulator: there is no %q on the Home tab of @%s", button, user.Name)
}

// homeID identifies a button within its view.
func homeID(e object) string { return stage.Str(e["action_id"]) + "/" + stage.Str(e["value"]) }

// homeRoom is the prefix of the ID of the room that shows a person's Home tab.
const homeRoom = "home:"

// addHomes adds the Home tabs to what is visible, as rooms with one post.
func (t *team) addHomes(v *stage.View) {
	t.Lock()
	defer t.Unlock()
	for _, u := range t.People.All() {
		if !t.opts.HomeTab || u.Bot || u.Deleted {
			continue
		}
		id := homeRoom + u.ID
		v.Rooms = append(v.Rooms, stage.Room{ID: id, Name: botName, Kind: stage.HomeRoom, Members: []string{u.ID}})
		if home := t.homes[u.ID]; home != nil {
			parts := t.show.parts(home.blocks())
			v.Posts = append(v.Posts, stage.Post{ID: home.id, Room: id, Author: botUserID, At: home.at, Parts: parts, Text: stage.PlainText(nil, parts)})
		}
	}
}

// isHome reports whether a room shows a Home tab.
func isHome(room string) bool { return strings.HasPrefix(room, homeRoom) }
