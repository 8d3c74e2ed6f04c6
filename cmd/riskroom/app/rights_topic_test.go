package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	discord "riskroom/adapters/discord/emulator"
	slack "riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/engine"
)

// topicTried is what a person does with topic groups in a frontend.
type topicTried interface {
	openTopic(ctx context.Context, as role, name string) (string, error)
	onTopic(ctx context.Context, as role, command string, key core.RiskKey) (string, error)
	pressEnd(ctx context.Context, as role, g engine.Group) (string, error) // up to the question, where the platform has none
}

func (s *slackFrontend) openTopic(ctx context.Context, as role, name string) (string, error) {
	return s.command(ctx, as, "topic open "+name)
}

func (s *slackFrontend) onTopic(ctx context.Context, as role, command string, key core.RiskKey) (string, error) {
	return s.command(ctx, as, "topic "+command+" "+string(key))
}

func (s *slackFrontend) pressEnd(ctx context.Context, as role, g engine.Group) (string, error) {
	return s.reply(as, func(user string) (slack.Reply, error) {
		return s.Press(ctx, user, g.Ref.ID, g.Card.ID, "riskroom."+string(core.PressEndTopic))
	})
}

func (d *discordFrontend) openTopic(ctx context.Context, as role, name string) (string, error) {
	return d.command(ctx, as, "topic open", discord.Values{"name": name})
}

func (d *discordFrontend) onTopic(ctx context.Context, as role, command string, key core.RiskKey) (string, error) {
	return d.command(ctx, as, "topic "+command, discord.Values{"key": string(key)})
}

func (d *discordFrontend) pressEnd(ctx context.Context, as role, g engine.Group) (string, error) {
	id, err := customID(d.Messages(g.Ref.ID), g.Card.ID, "riskroom."+string(core.PressEndTopic)+":")
	if err != nil {
		return "", err
	}
	reply, err := d.Press(ctx, d.id(as), g.Ref.ID, g.Card.ID, id)
	if err != nil || reply.Message == nil {
		return "", err
	}
	sure, err := customID([]discord.Message{*reply.Message}, reply.Message.ID, "")
	if err != nil {
		return "", err
	}
	return d.reply(d.Press(ctx, d.id(as), g.Ref.ID, reply.Message.ID, sure))
}

// customID returns the first custom_id of a message that has a prefix.
func customID(all []discord.Message, id, prefix string) (string, error) {
	for _, m := range all {
		raw, err := json.Marshal(m.Components)
		if err != nil {
			return "", err
		}
		if _, rest, ok := strings.Cut(string(raw), `"custom_id":"`+prefix); ok && m.ID == id {
			rest, _, _ = strings.Cut(rest, `"`)
			return prefix + rest, nil
		}
	}
	return "", fmt.Errorf("message %s has no such button", id)
}

// checkTopics has everybody open a topic group. Then everybody tries to see, end and reopen
// one whose owner is the lead and whose admin is the handler; the member is in it.
func (h *rightsBundle) checkTopics(t *testing.T, may map[role]right) {
	t.Helper()
	ctx, tried := t.Context(), h.frontend.(topicTried)
	for who, may := range may {
		if h.id(who) == "" {
			continue
		}
		said, err := tried.openTopic(ctx, who, "Who rounds?")
		if err != nil || strings.Contains(said, "is open") != may.file {
			t.Errorf("%s, topic open: allowed is %v, and the reply is %q, %v", who, may.file, said, err)
		}
	}
	g := h.topicOfLead(t)
	h.checkGroups(t, may, g)
	for who := range may {
		if h.id(who) == "" {
			continue
		}
		runs := who == lead || who == handler || who == administrator
		said, err := tried.onTopic(ctx, who, "show", g.Key)
		if sees := runs || who == member; err != nil || strings.Contains(said, "Being discussed") != sees ||
			!sees && !strings.Contains(said, "There is no topic "+string(g.Key)+", or you don't have access to it") {
			t.Errorf("%s, topic show: allowed is %v, and the reply is %q, %v", who, sees, said, err)
		}
		ends := []func() (string, error){func() (string, error) { return tried.onTopic(ctx, who, "end", g.Key) }}
		if runs && who != administrator || who == member { // who are in the channel
			ends = append(ends, func() (said string, err error) {
				for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) { // the card may show the end before
					if said, err = tried.pressEnd(ctx, who, g); err == nil || time.Now().After(end) {
						return said, err
					}
				}
			})
		}
		for i, end := range ends {
			said, err := end()
			if err != nil || strings.Contains(said, "Ending the topic") != runs {
				t.Errorf("%s, topic end (%d): allowed is %v, and the reply is %q, %v", who, i, runs, said, err)
			}
			if got := h.group(t, g, func(g engine.Group) bool { return !runs || g.State == core.Ended }); (got.State == core.Ended) != runs {
				t.Errorf("%s, topic end (%d): allowed is %v, and it is %s", who, i, runs, got.State)
			}
			if !runs {
				continue
			}
			said, err = tried.onTopic(ctx, who, "reopen", g.Key)
			if err != nil || !strings.Contains(said, "Reopening the topic") {
				t.Errorf("%s, topic reopen: the reply is %q, %v", who, said, err)
			}
			g = h.group(t, g, func(g engine.Group) bool { return g.State == core.Discussing })
		}
	}
}

// topicOfLead returns a topic group whose owner is the lead and whose admin is the handler;
// the member is in it.
func (h *rightsBundle) topicOfLead(t *testing.T) engine.Group {
	t.Helper()
	ref := func(who role) core.Ref { return core.RefOf(core.Account{Workspace: "home", ID: h.id(who)}) }
	by := core.Actor{Account: core.Account{Workspace: "home", ID: h.id(administrator)}, Name: "adm"}
	open := core.MakeOp("test", "topic")
	done, err := h.app.Engine().DoGroup(t.Context(), open, by, engine.OpenTopic{Name: "Sums", Members: []core.Ref{ref(member)}})
	if err != nil {
		t.Fatal(err)
	}
	g, err := h.app.Engine().Opened(t.Context(), done.Run)
	if err != nil {
		t.Fatal(err)
	}
	g = h.group(t, g, func(g engine.Group) bool { return !g.Card.IsZero() && len(g.Members) == 2 })
	change := engine.SetGroup{Group: g.Ref, Owner: ref(lead), Admins: []core.Ref{ref(handler)}}
	if _, err := h.app.Engine().DoGroup(t.Context(), core.MakeOp("test", "owner"), by, change); err != nil {
		t.Fatal(err)
	}
	return h.group(t, g, func(g engine.Group) bool { return string(core.RefOf(g.Owner)) == string(ref(lead)) })
}

// group returns the record of a group, as soon as ok returns true if it ever does.
func (h *rightsBundle) group(t *testing.T, g engine.Group, ok func(engine.Group) bool) engine.Group {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		now, err := h.db.GroupAt(t.Context(), g.Ref)
		if err != nil {
			t.Fatal(err)
		}
		if ok(now) || time.Now().After(end) {
			return now
		}
	}
}
