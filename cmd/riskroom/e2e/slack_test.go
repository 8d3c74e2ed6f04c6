package e2e_test

import (
	"strings"
	"testing"
	"time"

	"riskroom/adapters/stage"
	"riskroom/core/engine"
)

// until waits for something.
func (b *bench) until(what string, holds func() bool) {
	b.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("never: %s\n%s", what, b.now.log)
		}
	}
}

// TestSlackDown: what is due while Slack is down is tried again, and happens
// once when Slack is back, though some of what failed had arrived.
func TestSlackDown(t *testing.T) {
	t.Parallel()
	b := newBench(t, startRedis(t), set{flows: reminder})
	b.up()
	b.slack.Faults().Order(
		stage.Fault{Method: "conversations.open", Kind: stage.ErrorBefore, Times: 2},
		stage.Fault{Method: "chat.postMessage", Kind: stage.CutAfter},
		stage.Fault{Method: "chat.postMessage", Kind: stage.ErrorAfter, Nth: 2},
		stage.Fault{Method: "conversations.history", Kind: stage.CutBefore},
	)
	key := b.file()
	b.until("Slack is asked again", func() bool { return b.slack.Log().Count("conversations.open") >= 3 })
	rec := b.ended(b.look(), key)
	if len(rec.Runs) != 1 || rec.Runs[0].State != engine.Finished {
		t.Errorf("runs: %+v", rec.Runs)
	}
	for _, user := range []string{lin, wei} {
		if n := len(b.slack.DMs(user)); n != 1 {
			t.Errorf("@%s has %d messages", user, n)
		}
	}
	if left := b.slack.Faults().Waiting(); len(left) > 0 {
		t.Errorf("Slack was not down enough: %+v", left)
	}
	b.down()
}

// TestSecondGroup: a risk that has its group gets no other one, and an
// administrator is told which flow wanted it.
func TestSecondGroup(t *testing.T) {
	t.Parallel()
	second := strings.Replace(strings.TrimPrefix(group, "flows:\n"), "open-a-group-after-two", "open-another", 1)
	b := newBench(t, startRedis(t), set{flows: group + second})
	b.up()
	key := b.file()
	s := b.look()
	b.ended(s, key)
	groups := 0
	for _, ch := range b.slack.Channels() {
		if !ch.General {
			groups++
			if got := len(b.slack.Messages(ch.ID)); got != 2 {
				t.Errorf("#%s has %d messages, want the badge and the card", ch.Name, got)
			}
		}
	}
	if groups != 1 {
		t.Errorf("%d groups", groups)
	}
	if told := b.slack.DMs(wei); len(told) != 1 || !strings.Contains(told[0].Plain, string(key)) || !strings.Contains(told[0].Plain, "create_group") {
		t.Errorf("administrators are told: %+v", told)
	}
	b.down()
}

// TestGroupInTheMaking: while a group has to wait for its turn with the rate
// limits, nobody else puts up its badge, though Slack's events have it looked at.
func TestGroupInTheMaking(t *testing.T) {
	t.Parallel()
	b := newBench(t, startRedis(t), set{flows: group, rates: "{ conversations.invite: 1/5s }"})
	b.up()
	key := b.file()
	b.ended(b.look(), key)
	ch, ok := b.slack.ChannelByName("ledger-is-off-by-one-" + key.Slug())
	if !ok {
		t.Fatal("there is no group")
	}
	if n, pins, marks := len(b.slack.Messages(ch.ID)), len(b.slack.Pins(ch.ID)), len(b.slack.Bookmarks(ch.ID)); n != 2 || pins != 1 || marks != 1 {
		t.Errorf("%d messages, %d pins, %d bookmarks; want the badge, pinned and marked, and the card", n, pins, marks)
	}
	b.down()
}
