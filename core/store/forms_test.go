package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"riskroom/core"
)

func testForms(t *testing.T, open opener) {
	b := setup(t, open)
	keep := func(by core.Account, op, form string) {
		t.Helper()
		b.ok(b.s.KeepForm(b.ctx, by, op, []byte(form), time.Hour))
	}
	kept := func(by core.Account, op string) string {
		t.Helper()
		form, err := b.s.KeptForm(b.ctx, by, op)
		if err != nil {
			b.is(err, core.NotFound, "")
			return ""
		}
		return string(form)
	}
	b.same("unknown", kept(acme, "one"), "")
	keep(acme, "one", "first|page")
	keep(beta, "one", "of somebody else")
	b.same("kept", kept(acme, "one"), "first|page")
	b.same("of somebody else", kept(beta, "one"), "of somebody else")
	keep(acme, "one", "second\npage")
	b.same("replaced", kept(acme, "one"), "second\npage")
	for i := range 8 {
		keep(acme, fmt.Sprint("more", i), "more")
		keep(acme, "more0", "again")
	}
	b.same("too old", kept(acme, "one"), "")
	b.same("kept again", kept(acme, "more0"), "again")
	b.same("newest", kept(acme, "more7"), "more")
	b.same("empty", kept(acme, "none"), "")
	full := strings.Repeat(`\u003c`, (core.MaxFields+1)*core.MaxDescription)
	keep(acme, "full", full)
	b.same("full", kept(acme, "full") == full, true)
	b.is(b.s.KeepForm(b.ctx, acme, "op", []byte(strings.Repeat("x", 1<<20+1)), time.Hour), core.Invalid, "form")
	b.is(b.s.KeepForm(b.ctx, acme, "", nil, time.Hour), core.Invalid, "form")
	_, err := b.s.KeptForm(b.ctx, acme, "")
	b.is(err, core.Invalid, "form")
}
