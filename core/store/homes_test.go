package store_test

import (
	"fmt"
	"testing"
	"time"

	"riskroom/core"
)

func testHomes(t *testing.T, open opener) {
	b := setup(t, open)
	of := func(id string) core.Account { return core.Account{Workspace: "acme", ID: id} }
	homes := func() string {
		t.Helper()
		all, err := b.s.Homes(b.ctx, "acme")
		b.ok(err)
		return fmt.Sprint(all)
	}
	b.same("at first", homes(), "[]")
	b.is(b.s.OpenedHome(b.ctx, core.Account{}), core.Invalid, "account")
	b.ok(b.s.OpenedHome(b.ctx, of("U1")))
	b.clock.pass(core.Day)
	b.ok(b.s.OpenedHome(b.ctx, of("U2")))
	b.ok(b.s.OpenedHome(b.ctx, core.Account{Workspace: "other", ID: "U3"}))
	b.same("two", homes(), "[acme/U2 acme/U1]")
	b.clock.pass(core.Day)
	b.ok(b.s.OpenedHome(b.ctx, of("U1")))
	b.same("again", homes(), "[acme/U1 acme/U2]")
	b.clock.pass(29 * core.Day)
	b.same("after a month", homes(), "[acme/U1]")
	for i := range 501 {
		b.clock.pass(time.Millisecond)
		b.ok(b.s.OpenedHome(b.ctx, of(fmt.Sprint("V", i))))
	}
	all, err := b.s.Homes(b.ctx, "acme")
	b.ok(err)
	b.same("most", len(all), 500)
	b.same("the newest", all[0].ID, "V500")
}
