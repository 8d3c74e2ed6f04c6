package demo

import (
	"context"
	"slices"

	"riskroom/adapters/stage"
	"riskroom/cmd/riskroom/platform"
)

// place is one emulated workspace.
type place struct {
	platform.Stage
	platform platform.Platform
	name     string
	ids      map[string]string // user ID by the person's name
	bot      string            // the bot's user ID
	general  string            // the ID of #general
}

// learn finds the bot and #general.
func (p *place) learn() {
	view := p.View()
	for _, who := range view.People {
		if who.Bot {
			p.bot = who.ID
		}
	}
	for _, r := range view.Rooms {
		if r.Name == "general" && r.Kind == stage.PublicRoom {
			p.general = r.ID
		}
	}
}

// inRoom reports whether a person is in a room.
func (p *place) inRoom(person, room string) bool {
	r, ok := p.View().Room(room)
	return ok && slices.Contains(r.Members, person)
}

// direct returns the ID of a person's direct conversation with the bot, "" for none.
func (p *place) direct(person string) string {
	for _, r := range p.View().Rooms {
		if r.Kind == stage.DirectRoom && slices.Contains(r.Members, person) {
			return r.ID
		}
	}
	return ""
}

// window returns a person's topmost open window.
func (p *place) window(person string) (stage.Window, bool) {
	open := p.View().For(person).Windows
	if len(open) == 0 {
		return stage.Window{}, false
	}
	return open[len(open)-1], true
}

// press has a person press a button of the bot's last private reply, and reports whether
// there is one.
func (p *place) press(ctx context.Context, person, label string) (bool, error) {
	for _, post := range slices.Backward(p.View().Posts) {
		if post.Only != person {
			continue
		}
		for _, part := range post.Flat() {
			for _, a := range part.Actions {
				if a.Label == label {
					return true, p.Hands.Press(ctx, person, post.Room, post.ID, a.ID)
				}
			}
		}
		break
	}
	return false, nil
}

// answer returns the bot's last private reply to a person.
func (p *place) answer(person string) string {
	for _, post := range slices.Backward(p.View().Posts) {
		if post.Only == person {
			return post.Text
		}
	}
	return ""
}
