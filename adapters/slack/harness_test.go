package slack_test

import (
	"slices"
	"strings"
	"testing"

	"riskroom/adapters/adaptertest"
	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

// TestMatrix injects each fault into every call of every action.
func TestMatrix(t *testing.T) {
	cells := adaptertest.Matrix(t, harness{})
	for _, c := range adaptertest.Matrix(t, restricting, core.PartState, core.PartMute) {
		c.Action += ", topic_end: restrict"
		cells = append(cells, c)
	}
	if !t.Failed() && len(cells) < 300 {
		t.Errorf("the matrix has only %d cells", len(cells))
	}
	adaptertest.EffectsPage(t, "Slack", slack.Settings(), cells, *update)
}

// harness opens workspaces in which topic groups end in one way, with or without an
// administrator's token.
type harness struct{ end, admin string }

// restricting is the harness of an organisation that restricts who can post.
var restricting = harness{end: "restrict", admin: "xoxp-stand-in"}

// Open implements adaptertest.Harness.
func (h harness) Open(t testing.TB, clock core.Clock) adaptertest.World {
	t.Helper()
	w := start(t, emulator.Options{
		Now: clock.Now, AdminToken: h.admin,
		Users: []emulator.User{
			{ID: "U0000000LIN", Name: "lin", Email: "lin@example.com"},
			{ID: "U0000000WEI", Name: "wei"}, {ID: "U0000000ANA", Name: "ana"},
			{ID: "U0000000BOB", Name: "bob"}, {ID: "U0000000EVE", Name: "eve"},
			{ID: "U000000DEAF", Name: "deaf", DirectMessagesOff: true},
			{ID: "U0000000SHY", Name: "shy", CannotBeInvited: true},
		},
		UserGroups: []emulator.UserGroup{{Handle: "oncall", Users: []string{"U0000000WEI", "U0000000ANA"}}},
		Channels:   []emulator.Channel{{ID: "C00000HIDDE", Name: "hidden", Private: true, Creator: "U0000000EVE"}},
	})
	return world{w, connect(t, w, slack.Config{End: h.end, Budget: adaptertest.Unlimited{}})}
}

type world struct {
	*emulator.Workspace
	adapter *slack.Adapter
}

// Platform implements adaptertest.World.
func (w world) Platform() core.Platform { return w.adapter }

// Cast implements adaptertest.World.
func (w world) Cast() adaptertest.Cast {
	return adaptertest.Cast{
		Workspace: home,
		People: []core.Account{
			account("U0000000LIN"), account("U0000000WEI"), account("U0000000ANA"), account("U0000000BOB"), account("U0000000EVE"),
		},
		Unreachable: account("U000000DEAF"),
		Uninvitable: account("U0000000SHY"),
		Nobody:      account("U000NOBODY0"),
		Hidden:      core.GroupRef{Workspace: home, ID: "C00000HIDDE"},
		Missing: func(g core.GroupRef) core.MessageRef {
			return core.MessageRef{Workspace: home, Channel: g.ID, ID: "1700000000.000001"}
		},
		Say: func(who core.Account, g core.GroupRef) error { _, err := w.Say(who.ID, g.ID, "hello"); return err },
		Ends: adaptertest.Ends{
			core.Archived: func(g core.GroupRef) error { return w.ArchiveByHand("U0000000LIN", g.ID) },
			core.Deleted:  func(g core.GroupRef) error { return w.DeleteChannel("U0000000LIN", g.ID) },
		},
		Email:     "lin@example.com",
		UserGroup: "oncall",
	}
}

// State implements adaptertest.World.
func (w world) State() adaptertest.State {
	var s adaptertest.State
	for _, ch := range w.Channels() {
		if ch.Creator == w.BotUserID() {
			s.Groups = append(s.Groups, w.group(ch))
		}
	}
	for _, p := range w.View().People {
		if m := w.DMs(p.ID); len(m) > 0 {
			s.Direct = append(s.Direct, adaptertest.DirectView{With: p.ID, Messages: shown(m)})
		}
	}
	return s
}

func (w world) group(ch emulator.Channel) adaptertest.GroupView {
	messages := w.Messages(ch.ID)
	v := adaptertest.GroupView{
		Ref: core.GroupRef{Workspace: home, ID: ch.ID}, Name: ch.Name, Topic: ch.Topic, Purpose: ch.Purpose,
		Private: ch.Private, Archived: ch.Archived, Messages: shown(messages),
	}
	for _, id := range ch.Members {
		if id != w.BotUserID() {
			v.Members = append(v.Members, id)
			if !w.MayWrite(id, ch.ID) {
				v.Silent = append(v.Silent, id)
			}
		}
	}
	for _, n := range w.Notices(ch.ID) {
		v.Notices = append(v.Notices, n.Subtype+": "+n.Plain)
	}
	for _, p := range w.Pins(ch.ID) {
		v.Pinned = append(v.Pinned, core.MessageRef{Workspace: home, Channel: ch.ID, ID: p.TS})
	}
	for _, b := range w.Bookmarks(ch.ID) {
		mark := adaptertest.Bookmark{Label: b.Title}
		i := slices.IndexFunc(messages, func(m emulator.Message) bool { return w.Permalink(ch.ID, m.TS) == b.Link })
		if i >= 0 {
			mark.Message = core.MessageRef{Workspace: home, Channel: ch.ID, ID: messages[i].TS}
		}
		v.Bookmarks = append(v.Bookmarks, mark)
	}
	return v
}

func shown(messages []emulator.Message) []adaptertest.Shown {
	var out []adaptertest.Shown
	for _, m := range messages {
		s := adaptertest.Shown{Ref: core.MessageRef{Workspace: home, Channel: m.Channel, ID: m.TS}, Text: m.Plain}
		if i := slices.IndexFunc(messages, func(o emulator.Message) bool { return o.TS == m.Thread }); i >= 0 {
			s.ReplyTo = messages[i].Plain
		}
		for _, b := range m.Blocks {
			walk(b, &s)
		}
		out = append(out, s)
	}
	return out
}

// walk collects what notifies people and what can be pressed in decoded blocks.
func walk(v any, s *adaptertest.Shown) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walk(e, s)
		}
	case map[string]any:
		switch v["type"] {
		case "user":
			s.Mentions = append(s.Mentions, v["user_id"].(string))
		case "broadcast", "usergroup":
			s.Mentions = append(s.Mentions, "everyone")
		case "link":
			s.Links = append(s.Links, v["url"].(string))
		case "overflow":
			for _, o := range v["options"].([]any) {
				s.Buttons = append(s.Buttons, o.(map[string]any)["text"].(map[string]any)["text"].(string))
			}
		case "button":
			s.Buttons = append(s.Buttons, v["text"].(map[string]any)["text"].(string))
		case "mrkdwn":
			s.Mentions = append(s.Mentions, "mrkdwn") // nothing may be markup
		}
		walk(v["elements"], s)
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
		if strings.HasPrefix(f.Method, "admin.") {
			return false // another token than the bot's
		}
		order.Kind, order.Code = stage.Refuse, "token_revoked"
	case adaptertest.Forbidden:
		order.Kind, order.Code = stage.Refuse, "restricted_action"
	case adaptertest.HideMetadata:
		order.Method = "conversations.history"
	default: // the emulator's own names are the same
	}
	if !slices.Contains(append(emulator.CallFaults(), stage.Refuse, stage.HideMetadata, stage.AlterName, stage.RefuseName), order.Kind) {
		return false
	}
	w.Faults().Order(order)
	return true
}
