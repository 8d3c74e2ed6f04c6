// Package emulated runs the workspaces of a config file as emulators on this machine, and
// connects them to riskroom.
package emulated

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"riskroom/adapters/stage"
	"riskroom/cmd/riskroom/cast"
	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
)

// Place is one emulated workspace.
type Place struct {
	platform.Stage
	Platform platform.Platform
	Name     string
	IDs      map[string]string // user ID by the person's name
	Names    map[string]string // the other way round
	Bot      string            // the bot's user ID
	General  string            // the ID of #general
	StandIns map[string]string // as in cast.Casting
}

// Open starts the emulator of a workspace on a clock, and points s to it. It adds accounts to
// the config's people.
func Open(cfg *config.Config, s *config.WorkspaceSettings, lang string, also cast.Also, now func() time.Time) (*Place, error) {
	on, ok := platforms.Named(s.Platform)
	if !ok {
		return nil, fmt.Errorf("workspace %s: there is no emulator for %s", s.Name, s.Platform)
	}
	c := cast.New(cfg, s.Name, lang, on, also)
	up, err := on.Demo.Open(c.Cast, s, now)
	if err != nil {
		return nil, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	p := &Place{Stage: up, Platform: on, Name: s.Name, IDs: c.IDs(), Names: map[string]string{}, StandIns: c.StandIns}
	for name, id := range p.IDs {
		p.Names[id] = name
	}
	view := p.View()
	for _, who := range view.People {
		if who.Bot {
			p.Bot = who.ID
		}
	}
	for _, r := range view.Rooms {
		if r.Name == "general" && r.Kind == stage.PublicRoom {
			p.General = r.ID
		}
	}
	return p, nil
}

// Copied returns a copy of what Open changes in a config.
func Copied(c *config.Config) *config.Config {
	out := *c
	out.Workspaces = slices.Clone(c.Workspaces)
	for i, s := range out.Workspaces {
		out.Workspaces[i].Values = maps.Clone(s.Values)
	}
	out.Organisation.People = maps.Clone(c.Organisation.People)
	for name, p := range out.Organisation.People {
		p.Accounts = maps.Clone(p.Accounts)
		out.Organisation.People[name] = p
	}
	return &out
}

// InRoom reports whether a person is in a room.
func (p *Place) InRoom(person, room string) bool {
	r, ok := p.View().Room(room)
	return ok && slices.Contains(r.Members, person)
}

// Direct returns the ID of a person's direct conversation with the bot, "" for none.
func (p *Place) Direct(person string) string {
	for _, r := range p.View().Rooms {
		if r.Kind == stage.DirectRoom && slices.Contains(r.Members, person) {
			return r.ID
		}
	}
	return ""
}

// Window returns a person's topmost open window.
func (p *Place) Window(person string) (stage.Window, bool) {
	open := p.View().For(person).Windows
	if len(open) == 0 {
		return stage.Window{}, false
	}
	return open[len(open)-1], true
}

// PressAnswer has a person press a button of the bot's last private reply, and reports
// whether there is one.
func (p *Place) PressAnswer(ctx context.Context, person, label string) (bool, error) {
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

// Answer returns the bot's last private reply to a person.
func (p *Place) Answer(person string) string {
	for _, post := range slices.Backward(p.View().Posts) {
		if post.Only == person {
			return post.Text
		}
	}
	return ""
}
