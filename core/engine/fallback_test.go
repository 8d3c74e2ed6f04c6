package engine_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// fallingBack returns a flow that messages people, and where else the message may go.
func fallingBack(to []string, fallback ...string) flow.Def {
	return flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: to, Title: "{{ .key }} waits", Card: "risk", Fallback: fallback}}}}
}

// refusing returns a failure for calls about some channels.
func refusing(kinds map[string]core.Kind) func(string, string) error {
	return func(method, about string) error {
		if k, ok := kinds[about]; ok && method == "post" {
			return &core.Error{Op: "fake: " + method, Kind: k, Detail: "no_" + strings.ToLower(about)}
		}
		return nil
	}
}

// texts returns the texts of the messages in a channel.
func (b *bundle) texts(channel string) (out []string) {
	for _, p := range b.platform.postsIn(channel) {
		out = append(out, core.Text(p.Message.Text))
	}
	return out
}

// TestFallbackAfterARefusal checks which failures make a direct message go elsewhere, and
// where to.
func TestFallbackAfterARefusal(t *testing.T) {
	t.Parallel()
	forWei := "For @WEI, who could not be reached:\nR-1 waits"
	for name, tc := range map[string]struct {
		fail map[string]core.Kind
		want map[string][]string // texts by channel
	}{
		"nothing fails":            {nil, map[string][]string{"DWEI": {"R-1 waits"}}},
		"unreachable":              {map[string]core.Kind{"DWEI": core.Unreachable}, map[string][]string{"COPS": {forWei}}},
		"not found":                {map[string]core.Kind{"DWEI": core.NotFound}, map[string][]string{"COPS": {forWei}}},
		"denied":                   {map[string]core.Kind{"DWEI": core.Denied}, nil},
		"invalid":                  {map[string]core.Kind{"DWEI": core.Invalid}, nil},
		"the channel is gone too":  {map[string]core.Kind{"DWEI": core.Unreachable, "COPS": core.NotFound}, map[string][]string{"DMEI": {forWei}}},
		"nobody can be reached":    {map[string]core.Kind{"DWEI": core.Unreachable, "COPS": core.NotFound, "DMEI": core.Unreachable}, nil},
		"the channel is forbidden": {map[string]core.Kind{"DWEI": core.Unreachable, "COPS": core.Denied}, map[string][]string{"DMEI": {forWei}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, fallingBack([]string{"handlers"}, "item", "acme/COPS", "lead"))
			b.platform.setFail(refusing(tc.fail))
			b.start()
			r := b.file("Ledger", time.Time{})
			if got := b.endState(r.Key, "tell"); got != engine.Finished {
				t.Fatalf("the run is %s", got)
			}
			for _, channel := range []string{"DWEI", "COPS", "DMEI"} {
				if got := b.texts(channel); !slices.Equal(got, tc.want[channel]) {
					t.Errorf("%s got %q, want %q", channel, got, tc.want[channel])
				}
			}
		})
	}
}

func TestFallbackIsInTheTrail(t *testing.T) {
	t.Parallel()
	b := setup(t, fallingBack([]string{"handlers"}, "item", "acme/COPS", "lead"))
	b.platform.setFail(refusing(map[string]core.Kind{"DWEI": core.Unreachable, "COPS": core.NotFound}))
	b.start()
	r := b.file("Ledger", time.Time{})
	b.endState(r.Key, "tell")
	var got []string
	for _, e := range slices.Backward(b.events(r.Key, engine.EventFallback)) {
		got = append(got, strings.Join([]string{e.Data["for"], e.Data["where"], e.Data["to"], e.Data["code"], e.Data["message"], e.Data["text"]}, "|"))
	}
	want := []string{
		"acme/WEI|item|item|no_item_group||",
		"acme/WEI|channel|acme/COPS|no_cops||",
		"acme/WEI|person|acme/MEI||acme/DMEI/m1|For @WEI, who could not be reached:\nR-1 waits",
	}
	if !slices.Equal(got, want) {
		t.Errorf("attempts:\n%q\nwant\n%q", got, want)
	}
	if failed := b.events(r.Key, engine.EventFailed); len(failed) > 0 || !b.hasEvent(r.Key, engine.EventPartial) {
		t.Errorf("the step is recorded as failed: %v", failed)
	}
}

// TestFallbackGetsOneMessageForAll checks that a place gets one message, for everyone who
// can't be reached and after everyone else has been.
func TestFallbackGetsOneMessageForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), fallingBack([]string{"dora", "wei", "lin"}, "acme/COPS"))
		b.org.People["dora"] = core.Person{Name: "dora", Email: "dora@example.com"}
		var outage atomic.Bool
		outage.Store(true)
		b.platform.setFail(func(method, about string) error {
			if about == "DLIN" && outage.Load() {
				return &core.Error{Op: "fake", Kind: core.Unavailable}
			}
			return refusing(map[string]core.Kind{"DWEI": core.Unreachable})(method, about)
		})
		stop := b.startEngine(b.engine)
		defer stop()
		r := b.file("Ledger", time.Time{})
		time.Sleep(10 * time.Minute)
		if got := b.texts("COPS"); got != nil {
			t.Errorf("sent before it is known who can be reached: %q", got)
		}
		outage.Store(false)
		time.Sleep(time.Hour)
		if got, want := b.texts("COPS"), []string{"For dora, @WEI, who could not be reached:\nR-1 waits"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := b.run(r.Key, "tell").State; got != engine.Finished {
			t.Errorf("the run is %s", got)
		}
	})
}

// TestFallbackWaitsForTheItemGroup checks that a flow which is about to create the item
// group is waited for, and only by those who can't be reached.
func TestFallbackWaitsForTheItemGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gather := flowsOnOneGroup()[0]
		gather.Trigger = flow.TriggerDef{On: "filed"}
		b := setupOn(t, &fakeClock{}, inMemory(t), fallingBack([]string{"handlers", "submitter"}, "item", "acme/COPS"), gather)
		busy := failing("create", 1, &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: 3 * time.Minute})
		b.platform.setFail(func(method, about string) error {
			if err := refusing(map[string]core.Kind{"DWEI": core.Unreachable})(method, about); err != nil {
				return err
			}
			return busy(method, about)
		})
		stop := b.startEngine(b.engine)
		defer stop()
		r := b.file("Ledger", time.Time{})
		time.Sleep(time.Minute)
		if got := b.texts("DLIN"); len(got) != 1 {
			t.Errorf("lin has %d messages while the group is created", len(got))
		}
		time.Sleep(time.Hour)
		if got := b.texts("C1"); !slices.Contains(got, "For @WEI, who could not be reached:\nR-1 waits") || len(b.texts("COPS")) > 0 {
			t.Errorf("the group got %q, the channel %q", got, b.texts("COPS"))
		}
		if got := b.run(r.Key, "tell").State; got != engine.Finished {
			t.Errorf("the run is %s", got)
		}
	})
}

// TestFallbackAfterACrash checks that a message which a killed process sent elsewhere is
// found there, even if an entry that was skipped could be used by then.
func TestFallbackAfterACrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gather := flowsOnOneGroup()[0]
		gather.Trigger = flow.TriggerDef{DateField: "submitted_at", After: "2s"}
		b := setupOn(t, &fakeClock{}, inMemory(t), fallingBack([]string{"handlers"}, "item", "acme/COPS"), gather)
		p := &process{steps: -1}
		deaf := refusing(map[string]core.Kind{"DWEI": core.Unreachable})
		b.platform.setFail(func(method, about string) error {
			if about == "COPS" {
				p.kill()
				return &core.Error{Op: "killed", Kind: core.Unavailable, Effect: core.Maybe}
			}
			return deaf(method, about)
		})
		stop := b.startProcess(p)
		r := b.file("Ledger", time.Time{})
		time.Sleep(time.Minute)
		stop()
		b.platform.setFail(deaf)
		defer b.startEngine(b.engine)()
		time.Sleep(time.Hour)
		if got := b.texts("COPS"); len(got) != 1 {
			t.Errorf("the channel has %d messages, want 1", len(got))
		}
		if got := b.texts("C1"); len(got) != 1 {
			t.Errorf("the group got %q, want only its badge", got)
		}
		if got := b.run(r.Key, "tell").State; got != engine.Finished {
			t.Errorf("the run is %s", got)
		}
	})
}

// TestUnreachedPeopleAreOnTheCard checks that cards show who couldn't be reached, until they
// can be or aren't involved any more.
func TestUnreachedPeopleAreOnTheCard(t *testing.T) {
	t.Parallel()
	again := fallingBack([]string{"handlers"})
	again.Name, again.Trigger = "again", flow.TriggerDef{On: "note"}
	b := setup(t, fallingBack([]string{"handlers", "lin"}, "acme/COPS"), again)
	b.org.People["dora"] = core.Person{Name: "dora", Email: "dora@example.com"}
	b.org.Modules[0].Handlers = []core.Ref{"wei", "dora"}
	b.platform.setFail(refusing(map[string]core.Kind{"DWEI": core.Unreachable}))
	b.start()
	r := b.file("Ledger", time.Time{})
	row := func(c *core.Card) string {
		for _, r := range c.Rows {
			if r.Label == "Not reached" {
				return core.Text(r.Value)
			}
		}
		return ""
	}
	shows := func(what, want string) {
		t.Helper()
		b.eventually(what, func() bool {
			v, err := b.engine.Show(b.ctx(), lin, r.Key)
			if err != nil {
				t.Fatal(err)
			}
			asked := b.engine.Card(b.ctx(), v, "acme", "en")
			cards := []*core.Card{&asked, b.platform.postsIn("DLIN")[0].Message.Card, b.platform.postsIn("COPS")[0].Message.Card}
			return !slices.ContainsFunc(cards, func(c *core.Card) bool { return row(c) != want })
		})
	}
	b.endState(r.Key, "tell")
	shows("both are on the cards", "dora (no account in acme), @WEI (no direct messages in acme)")

	b.platform.setFail(nil)
	if _, err := b.engine.Do(b.ctx(), "op-note", lin, engine.AddNote{Risk: r.Key, Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	shows("wei is reached", "dora (no account in acme)")
	if _, err := b.engine.Do(b.ctx(), "op-assign", lin, engine.Assign{Risk: r.Key, To: []core.Ref{"wei"}}); err != nil {
		t.Fatal(err)
	}
	shows("dora is no handler", "")
}

// A topic group that has ended gets no message, so the next entry does.
func TestFallbackPassesAnEndedTopic(t *testing.T) {
	t.Parallel()
	b := setup(t, fallingBack([]string{"handlers"}, "acme/C1", "lead"))
	b.platform.can.End = core.End{Posters: core.Administrators}
	b.platform.setFail(refusing(map[string]core.Kind{"DWEI": core.Unreachable}))
	b.start()
	g := b.open("open", engine.OpenTopic{Name: "Who rounds?"})
	if _, err := b.doGroup(wei, engine.EndTopic{Group: g.Ref}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "ended", func(g engine.Group) bool { return g.State == core.Ended && g.Ref.ID == "C1" })
	said := b.texts("C1")
	r := b.file("Ledger", time.Time{})
	b.endState(r.Key, "tell")
	if got := b.texts("C1"); !slices.Equal(got, said) {
		t.Errorf("the topic group reads %q", got)
	}
	if got := b.texts("DMEI"); len(got) != 1 {
		t.Errorf("the lead got %q", got)
	}
}
