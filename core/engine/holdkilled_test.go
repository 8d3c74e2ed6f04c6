package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// heldForAMinute tells mei and out of a new risk. Mei's quiet hours end a minute after midnight;
// out has none then if they are in India.
func heldForAMinute() flow.Def {
	return flow.Def{
		Name: "held", Trigger: flow.TriggerDef{On: "filed"}, If: `status == "pending"`,
		Quiet: map[string]flow.QuietDef{"": {From: "23:00", To: "00:01", Recipient: true}},
		Steps: []flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"mei", "acme/OUT"}, Text: "held"}}},
	}
}

// inIndia moves somebody to India.
func (b *bundle) inIndia(id string) {
	p := b.platform.profiles[id]
	p.Zone = "Asia/Kolkata"
	b.setProfile(id, p)
}

// checkHeld checks what heldForAMinute sent: nothing twice, nothing to mei at night, and
// everything if the risk is still pending.
func (b *bundle) checkHeld(key core.RiskKey) {
	b.t.Helper()
	rec, err := b.store.Get(context.Background(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	dawn := time.Date(2000, 1, 1, 0, 1, 0, 0, time.UTC)
	for _, channel := range []string{"DMEI", "DOUT"} {
		n := 0
		for _, p := range b.platform.postsIn(channel) {
			if !strings.Contains(core.Text(p.Message.Text), "held") {
				continue
			}
			if n++; channel == "DMEI" && p.At.Before(dawn) {
				b.t.Errorf("sent to %s at %s", channel, p.At)
			}
		}
		if n > 1 || n == 0 && rec.Risk.Status == core.Pending {
			b.t.Errorf("%d messages to %s of a risk that is %s", n, channel, rec.Risk.Status)
		}
	}
}

// TestHeldDespiteKills kills processes at every step of holding a message and of sending it in
// the morning.
func TestHeldDespiteKills(t *testing.T) {
	t.Parallel()
	atSteps(t, 30, func(t *testing.T, steps int) {
		b := setupOn(t, &fakeClock{}, inMemory(t), heldForAMinute())
		b.inIndia("OUT")
		r := b.file("dark", b.clock.Now())
		for _, until := range []int{25, 50, 90, 200} {
			p := &process{steps: steps}
			if until == 50 || until == 200 {
				p.steps = -1
			}
			stop := b.startProcess(p)
			time.Sleep(time.Until(time.Date(2000, 1, 1, 0, 0, until, 0, time.UTC)))
			stop()
		}
		b.checkHeld(r.Key)
		if got := b.run(r.Key, "held").State; got != engine.Finished {
			t.Errorf("the run is %s", got)
		}
	})
}
