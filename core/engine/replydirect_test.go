package engine_test

import (
	"slices"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// chaseFlow is a flow that tells wei and lin, a minute later wei and mei in reply to that, and
// at once wei and lin in reply to the second.
func chaseFlow() flow.Def {
	return flow.Def{Name: "chase", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{ID: "first", To: []string{"handlers", "submitter"}, Title: "{{ .key }} first"}},
		{Action: &flow.WaitDef{For: "1m"}},
		{Action: &flow.SendMessageDef{ID: "second", To: []string{"handlers", "lead"}, Title: "{{ .key }} second", ReplyTo: "first", Card: "risk"}},
		{Action: &flow.SendMessageDef{To: []string{"handlers", "submitter"}, Title: "{{ .key }} third", ReplyTo: "second"}},
	}}
}

// Each person's reply is in the thread of that person's message. Who got none, or whose message
// is gone, gets the reply as any other message, and the trail says who and why.
func TestDirectReply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refused       string // the channel in which the first message can't be sent
		deleted       string // the channel whose first message is deleted before the second is sent
		wei, lin, mei []string
		apart         []string
	}{
		"the usual": {
			wei: []string{"R-1 first 0 0", "R-1 second 1 1", "R-1 third 2 1"}, lin: []string{"R-1 first 0 0", "R-1 third 0 0"}, mei: []string{"R-1 second 0 0"},
			apart: []string{"not_sent: acme/LIN", "not_sent: acme/MEI"},
		},
		"one can't be reached at first": {
			refused: "DWEI",
			wei:     []string{"R-1 second 0 0", "R-1 third 1 1"}, lin: []string{"R-1 first 0 0", "R-1 third 0 0"}, mei: []string{"R-1 second 0 0"},
			apart: []string{"not_sent: acme/LIN", "not_sent: acme/MEI, acme/WEI"},
		},
		"one message is deleted": {
			deleted: "DWEI",
			wei:     []string{"R-1 second 0 0", "R-1 third 1 1"}, lin: []string{"R-1 first 0 0", "R-1 third 0 0"}, mei: []string{"R-1 second 0 0"},
			apart: []string{"not_sent: acme/LIN", "not_sent: acme/MEI", "message_gone: acme/WEI"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSynctest(t, func(b *bundle) {
				b.platform.setFail(refusing(map[string]core.Kind{c.refused: core.Unreachable}))
				r := b.file("Ledger", time.Time{})
				time.Sleep(30 * time.Second)
				b.platform.setFail(nil)
				b.platform.deletePosts(c.deleted)
				time.Sleep(time.Minute)
				b.wantThread("DWEI", c.wei...)
				b.wantThread("DLIN", c.lin...)
				b.wantThread("DMEI", c.mei...)
				if got := b.apart(r.Key); !slices.Equal(got, c.apart) {
					t.Errorf("the trail says %q, want %q", got, c.apart)
				}
			}, chaseFlow())
		})
	}
}

// A message goes to the fallback of a step as any other.
func TestFallbackIsNoReply(t *testing.T) {
	t.Parallel()
	d := chaseFlow()
	d.Steps = d.Steps[:3]
	d.Steps[2].Action.(*flow.SendMessageDef).Fallback = []string{"acme/COPS"}
	inSynctest(t, func(b *bundle) {
		b.file("Ledger", time.Time{})
		time.Sleep(30 * time.Second)
		b.platform.setFail(refusing(map[string]core.Kind{"DWEI": core.Unreachable}))
		time.Sleep(time.Minute)
		b.wantThread("DWEI", "R-1 first 0 0")
		b.wantThread("COPS", "For @WEI, who could not be reached:\nR-1 second 0 0")
	}, d)
}

// TestDirectReplyKilledAtEveryStep kills the process that sends direct messages and the replies
// to them at each step. Each is sent once, in the thread of its recipient.
func TestDirectReplyKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	repliesKilled(t, 60, chaseFlow(), func(b *bundle) {
		b.wantThread("DWEI", "R-1 first 0 0", "R-1 second 1 1", "R-1 third 2 1")
		b.wantThread("DLIN", "R-1 first 0 0", "R-1 third 0 0")
		b.wantThread("DMEI", "R-1 second 0 0")
	}, "not_sent: acme/LIN", "not_sent: acme/MEI")
}
