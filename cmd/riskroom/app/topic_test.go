package app

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	discord "riskroom/adapters/discord/emulator"
	slack "riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/engine"
)

// discusses is how people discuss a message in a frontend.
type discusses interface {
	// discuss opens a topic group for a message that the handler wrote in the lobby, which
	// mentions the lead, with the members and the name that the form offers.
	discuss(ctx context.Context, as role, said string) error
	say(as role, channel, text string) error
}

func (s *slackFrontend) discuss(ctx context.Context, as role, said string) error {
	ts, err := s.Say(s.id(handler), slackLobby, said+" <@"+s.id(lead)+">")
	if err != nil {
		return err
	}
	reply, err := s.MessageShortcut(ctx, s.id(as), slackLobby, ts, "discuss_message")
	if err != nil || reply.View == nil {
		return errors.Join(err, errors.New("no form"))
	}
	_, err = s.SubmitView(ctx, s.id(as), reply.View.ID, slack.Values{})
	return err
}

func (s *slackFrontend) say(as role, channel, text string) error {
	_, err := s.Say(s.id(as), channel, text)
	return err
}

func (d *discordFrontend) discuss(ctx context.Context, as role, said string) error {
	id, err := d.Say(d.id(handler), discordLobby, said+" <@"+d.id(lead)+">")
	if err != nil {
		return err
	}
	reply, err := d.MessageCommand(ctx, d.id(as), discordLobby, id, "Discuss in a channel")
	if err != nil || reply.Modal == nil {
		return errors.Join(err, errors.New("no form"))
	}
	_, err = d.SubmitModal(ctx, d.id(as), discord.Values{})
	return err
}

func (d *discordFrontend) say(as role, channel, text string) error {
	_, err := d.Say(d.id(as), channel, text)
	return err
}

// A topic from a message to its end: its author, the person mentioned and the opener are
// in it and can post. After the end nobody can.
func TestTopicFromAMessage(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) frontend{
		"slack":   func(t *testing.T) frontend { return newSlackFrontend(t, false) },
		"discord": func(t *testing.T) frontend { return newDiscordFrontend(t, true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := open(t)
			if s, ok := e.(*slackFrontend); ok {
				s.end = "archive"
			}
			h, people := startRights(t, e, "[everyone]", "[everyone]", ""), e.(discusses)
			if err := people.discuss(t.Context(), member, "The sums are off by one"); err != nil {
				t.Fatal(err)
			}
			g := h.topicAt(t, "T-1")
			g = h.group(t, g, func(g engine.Group) bool { return !g.Card.IsZero() && len(g.Members) >= 3 })
			for _, who := range []role{handler, lead, member} {
				if m, ok := g.Members["home/"+e.id(who)]; !ok || m.Code != "" {
					t.Errorf("%s is not in it: %+v", who, g.Members)
				}
			}
			if !strings.HasPrefix(g.Topic, "The sums are off by one") || g.Owner.ID != e.id(member) ||
				g.Origin == nil || g.Origin.By.Account.ID != e.id(handler) || g.Origin.Link == "" {
				t.Errorf("recorded %+v", g)
			}
			if err := people.say(handler, g.Ref.ID, "Who rounds them?"); err != nil {
				t.Error(err)
			}
			said, err := e.(topicTried).onTopic(t.Context(), member, "end", "T-1")
			if err != nil || !strings.Contains(said, "Ending the topic") {
				t.Fatalf("%q, %v", said, err)
			}
			h.group(t, g, func(g engine.Group) bool { return g.State == core.Ended })
			for _, who := range []role{handler, lead, member} {
				if err := people.say(who, g.Ref.ID, "Too late"); err == nil {
					t.Errorf("%s can post after the end", who)
				}
			}
		})
	}
}

// topicAt returns the group of a key once it exists.
func (h *rightsBundle) topicAt(t *testing.T, key core.RiskKey) engine.Group {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		all, err := h.db.GroupsOf(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 1 {
			return all[0]
		}
	}
	t.Fatalf("%s has no group", key)
	return engine.Group{}
}
