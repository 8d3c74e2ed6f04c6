package bots

import (
	"errors"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/people"
)

// TestFailuresNameTheirCause: who reads a reply learns what failed, the platform or
// riskroom's database, and whether anything was changed.
func TestFailuresNameTheirCause(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	at := func(kind core.Kind) error {
		return people.FailedIn("acme", &core.Error{Op: "slack: users.info", Kind: kind})
	}
	for _, c := range []struct {
		err  error
		want string
		not  string
	}{
		{&core.Error{Op: "store: file", Kind: core.Unavailable, Effect: core.Maybe}, "database isn't responding", "acme"},
		{at(core.Unavailable), "acme isn't answering", "database"},
		{at(core.RateLimited), "slow down", "database"},
		{at(core.Unauthorized), "Nothing was changed. acme doesn't accept riskroom's token", "couldn't confirm"},
		{at(core.Denied), "Nothing was changed. riskroom lacks a permission in acme", "couldn't confirm"},
		{errors.New("?"), "couldn't confirm", "acme"},
		{&core.Error{Op: "store: file", Kind: core.Invalid}, "Something went wrong", "database"},
		{nil, "couldn't confirm", "database"},
	} {
		forms := []Command{typed("new Ledger module:Payments"), fill(Form{ID: "file"}, "view", Values{"title": {"Ledger"}})}
		for i, command := range forms {
			got := words(b.failed(command, c.err))
			want := c.want
			if i == 1 && want == "couldn't confirm" {
				want = "not confirmed yet"
			}
			if !strings.Contains(got, want) || strings.Contains(got, c.not) {
				t.Errorf("%v: %q", c.err, got)
			}
		}
	}
	if got := words(b.failed(typed("show R-17"), at(core.Unauthorized))); !strings.Contains(got, "can't read the risks right now. acme doesn't accept") {
		t.Errorf("of a look: %q", got)
	}
}
