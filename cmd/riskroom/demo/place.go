package demo

import (
	"context"
	"slices"
	"time"

	"riskroom/adapters/discord"
	"riskroom/adapters/slack"
	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/config"
)

// place is one stand-in workspace, who is who in it, and how one plays there.
type place struct {
	manner
	opened
	name    string
	ids     map[string]string // user ID by the person's name
	bot     string            // the bot's user ID
	general string            // the ID of #general
}

// manner is how a platform differs from others for those who play on it.
type manner struct {
	title   string                // as people write it
	userID  func(n int) string    // of the n-th person who has none in the config file
	byEmail bool                  // people are found by their addresses
	changes []string              // the calls by which an engine acts, as the stand-in's log names them
	inLine  func(key string) bool // tells which fields of a new risk are typed with the command
	// What is typed to file a risk with some fields, and to resolve one: with ""
	// the key is left out.
	file    func(command string, fields []given) string
	resolve func(command string, key core.RiskKey, note string) string
	person  func(name, id string) string // what is put in where people are asked for

	open func(c *castIn, s *config.WorkspaceSettings, now func() time.Time) (opened, error)
}

// opened is a stand-in that is up.
type opened struct {
	standIn
	hands   stage.Acts
	connect func(public string) // tells it where the server is that it calls
}

// standIn is what a stand-in of any platform shows and takes.
type standIn interface {
	stage.Platform
	Log() *stage.Log
	Faults() *stage.Faults
	FlushEvents(ctx context.Context) error
	Close() error
}

// mannerOf returns the manner of a platform; ok is false if the demo has no
// stand-in for it.
func mannerOf(platform string) (m manner, ok bool) {
	switch platform {
	case slack.Platform:
		return slackManner(), true
	case discord.Platform:
		return discordManner(), true
	}
	return manner{}, false
}

// introduce learns who is who.
func (p *place) introduce() {
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

// inRoom tells whether somebody is in a room.
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
