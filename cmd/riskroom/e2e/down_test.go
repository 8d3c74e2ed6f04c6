package e2e_test

import (
	"strings"
	"testing"

	"riskroom/adapters/stage"
	"riskroom/core/engine"
)

// everywhere runs a test on each platform that stories are played on.
func everywhere(t *testing.T, f func(*testing.T, *platform)) {
	t.Helper()
	t.Parallel()
	for name, p := range played() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, p.open(t)[0])
		})
	}
}

// TestPlatformDown: what is due while a platform is down is tried again, and
// happens once when it is back, though some of what failed had arrived.
func TestPlatformDown(t *testing.T) {
	everywhere(t, func(t *testing.T, p *platform) {
		b := newBench(t, startRedis(t), set{flows: reminder, platforms: []*platform{p}})
		b.up()
		open, post := p.calls.remind[0], p.calls.remind[1]
		p.faults.Order(
			stage.Fault{Method: open, Kind: stage.ErrorBefore, Times: 2},
			stage.Fault{Method: post, Kind: stage.CutAfter},
			stage.Fault{Method: post, Kind: stage.ErrorAfter, Nth: 2},
			stage.Fault{Method: p.calls.search, Kind: stage.CutBefore},
		)
		key := b.file()
		b.until("the platform is asked again", func() bool { return p.log.Count(open) >= 3 })
		rec := b.ended(b.look(), key)
		if len(rec.Runs) != 1 || rec.Runs[0].State != engine.Finished {
			t.Errorf("runs: %+v", rec.Runs)
		}
		for _, who := range []string{"lin", "wei"} {
			if n := len(p.direct(who)); n != 1 {
				t.Errorf("@%s has %d messages", who, n)
			}
		}
		if left := p.faults.Waiting(); len(left) > 0 {
			t.Errorf("the platform was not down enough: %+v", left)
		}
		b.down()
	})
}

// TestSecondGroup: a risk that has its group gets no other one, and an
// administrator is told which flow wanted it.
func TestSecondGroup(t *testing.T) {
	second := strings.Replace(strings.TrimPrefix(group, "flows:\n"), "open-a-group-after-two", "open-another", 1)
	everywhere(t, func(t *testing.T, p *platform) {
		b := newBench(t, startRedis(t), set{flows: group + second, platforms: []*platform{p}})
		b.up()
		key := b.file()
		b.ended(b.look(), key)
		groups := p.groups()
		for _, g := range groups {
			if got := len(p.in(g)); got != 2 {
				t.Errorf("#%s has %d messages, want the badge and the card", g.Name, got)
			}
		}
		if len(groups) != 1 {
			t.Errorf("%d groups", len(groups))
		}
		if told := p.direct("wei"); len(told) != 1 || !strings.Contains(told[0].Text, string(key)) || !strings.Contains(told[0].Text, "create_group") {
			t.Errorf("administrators are told: %+v", told)
		}
		b.down()
	})
}

// TestGroupInTheMaking: while a group has to wait for its turn with the rate
// limits, nobody else puts up its badge, though Slack's events have it looked at.
func TestGroupInTheMaking(t *testing.T) {
	t.Parallel()
	b := newBench(t, startRedis(t), set{flows: group, rates: "{ conversations.invite: 1/3s }"})
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
