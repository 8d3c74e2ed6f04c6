package core_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"riskroom/core"
)

func TestParseRiskKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed string
		want  core.RiskKey
	}{
		{"R-17", "R-17"}, {"r-17", "R-17"}, {" 17 ", "R-17"}, {"R-017", "R-17"},
		{"", ""}, {"R-", ""}, {"R-0", ""}, {"Q-17", ""}, {"R--17", ""}, {"+17", ""}, {"R-+17", ""},
		{"17x", ""}, {"99999999999999999999", ""}, {"R-17-2", ""},
	} {
		got, err := core.ParseRiskKey("R", c.typed)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q gives %q, %v; want %q", c.typed, got, err, c.want)
		}
	}
	if n := core.MakeRiskKey("RISK", 42).Number(); n != 42 {
		t.Errorf("the number of RISK-42 is %d", n)
	}
}

func TestRefIsOneThing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ref                          core.Ref
		name, account, where, called string
	}{
		{ref: "lin", name: "lin"},
		{ref: "acme/U012", account: "acme/U012"},
		{ref: "@oncall", called: "oncall"},
		{ref: "acme:@oncall", where: "acme", called: "oncall"},
		{ref: ""}, {ref: "@"}, {ref: "acme:@"}, {ref: "/U1"}, {ref: "acme/"},
	} {
		name, _ := c.ref.Name()
		account, ok := c.ref.Account()
		if !ok {
			account = core.Account{}
		}
		where, called, _ := c.ref.Group()
		if name != c.name || account.IsZero() != (c.account == "") || !account.IsZero() && account.String() != c.account || where != c.where || called != c.called {
			t.Errorf("%q is name %q, account %v, group %q at %q", c.ref, name, account, called, where)
		}
	}
}

func TestIDsReadWhatTheyWrote(t *testing.T) {
	t.Parallel()
	g := core.GroupRef{Workspace: "acme", ID: "C1"}
	if got, err := core.ParseGroupRef(g.String()); err != nil || got != g {
		t.Errorf("%v, %v", got, err)
	}
	m := core.MessageRef{Workspace: "acme", Channel: "C1", ID: "1700000000.000100"}
	if got, ok := core.ParseMessageRef(m.String()); !ok || got != m {
		t.Errorf("%v, %v", got, ok)
	}
	for _, bad := range []string{"", "acme", "acme/", "/C1", "acme/C1/2/3"} {
		if _, err := core.ParseGroupRef(bad); err == nil {
			t.Errorf("%q is read as a group", bad)
		}
		if _, ok := core.ParseMessageRef(bad); ok {
			t.Errorf("%q is read as a message", bad)
		}
	}
}

func TestMakeOp(t *testing.T) {
	t.Parallel()
	a, b := core.MakeOp("ab", "c"), core.MakeOp("a", "bc")
	if a == b {
		t.Error("different parts give the same op")
	}
	if a != core.MakeOp("ab", "c") || len(a) != core.OpLen {
		t.Errorf("%q is not the same %d characters each time", a, core.OpLen)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	e := &core.Error{Op: "acme: open", Kind: core.Unavailable, Effect: core.Maybe, RetryAfter: time.Second, Err: cause}
	wrapped := fmt.Errorf("step 2: %w", e)
	if core.KindOf(wrapped) != core.Unavailable || core.EffectOf(wrapped) != core.Maybe || core.RetryAfterOf(wrapped) != time.Second || !errors.Is(wrapped, cause) {
		t.Error("wrapping an error loses what it says")
	}
	if core.KindOf(nil) != "" || core.EffectOf(nil) != core.None || core.KindOf(cause) != core.Unknown || core.EffectOf(cause) != core.Maybe {
		t.Error("nil must count as no error, and a foreign error as unknown")
	}
	if core.IsStop(wrapped) || !core.IsStop(fmt.Errorf("x: %w", core.Stop(e))) || core.KindOf(core.Stop(e)) != core.Unavailable {
		t.Error("IsStop must hold for a refusal only, and the refusal must keep its kind")
	}
	if got := (&core.Error{Op: "store: claim", Kind: core.Lost}).Error(); got != "store: claim: lost" {
		t.Errorf("%q", got)
	}
	if got := e.Error(); got != "acme: open: connection refused" {
		t.Errorf("%q", got)
	}
	if core.DetailOf(context.Canceled) != string(core.Unknown) {
		t.Error("the detail of an error without a code must be its kind")
	}
}

func TestDateOf(t *testing.T) {
	t.Parallel()
	o := core.Organisation{Zone: time.FixedZone("", 8*3600), DayStartsAt: 9*time.Hour + 30*time.Minute}
	if got := o.DateOf(2026, 3, 1).UTC(); !got.Equal(time.Date(2026, 3, 1, 1, 30, 0, 0, time.UTC)) {
		t.Errorf("the day begins at %v", got)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	var r core.Report
	r.Add(core.PartMember, core.Account{Workspace: "acme", ID: "U1"}, nil)
	r.Add(core.PartMember, core.Account{Workspace: "acme", ID: "U2"}, &core.Error{Op: "x", Kind: core.Denied, Detail: "cant_invite"})
	if f := r.Failed(); len(r.Outcomes) != 2 || len(f) != 1 || f[0].Account.ID != "U2" || f[0].Detail != "cant_invite" {
		t.Errorf("%+v", r)
	}
}
