package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// threadFlow is a flow whose second message replies to the first, a minute later, and whose
// third replies to the second.
func threadFlow() flow.Def {
	return flow.Def{Name: "thread", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
		{Action: &flow.SendGroupMessageDef{ID: "first", Group: "acme/CROOM", Title: "{{ .key }} first"}},
		{Action: &flow.WaitDef{For: "1m"}},
		{Action: &flow.SendGroupMessageDef{ID: "second", Group: "acme/CROOM", Title: "{{ .key }} second", ReplyTo: "first", Card: "risk"}},
		{Action: &flow.SendGroupMessageDef{Group: "acme/CROOM", Title: "{{ .key }} third", ReplyTo: "second"}},
	}}
}

// wantThread checks the messages in a channel: each has the number of the one that it replies
// to, and of the one with which its thread begins, from 1.
func (b *bundle) wantThread(channel string, want ...string) {
	b.t.Helper()
	posts := b.platform.postsIn(channel)
	number := func(id string) int {
		return 1 + slices.IndexFunc(posts, func(p fakePost) bool { return p.Ref.ID == id })
	}
	var got []string
	for _, p := range posts {
		got = append(got, fmt.Sprint(core.Text(p.Message.Text), " ", number(p.Message.ReplyTo.ID), " ", number(p.Ref.Thread)))
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("the messages in %s are %q, want %q", channel, got, want)
	}
}

// apart returns why messages of a risk's flow are not replies.
func (b *bundle) apart(key core.RiskKey) []string {
	var out []string
	for _, e := range b.events(key, engine.EventStep) {
		if why := e.Data["apart"]; why != "" {
			out = append(out, why)
		}
		for _, why := range []string{"not_sent", "message_gone"} {
			if who := e.Data["apart."+why]; who != "" {
				out = append(out, why+": "+who)
			}
		}
	}
	return out
}

// A reply is in the thread of an earlier step's message. If that one wasn't sent or has been
// deleted, the reply is sent as any other message, and the trail says so.
func TestReply(t *testing.T) {
	t.Parallel()
	skipped := threadFlow()
	skipped.Steps[0].If = `status == "resolved"`
	for name, c := range map[string]struct {
		flow     flow.Def
		fail     bool // the first message can't be sent
		delete   bool // it is deleted before the second is sent
		messages []string
		apart    []string
	}{
		"the usual":            {threadFlow(), false, false, []string{"R-1 first 0 0", "R-1 second 1 1", "R-1 third 2 1"}, nil},
		"the first is skipped": {skipped, false, false, []string{"R-1 second 0 0", "R-1 third 1 1"}, []string{"not_sent"}},
		"the first fails":      {threadFlow(), true, false, []string{"R-1 second 0 0", "R-1 third 1 1"}, []string{"not_sent"}},
		"the first is deleted": {threadFlow(), false, true, []string{"R-1 second 0 0", "R-1 third 1 1"}, []string{"message_gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSynctest(t, func(b *bundle) {
				if c.fail {
					b.platform.setFail(func(string, string) error {
						return &core.Error{Op: "fake", Kind: core.Denied, Detail: "restricted"}
					})
				}
				r := b.file("Ledger", time.Time{})
				time.Sleep(30 * time.Second)
				b.platform.setFail(nil)
				if c.delete {
					b.platform.deletePosts("CROOM")
				}
				time.Sleep(time.Minute)
				b.wantThread("CROOM", c.messages...)
				if got := b.apart(r.Key); !slices.Equal(got, c.apart) {
					t.Errorf("the trail says %q, want %q", got, c.apart)
				}
			}, c.flow)
		})
	}
}

// A reply is kept up to date like any other message with a card, in a group as in a direct
// conversation.
func TestReplyIsKeptUpToDate(t *testing.T) {
	t.Parallel()
	for channel, d := range map[string]flow.Def{"CROOM": threadFlow(), "DWEI": chaseFlow()} {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			inSynctest(t, func(b *bundle) {
				r := b.file("Ledger", time.Time{})
				time.Sleep(2 * time.Minute)
				b.must(lin, engine.Edit{Risk: r.Key, Patch: engine.Patch{Title: new("Books")}})
				time.Sleep(time.Minute)
				card := b.platform.postsIn(channel)[1].Message.Card
				if card == nil || core.Text(card.Title) != "R-1 Books" {
					b.t.Errorf("the card is %+v", card)
				}
			}, d)
		})
	}
}

// If the risk has got another group meanwhile, the message can't be a reply there.
func TestReplyInAnotherGroup(t *testing.T) {
	t.Parallel()
	create := flow.StepDef{Action: &flow.CreateGroupDef{Type: core.Item, Name: "{{ .title }}", Owner: []string{"handlers"}, Members: []string{"handlers"}}}
	inSynctest(t, func(b *bundle) {
		r := b.file("Ledger", time.Time{})
		time.Sleep(3 * time.Minute)
		if got := b.apart(r.Key); !slices.Equal(got, []string{"another_group"}) || len(b.platform.groupIDs()) != 2 {
			t.Errorf("the trail says %q", got)
		}
	}, flow.Def{Name: "thread", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
		create,
		{Action: &flow.SendGroupMessageDef{ID: "first", Group: "item", Title: "first"}},
		{Action: &flow.SetGroupDef{Group: "item", Operator: "boss", Dissolve: true}},
		{Action: &flow.WaitDef{For: "1m"}}, // until the risk is free for another group
		create,
		{Action: &flow.SendGroupMessageDef{Group: "item", Title: "second", ReplyTo: "first"}},
	}})
}

// withoutWaits returns a flow without its waits, in which a process would take most of its
// steps.
func withoutWaits(d flow.Def) flow.Def {
	d.Steps = slices.DeleteFunc(d.Steps, func(s flow.StepDef) bool { _, wait := s.Action.(*flow.WaitDef); return wait })
	return d
}

// TestReplyKilledAtEveryStep kills the process that sends a message and the replies to it at
// each step. Each is sent once, in the thread.
func TestReplyKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	repliesKilled(t, 40, threadFlow(), func(b *bundle) {
		b.wantThread("CROOM", "R-1 first 0 0", "R-1 second 1 1", "R-1 third 2 1")
	})
}

// repliesKilled files a risk with a flow whose process is killed at each of the first n steps.
// Then it checks what was sent, and that the trail says apart.
func repliesKilled(t *testing.T, n int, d flow.Def, sent func(*bundle), apart ...string) {
	t.Helper()
	d = withoutWaits(d)
	atSteps(t, n, func(t *testing.T, steps int) {
		b := setupOn(t, &fakeClock{}, inMemory(t), d)
		f, err := b.engine.File(context.Background(), "op-file", lin, engine.Draft{Title: "Ledger", Module: "Payments"})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []*process{{steps: 1 + steps}, {steps: -1}} {
			stop := b.startProcess(p)
			time.Sleep(3 * time.Minute)
			stop()
		}
		sent(b)
		if s := b.run(f.Risk.Key, d.Name).State; s != "" && s != engine.Finished {
			t.Errorf("the run is %s", s)
		}
		if got := b.apart(f.Risk.Key); !slices.Equal(got, apart) {
			t.Errorf("the trail says %q, want %q", got, apart)
		}
	})
}
