package engine_test

import (
	"strings"
	"testing"
	"time"

	"riskroom/core/flow"
)

// TestWalkKilledAtEveryStep kills the process that goes through the risks at each step, from
// claiming the walk to the messages that follow from it. Nothing is lost or sent twice.
func TestWalkKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]flow.Def{"digest": overview(), "plain": daily()} {
		t.Run(name, func(t *testing.T) {
			atSteps(t, 50, func(t *testing.T, steps int) { killWalk(t, d, steps) })
		})
	}
}

// killWalk has a process die that many steps after just before the walk is due.
func killWalk(t *testing.T, d flow.Def, steps int) {
	b := setupOn(t, &fakeClock{}, inMemory(t), d)
	b.fileHigh("first", "second", "third")
	b.sleepNearlyTillNine()
	p := &process{steps: -1}
	stop := b.startProcess(p)
	time.Sleep(time.Until(b.nine(0)) - time.Millisecond)
	p.mu.Lock()
	p.steps = steps
	p.mu.Unlock()
	time.Sleep(2 * time.Minute)
	stop()
	stop = b.startProcess(&process{steps: -1})
	time.Sleep(5 * time.Minute)
	stop()
	want := map[string][]string{"WEI": {"R-1 waits", "R-2 waits", "R-3 waits"}}
	if d.Trigger.Digest {
		want = map[string][]string{"WEI": {"3 wait for you"}, "COPS": {"3 are high"}}
	}
	for channel, texts := range want {
		told := b.texts(channel)
		if channel == "WEI" {
			told = toldDirectly(b.platform, "WEI")
		}
		for _, s := range texts {
			n := 0
			for _, got := range told {
				if strings.HasPrefix(got, s) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%q was sent %d times", s, n)
			}
		}
		if len(told) != len(texts) {
			t.Errorf("%s was told %q", channel, told)
		}
	}
	if w := b.walks(d.Name); len(w) != 1 || !w[0].Due.Equal(b.nine(1)) {
		t.Errorf("the next walks: %+v", w)
	}
}
