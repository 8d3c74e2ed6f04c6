package demo

import (
	"slices"

	"riskroom/adapters/stage"
	"riskroom/cmd/riskroom/platform"
)

// place is one stand-in workspace, who is who in it, and how one plays there.
type place struct {
	platform.Stage
	platform platform.Platform
	name     string
	ids      map[string]string // user ID by the person's name
	bot      string            // the bot's user ID
	general  string            // the ID of #general
}

// learn finds out who is who.
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

// inRoom reports whether somebody is in a room.
func (p *place) inRoom(person, room string) bool {
	r, ok := p.View().Room(room)
	return ok && slices.Contains(r.Members, person)
}

// direct returns the ID of somebody's conversation with the bot, "" before there
// is one.
func (p *place) direct(person string) string {
	for _, r := range p.View().Rooms {
		if r.Kind == stage.DirectRoom && slices.Contains(r.Members, person) {
			return r.ID
		}
	}
	return ""
}

// window returns what somebody has open on top.
func (p *place) window(person string) (stage.Window, bool) {
	open := p.View().For(person).Windows
	if len(open) == 0 {
		return stage.Window{}, false
	}
	return open[len(open)-1], true
}

// answer returns what the bot has told somebody alone last.
func (p *place) answer(person string) string {
	for _, post := range slices.Backward(p.View().Posts) {
		if post.Only == person {
			return post.Text
		}
	}
	return ""
}
