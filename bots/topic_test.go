package bots

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// fakeGroups is the part of fakeEngine for groups.
type fakeGroups struct {
	did     []engine.GroupOperation
	topics  []engine.Group
	members []core.Account
	groups  []engine.GroupView
	refused *core.Refusal // of DoGroup, nil if it succeeds
	opening core.Kind     // why a new group doesn't exist in time
}

func (f *fakeGroups) DoGroup(_ context.Context, _ string, by core.Actor, o engine.GroupOperation) (engine.GroupOutcome, error) {
	f.did = append(f.did, o)
	if f.refused != nil {
		return engine.GroupOutcome{}, f.refused
	}
	out := engine.GroupOutcome{Group: engine.Group{Key: "T-3", Name: "rounding-t-3", Ref: core.GroupRef{Workspace: "acme", ID: "C3"}, Type: core.Topic, Owner: by.Account}}
	if open, ok := o.(engine.OpenTopic); ok {
		out.Group = engine.Group{Key: "T-3", Name: open.Name, Type: core.Topic}
	}
	return out, nil
}

func (f *fakeGroups) Opened(context.Context, string) (engine.Group, error) {
	if f.opening != "" {
		return engine.Group{}, &core.Error{Kind: f.opening}
	}
	return engine.Group{Key: "T-3", Name: "rounding-t-3", Ref: core.GroupRef{Workspace: "acme", ID: "C3"}, Type: core.Topic}, nil
}

func (f *fakeGroups) Groups(_ context.Context, _ core.Actor, key core.RiskKey, at core.GroupRef, _ string) ([]engine.GroupView, error) {
	return slices.DeleteFunc(slices.Clone(f.groups), func(v engine.GroupView) bool {
		return v.Group.Key != key && (key != "" || v.Group.Ref != at)
	}), nil
}

func (f *fakeGroups) Topics(_ context.Context, _ core.Actor, key core.RiskKey, at core.GroupRef) ([]engine.Group, error) {
	return slices.DeleteFunc(slices.Clone(f.topics), func(g engine.Group) bool { return g.Key != key && g.Ref != at }), nil
}

func (f *fakeGroups) Members(_ context.Context, _ core.GroupRef, limit int) ([]core.Account, error) {
	if len(f.members) == 0 || len(f.members) > limit {
		return nil, &core.Error{Kind: core.Unsupported}
	}
	return f.members, nil
}

func TestOpenTopic(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]engine.OpenTopic{
		"topic open Who rounds the sums?":        {Name: "Who rounds the sums?"},
		"topic open 17 sums are off":             {Name: "17 sums are off"},
		"话题 发起 尾差谁来处理？":                          {Name: "尾差谁来处理？"},
		"topic open R-17":                        {Risk: "R-17"},
		"topic open r-17 @lin, @Ada Who rounds?": {Risk: "R-17", Members: []core.Ref{"lin", "acme/U0ADA"}, Name: "Who rounds?"},
		"discuss new @lin Who rounds?":           {Members: []core.Ref{"lin"}, Name: "Who rounds?"},
	} {
		f := &fakeEngine{}
		c := typed(line)
		c.Typed.Mentions = Mentions{"@Ada": "acme/U0ADA"}
		r := ask(t, newBot(t, f), c)
		if len(f.did) != 1 {
			t.Errorf("%q: %s", line, words(r))
			continue
		}
		got := f.did[0].(engine.OpenTopic)
		if got.Name != want.Name || got.Risk != want.Risk || !slices.Equal(got.Members, want.Members) {
			t.Errorf("%q: %+v", line, got)
		}
		if last := r.Text[len(r.Text)-1]; last.Kind != core.GroupSpan || last.Group.ID != "C3" {
			t.Errorf("%q: no link in %+v", line, r.Text)
		}
	}
	f := &fakeEngine{rooms: map[core.GroupRef]core.RiskKey{room: "R-9"}}
	c := typed("topic open")
	c.Channel = room
	ask(t, newBot(t, f), c)
	if got := f.did[0].(engine.OpenTopic); got.Risk != "R-9" {
		t.Errorf("in a risk's channel: %+v", got)
	}
	f = &fakeEngine{}
	if r := ask(t, newBot(t, f), typed("topic open")); r.Form == nil || r.Form.ID != formDiscuss || len(f.did) != 0 {
		t.Errorf("without a name: %+v", r)
	}
	f.opening = core.Unavailable
	wants(t, words(ask(t, newBot(t, f), typed("topic open Who rounds?"))), "creating the channel for topic T-3, \"Who rounds?\"")
}

func TestTopicsOfAKey(t *testing.T) {
	t.Parallel()
	three := engine.Group{Key: "T-3", Ref: core.GroupRef{Workspace: "acme", ID: "C3"}, Type: core.Topic, Name: "rounding-t-3", Owner: lin.Account,
		State: core.Ended, Ended: &engine.Closed{By: core.Actor{Name: "Ada"}, At: now}, Origin: &core.Quote{Link: "https://example.com/m"}}
	one, two := three, three
	one.Key, one.Ref.ID, one.State = "R-17", "C1", core.Discussing
	two.Key, two.Ref.ID, two.State = "R-17", "C2", core.Discussing
	f := &fakeEngine{history: map[string]engine.History{"T-3 ": {Risk: core.Risk{Key: "T-3", Title: "Rounding"}}}}
	f.topics = []engine.Group{one, two, three}
	b := newBot(t, f)
	for line, want := range map[string]string{
		"show T-3":            "T-3 #rounding-t-3 · Ended ",
		"topic show t-3":      "T-3 #rounding-t-3 · Ended ",
		"t-3":                 "T-3 #rounding-t-3 · Ended ",
		"topic show T-4":      "There is no topic T-4",
		"topic show R-17":     "R-17 has several topics",
		"topic end":           "Say which topic: /risk topic end T-3",
		"topic end 17":        "R-17 has several topics",
		"topic end T-3 R-17":  "Remove the text after the key",
		"show T-3 R-17":       "Remove the text after the key",
		"history T-3":         "What happened to T-3 Rounding",
		"status T-3 resolved": "T-3 is a topic, and this command is for risks",
		"note T-3 found it":   "T-3 is a topic, and this command is for risks",
	} {
		wants(t, words(ask(t, b, typed(line))), want)
	}
	for line, want := range map[string]string{"show": "T-3 #rounding-t-3 · Ended ", "history": "What happened to T-3 Rounding"} {
		c := typed(line)
		c.Channel = three.Ref
		wants(t, words(ask(t, b, c)), want)
	}
	pressed := Command{Op: "press", Actor: lin, Pressed: &Pressed{Press: core.PressDetails, Risk: "T-3"}}
	wants(t, words(ask(t, b, pressed)), "T-3 #rounding-t-3 · Ended ")
	ask(t, b, typed("topic end T-3"))
	c := typed("topic reopen")
	c.Channel = two.Ref
	ask(t, b, c)
	if want := []engine.GroupOperation{engine.EndTopic{Group: three.Ref}, engine.ReopenTopic{Group: two.Ref}}; len(f.did) != 2 || f.did[0] != want[0] || f.did[1] != want[1] {
		t.Errorf("did %+v", f.did)
	}
	f.topics[0].State = core.Ended
	ask(t, b, typed("topic reopen R-17"))
	ask(t, b, typed("topic end R-17"))
	if want := []engine.GroupOperation{engine.ReopenTopic{Group: one.Ref}, engine.EndTopic{Group: two.Ref}}; !slices.Equal(f.did[2:], want) {
		t.Errorf("the only one in the other state: did %+v", f.did[2:])
	}
}

// The button asks before it ends a topic, unless the platform has asked.
func TestEndButton(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	c := Command{Op: "press", Actor: lin, Channel: room, Pressed: &Pressed{Press: core.PressEndTopic, Risk: "T-3"}}
	r := ask(t, b, c)
	if len(f.did) != 0 || len(r.Turns) != 1 || len(r.Turns[0].State) > MaxTurn {
		t.Fatalf("did %+v, %+v", f.did, r)
	}
	wants(t, words(r), "End this topic?\nAfter that, nobody can post")
	turned := Command{Op: "turn", Actor: lin, Channel: room, Turned: &Turned{Pages: r.Turns[0].Pages, State: r.Turns[0].State}}
	if r := ask(t, b, turned); !r.Replace || len(f.did) != 1 || f.did[0] != (engine.EndTopic{Group: room}) {
		t.Errorf("did %+v, %+v", f.did, r)
	}
	turned.Channel.ID = "C0OTHER"
	ask(t, b, turned)
	c.Pressed.Confirmed = true
	ask(t, b, c)
	ask(t, b, Command{Op: "press", Actor: lin, Channel: room, Pressed: &Pressed{Press: core.PressReopenTopic, Risk: "T-3"}})
	if len(f.did) != 3 || f.did[2] != (engine.ReopenTopic{Group: room}) {
		t.Errorf("did %+v", f.did)
	}
}

// The form for a message offers its author, who is mentioned, the person, and the members
// of a small channel.
func TestDiscussMessage(t *testing.T) {
	t.Parallel()
	account := func(id string) core.Account { return core.Account{Workspace: "acme", ID: id} }
	quote := core.Quote{By: core.Actor{Account: account("U0ADA"), Name: "Ada"}, Link: "https://acme.example/m1"}
	m := &Message{Text: "The sums  of last month are off by one, again and again and again and\nagain", Quote: quote, Mentions: []core.Account{account("U0BEA")}}
	for many, want := range map[int][]string{
		0:  {"acme/U0ADA", "acme/U0LIN", "acme/U0BEA"},
		2:  {"acme/U0ADA", "acme/U0LIN", "acme/U0BEA", "acme/U0M0", "acme/U0M1"},
		31: {"acme/U0ADA", "acme/U0LIN", "acme/U0BEA"},
	} {
		f := &fakeEngine{}
		for i := range many {
			f.members = append(f.members, account("U0M"+string(rune('0'+i))))
		}
		b := newBot(t, f)
		r := ask(t, b, Command{Op: "shortcut", Actor: lin, Channel: room, Shortcut: &Shortcut{Name: shortcutDiscuss, Message: m}})
		if r.Form == nil {
			t.Fatal(words(r))
		}
		name, members := r.Form.Fields[0], r.Form.Fields[1]
		if !slices.Equal(members.Initial, want) || !strings.HasPrefix(name.Initial[0], "The sums of last month are off") || len([]rune(name.Initial[0])) > maxWords {
			t.Errorf("with %d members: %q, %v", many, name.Initial, members.Initial)
		}
		r = ask(t, b, Command{Op: "form", Actor: lin, Channel: room, Filled: &Filled{Form: formDiscuss, State: r.Form.State,
			Values: Values{nameName: {"Sums"}, membersName: {"acme/U0ADA"}}}})
		got, ok := f.did[0].(engine.OpenTopic)
		if !ok || got.Name != "Sums" || !slices.Equal(got.Members, []core.Ref{"acme/U0ADA"}) || got.Origin == nil || got.Origin.Link != quote.Link || got.Origin.By.Account != quote.By.Account {
			t.Errorf("opened %+v", got)
		}
		if r.Form == nil || r.Form.Submit != "" {
			t.Errorf("the form is followed by %+v", r)
		}
	}
}

// How long somebody has to wait is said in words.
func TestTopicsAreTooMany(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	f.refused = core.Refuse(core.Conflict, "topic_often", "", "Max", 5, "Duration", time.Hour+2*time.Minute)
	b := newBot(t, f)
	wants(t, words(ask(t, b, typed("topic open Rounding"))), "The next one is possible in 1 hour 2 minutes.")
}
