package store_test

import (
	"testing"
	"time"

	"riskroom/core"
)

func testTouched(t *testing.T, open opener) {
	b := setup(t, open)
	from := b.clock.Now()
	touched := func(since time.Time) map[core.Ref]time.Time {
		t.Helper()
		last, err := b.s.Touched(b.ctx, since)
		b.ok(err)
		return last
	}
	b.same("filed", touched(from), map[core.Ref]time.Time{"lin": from, "@oncall": from, "acme/U1": from})
	b.clock.pass(time.Minute)
	at := b.clock.Now()
	b.change("handed over", func(r *core.Risk) { r.Handlers = []core.Ref{"wei"} })
	now := map[core.Ref]time.Time{"lin": at, "@oncall": at, "acme/U1": at, "wei": at}
	b.same("handed over", touched(from), now)
	b.clock.pass(time.Minute)
	b.change("commented", nil)
	b.same("nobody else", touched(at.Add(time.Second)), map[core.Ref]time.Time{"acme/U1": b.clock.Now(), "wei": b.clock.Now()})
	b.clock.pass(time.Hour)
	b.same("known for an hour", len(touched(from)), 2)
	b.clock.pass(time.Second)
	b.same("forgotten", len(touched(from)), 0)
}
