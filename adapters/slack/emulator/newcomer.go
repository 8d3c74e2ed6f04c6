package emulator

import (
	"cmp"
	"fmt"
	"strings"

	"riskroom/adapters/stage"
)

// JoinTeam has somebody new join the workspace and #general, and returns their ID. The
// app receives https://docs.slack.dev/reference/events/team_join.
func (w *Workspace) JoinTeam(u User) (string, error) {
	t := w.team
	t.Lock()
	defer t.Unlock()
	u.ID = cmp.Or(u.ID, t.newID("U"))
	if err := t.addUser(u); err != nil {
		return "", fmt.Errorf("emulator: %w: %w", stage.ErrTaken, err)
	}
	if t.need("users:read") == nil {
		t.events.emit("team_join", object{"user": t.profileOf(t.People.ByID(u.ID), true)})
	}
	for _, ch := range t.Channels.All() {
		if ch.Extra.general && !ch.Extra.archived {
			t.join(ch, u.ID, "")
		}
	}
	return u.ID, nil
}

// newcomer returns a new person with a name, who is like the others here.
func (t *team) newcomer(name string) User {
	t.Lock()
	defer t.Unlock()
	u := User{ID: t.newID("U"), Name: name}
	u.Email = strings.ToLower(u.ID) + "@example.com"
	if len(t.opts.Users) > 0 {
		u.TZ, u.Locale = t.opts.Users[0].TZ, t.opts.Users[0].Locale
	}
	return u
}

// offers returns what a person can do by hand to a channel: members who are no guests
// may do everything here.
func (t *team) offers(userID, channelID string) []stage.RoomAct {
	t.Lock()
	defer t.Unlock()
	u, ch := t.People.ByID(userID), t.Channels.ByID(channelID)
	if u == nil || u.Guest || ch == nil || ch.IsDirect() || !ch.Has(userID) {
		return nil
	}
	if ch.Extra.archived {
		return []stage.RoomAct{{Do: stage.UnarchiveRoom}, {Do: stage.DeleteRoom}}
	}
	var out []stage.RoomAct
	for _, other := range t.People.All() {
		switch {
		case ch.Has(other.ID) && !permanent(ch):
			out = append(out, stage.RoomAct{Do: stage.RemoveMember, To: other.ID})
		case !ch.Has(other.ID) && other.inGeneral():
			out = append(out, stage.RoomAct{Do: stage.AddMember, To: other.ID})
		}
	}
	if !permanent(ch) {
		out = append(out, stage.RoomAct{Do: stage.ArchiveRoom}, stage.RoomAct{Do: stage.DeleteRoom})
	}
	return out
}
