package e2e_test

import (
	"strings"
	"testing"

	"riskroom/adapters/stage"
	"riskroom/core/engine"
)

// everywhere runs a test on each platform.
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

// TestPlatformDown checks that runs are retried while a platform is down, and that each
// call takes effect once, although some calls that failed had taken effect.
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
			t.Errorf("faults are left: %+v", left)
		}
		b.down()
	})
}

// TestSecondGroup checks that a risk gets only one group, and that an administrator is
// notified which flow asked for a second.
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
		if got := p.direct("wei"); len(got) != 1 || !strings.Contains(got[0].Text, string(key)) || !strings.Contains(got[0].Text, "create_group") {
			t.Errorf("the administrators' messages: %+v", got)
		}
		b.down()
	})
}

// TestUnfinishedGroup checks that only the run that creates a group sets its badge, even
// if rate limits delay that run and Slack's events have the group checked.
func TestUnfinishedGroup(t *testing.T) {
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
