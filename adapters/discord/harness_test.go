package discord_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"riskroom/adapters/adaptertest"
	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

// TestMatrix injects each fault into every call of every action.
func TestMatrix(t *testing.T) {
	cells := adaptertest.Matrix(t, harness{})
	if !t.Failed() && len(cells) < 300 {
		t.Errorf("the matrix has only %d cells", len(cells))
	}
	adaptertest.EffectsPage(t, "Discord", discord.Settings(), cells, *update)
}

type harness struct{}

// Open implements adaptertest.Harness.
func (harness) Open(t testing.TB, clock core.Clock) adaptertest.World {
	t.Helper()
	o := guildOf()
	o.Now = clock.Now
	o.Channels = []emulator.Channel{{ID: hidden, Name: "hidden", Private: true, Members: []string{eve}}}
	w := start(t, o)
	return world{w, connect(t, w, discord.Config{API: client(t, w, api.Config{Clock: clock}), Budget: adaptertest.Unlimited{}})}
}

type world struct {
	*emulator.Workspace
	adapter *discord.Adapter
}

// Platform implements adaptertest.World.
func (w world) Platform() core.Platform { return w.adapter }

// Cast implements adaptertest.World.
func (w world) Cast() adaptertest.Cast {
	return adaptertest.Cast{
		Workspace:   home,
		People:      []core.Account{account(lin), account(wei), account(ana), account(bob), account(eve)},
		Unreachable: account(deaf),
		Uninvitable: account(gone),
		Nobody:      account(nobody),
		Hidden:      core.GroupRef{Workspace: home, ID: hidden},
		Missing: func(g core.GroupRef) core.MessageRef {
			return core.MessageRef{Workspace: home, Channel: g.ID, ID: missing}
		},
		Say: func(who core.Account, g core.GroupRef) error { _, err := w.Say(who.ID, g.ID, "hello"); return err },
		Ends: adaptertest.Ends{
			core.Archived: func(g core.GroupRef) error { return w.MoveByHand(w.OwnerID(), g.ID, "riskroom-archive") },
			core.Deleted:  func(g core.GroupRef) error { return w.DeleteChannel(w.OwnerID(), g.ID) },
		},
		UserGroup: "On Call",
	}
}

// State implements adaptertest.World.
func (w world) State() adaptertest.State {
	var s adaptertest.State
	for _, ch := range w.Channels() {
		if ch.Creator == w.BotUserID() && !ch.Category {
			s.Groups = append(s.Groups, w.group(ch))
		}
	}
	for _, p := range w.View().People {
		if m := w.DMs(p.ID); len(m) > 0 {
			s.Direct = append(s.Direct, adaptertest.DirectView{With: p.ID, Messages: w.shown(m)})
		}
	}
	return s
}

// group returns a group as its members see it. The topic's first line is the
// topic, and the lines below it are the purpose.
func (w world) group(ch emulator.Channel) adaptertest.GroupView {
	v := adaptertest.GroupView{
		Ref: core.GroupRef{Workspace: home, ID: ch.ID}, Name: ch.Name, Private: ch.Private,
		Messages: w.shown(w.Messages(ch.ID)),
	}
	if parent, ok := w.ChannelByID(ch.Parent); ok {
		v.Archived = strings.HasPrefix(parent.Name, "riskroom-archive")
	}
	topic, below, _ := strings.Cut("\n"+ch.Topic, "\n- ")
	v.Topic, v.Purpose = w.PlainText(strings.TrimPrefix(topic, "\n")), w.PlainText(below)
	for _, id := range ch.Members {
		if id != w.BotUserID() {
			v.Members = append(v.Members, id)
			if !w.MayWrite(id, ch.ID) {
				v.Silent = append(v.Silent, id)
			}
		}
	}
	for _, n := range w.Notices(ch.ID) {
		v.Notices = append(v.Notices, n.Plain)
	}
	for _, p := range w.Pins(ch.ID) {
		v.Pinned = append(v.Pinned, core.MessageRef{Workspace: home, Channel: ch.ID, ID: p.ID})
	}
	return v
}

func (w world) shown(messages []emulator.Message) []adaptertest.Shown {
	var out []adaptertest.Shown
	for _, m := range messages {
		s := adaptertest.Shown{Ref: core.MessageRef{Workspace: home, Channel: m.Channel, ID: m.ID}, Text: m.Plain, Mentions: m.Notifies}
		if i := slices.IndexFunc(messages, func(o emulator.Message) bool { return o.ID == m.ReplyTo }); i >= 0 {
			s.ReplyTo = messages[i].Plain
		}
		look(m.Content, &s, false)
		for _, e := range m.Embeds {
			str := func(v any) string { s, _ := v.(string); return s }
			look(str(e["title"]), &s, true)
			look(str(e["description"]), &s, true)
			fields, _ := e["fields"].([]any)
			for _, f := range fields {
				look(str(f.(map[string]any)["value"]), &s, true)
			}
		}
		for _, c := range m.Components {
			walk(c, &s, false)
		}
		out = append(out, s)
	}
	return out
}

// walk looks at a component, and at those in it.
func walk(v any, s *adaptertest.Shown, card bool) {
	c, ok := v.(map[string]any)
	if !ok {
		return
	}
	if text, ok := c["content"].(string); ok {
		look(text, s, card)
	}
	if label, ok := c["label"].(string); ok {
		s.Buttons = append(s.Buttons, label)
	}
	parts, _ := c["components"].([]any)
	for _, part := range parts {
		walk(part, s, card || c["spoiler"] != nil) // only containers have it
	}
	walk(c["accessory"], s, card)
}

// working matches active mentions and links, and skips escaped text.
var working = regexp.MustCompile(`\\.|<(?:@!?|@&|#)(\d+)>|(@everyone|@here)|\]\(<?(https?://[^\s<>)]+)>?\)|<?(https?://[^\s<>)]+)>?`)

// look collects what notifies people and what can be pressed. On a card a
// mention shows a name and notifies nobody; for a message's text the emulator
// says who is notified.
func look(text string, s *adaptertest.Shown, card bool) {
	for _, m := range working.FindAllStringSubmatch(text, -1) {
		switch id, all, link := m[1], m[2], m[3]+m[4]; {
		case link != "":
			s.Links = append(s.Links, link)
		case card && id != "":
			s.Mentions = append(s.Mentions, id)
		case card && all != "":
			s.Mentions = append(s.Mentions, "everyone")
		}
	}
}

// Calls implements adaptertest.World.
func (w world) Calls() []adaptertest.APICall {
	var out []adaptertest.APICall
	for _, c := range w.Log().Calls() {
		out = append(out, adaptertest.APICall{Method: c.Method, Write: c.Write, Effect: c.Effect, Struck: len(c.Met) > 0})
	}
	return out
}

// Inject implements adaptertest.World.
func (w world) Inject(f adaptertest.Fault) bool {
	order := stage.Fault{Method: f.Method, Kind: stage.FaultKind(f.Kind), Nth: f.Nth, Times: f.Times, RetryAfter: f.Wait}
	switch f.Kind {
	case adaptertest.Revoked:
		order.Kind, order.Code = stage.Refuse, "401"
	case adaptertest.Forbidden:
		order.Kind, order.Code = stage.Refuse, "50013"
	case adaptertest.HideMetadata:
		order.Method = "list_messages"
	default: // the emulator's own names are the same
	}
	if !slices.Contains(append(emulator.CallFaults(), stage.Refuse, stage.HideMetadata, stage.AlterName), order.Kind) {
		return false
	}
	w.Faults().Order(order)
	return true
}
