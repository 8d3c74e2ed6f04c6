package people_test

import (
	"context"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/people"
)

// rightsOf returns the letters of what somebody may do: administer, File, read All,
// Read the risk, Change it, and Operate the group that acme/bo owns.
func (b *bench) rightsOf(who string, risk core.Risk) string {
	b.Helper()
	var out strings.Builder
	for _, q := range []struct {
		letter string
		may    func(context.Context, core.Account) (bool, error)
	}{
		{"*", b.rights.Administrator},
		{"F", b.rights.MayFile},
		{"A", b.rights.MayReadAll},
		{"R", func(ctx context.Context, a core.Account) (bool, error) { return b.rights.MayRead(ctx, a, risk) }},
		{"C", func(ctx context.Context, a core.Account) (bool, error) { return b.rights.MayChange(ctx, a, risk) }},
		{"O", func(ctx context.Context, a core.Account) (bool, error) {
			return b.rights.MayOperate(ctx, a, account("acme/bo"))
		}},
	} {
		ok, err := q.may(b.Context(), account(who))
		if err != nil {
			b.Errorf("%s, %s: %v", who, q.letter, err)
		}
		if ok {
			out.WriteString(q.letter)
		}
	}
	return out.String()
}

func TestRights(t *testing.T) {
	everyone := core.Permissions{Administrators: []core.Ref{"acme/root"}, File: core.Audience{Everyone: true}, Read: core.Audience{Everyone: true}}
	involved := core.Permissions{
		Administrators: []core.Ref{"acme/root"}, File: core.Audience{Refs: []core.Ref{"@oncall", "acme/guest"}},
		Read: core.Audience{Involved: true, Refs: []core.Ref{"guild:@oncall"}},
	}
	for name, c := range map[string]struct {
		permissions core.Permissions
		linked      []string
		want        map[string]string
	}{
		"everyone": {everyone, nil, map[string]string{
			"acme/root": "*FARCO", "acme/ana": "FAR", "acme/cy": "FARC", "acme/lin": "FARC", "acme/wei": "FARC", "acme/mei": "FARC", "acme/bo": "FARO",
			"guild/wei": "FARC", "guild/bo": "FAR", "acme/guest": "", "acme/robot": "", "acme/gone": "", "acme/nobody": "",
		}},
		"involved": {involved, nil, map[string]string{
			"acme/root": "*FARCO", "acme/ana": "F", "acme/cy": "RC", "acme/lin": "RC", "acme/wei": "FRC", "acme/mei": "RC", "acme/bo": "O",
			"guild/wei": "FRC", "guild/bo": "FAR", "guild/ana": "", "beta/mei": "", "acme/guest": "F",
		}},
		"linked": {involved, []string{"beta/ana", "guild/bo"}, map[string]string{"beta/ana": "FAR", "guild/bo": "FAR", "acme/ana": "F"}},
		"owner":  {involved, []string{"acme/bo", "beta/bo"}, map[string]string{"beta/bo": "O"}},
		"root":   {involved, []string{"acme/root", "beta/cy"}, map[string]string{"beta/cy": "*FARCO"}},
		"nobody": {core.Permissions{}, nil, map[string]string{"acme/ana": "", "acme/cy": "C", "acme/bo": "O"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.org.Permissions = c.permissions
			b.joins(c.linked...)
			risk := core.Risk{
				Home: "acme", Module: "Payments", Handlers: []core.Ref{"lin", "acme/wei"},
				Submitter: core.Actor{Account: account("acme/cy")},
			}
			for who, want := range c.want {
				if got := b.rightsOf(who, risk); got != want {
					t.Errorf("%s has the rights %q, want %q", who, got, want)
				}
			}
		})
	}
}

// TestRightsOfGroups checks that a group which a risk names without a workspace is
// that of the risk's home.
func TestRightsOfGroups(t *testing.T) {
	b := setup(t)
	for _, c := range []struct{ home, who, want string }{
		{"acme", "acme/ana", "C"}, {"acme", "guild/bo", ""}, {"guild", "guild/bo", "C"}, {"guild", "acme/ana", ""}, {"beta", "guild/bo", ""},
	} {
		risk := core.Risk{Home: c.home, Module: "Search", Handlers: []core.Ref{"@oncall"}}
		if got := b.rightsOf(c.who, risk); got != c.want {
			t.Errorf("home %s: %s has the rights %q, want %q", c.home, c.who, got, c.want)
		}
	}
}

// TestRightsUnknown checks that what can't be looked up is an error and never a yes,
// and that what needs no directory is answered all the same.
func TestRightsUnknown(t *testing.T) {
	b := setup(t)
	b.org.Permissions = core.Permissions{
		Administrators: []core.Ref{"acme/root", "@oncall"}, File: core.Audience{Everyone: true}, Read: core.Audience{Involved: true},
	}
	b.down("acme")
	risk := core.Risk{Home: "acme", Module: "Payments", Submitter: core.Actor{Account: account("acme/cy")}}
	for name, c := range map[string]struct {
		may  func(core.Account) (bool, error)
		sure string
	}{
		"administrator": {func(a core.Account) (bool, error) { return b.rights.Administrator(t.Context(), a) }, "acme/root"},
		"file":          {func(a core.Account) (bool, error) { return b.rights.MayFile(t.Context(), a) }, ""},
		"read":          {func(a core.Account) (bool, error) { return b.rights.MayRead(t.Context(), a, risk) }, "acme/cy"},
		"change":        {func(a core.Account) (bool, error) { return b.rights.MayChange(t.Context(), a, risk) }, "acme/mei"},
		"operate": {func(a core.Account) (bool, error) {
			return b.rights.MayOperate(t.Context(), a, account("acme/bo"))
		}, "acme/bo"},
	} {
		if ok, err := c.may(account("acme/ana")); ok || core.KindOf(err) != core.Unavailable {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
		if c.sure != "" {
			if ok, err := c.may(account(c.sure)); !ok || err != nil {
				t.Errorf("%s of %s: %v, %v", name, c.sure, ok, err)
			}
		}
	}
}

// TestRightsUnsure checks the same where only one of several questions has no answer.
func TestRightsUnsure(t *testing.T) {
	for name, fail := range map[string]func(*bench, error){
		"members of a group": func(b *bench, err error) { b.on["acme"].groupsDown = err },
		"links":              func(b *bench, err error) { b.store.err = err },
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.org.Permissions.Administrators = []core.Ref{"acme/root", "@oncall"}
			fail(b, &core.Error{Op: "fake", Kind: core.Unavailable})
			if ok, err := b.rights.Administrator(t.Context(), account("acme/cy")); ok || core.KindOf(err) != core.Unavailable {
				t.Errorf("%v, %v", ok, err)
			}
		})
	}
}

func TestQualify(t *testing.T) {
	t.Parallel()
	refs := []core.Ref{"lin", "@oncall", "guild:@oncall", "acme/ana"}
	want := []core.Ref{"lin", "acme:@oncall", "guild:@oncall", "acme/ana"}
	got := people.QualifyFields(map[string]core.Value{"who": {People: refs}, "text": {Text: "@oncall"}}, "acme")
	for i, r := range people.Qualify(refs, "acme") {
		if r != want[i] || got["who"].People[i] != want[i] {
			t.Errorf("%s: %s, in a field %s", refs[i], r, got["who"].People[i])
		}
	}
	if got["text"].Text != "@oncall" || refs[1] != "@oncall" {
		t.Errorf("changed: %v, %v", got["text"], refs)
	}
}
