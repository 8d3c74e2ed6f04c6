package people_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

func TestResolve(t *testing.T) {
	for name, c := range map[string]struct {
		home, want, missing string
		refs                []core.Ref
	}{
		"by address":                    {"acme", "acme/lin", "[]", []core.Ref{"lin"}},
		"no account at home":            {"guild", "acme/lin acme/mei", "[]", []core.Ref{"lin", "mei"}},
		"the account at home":           {"guild", "guild/wei", "[]", []core.Ref{"wei"}},
		"an account elsewhere":          {"beta", "acme/wei", "[]", []core.Ref{"wei"}},
		"an account means the person":   {"guild", "guild/wei", "[]", []core.Ref{"acme/wei"}},
		"a group at home":               {"acme", "acme/ana acme/wei", "[]", []core.Ref{"@oncall"}},
		"a group elsewhere":             {"guild", "acme/ana guild/wei", "[]", []core.Ref{"acme:@oncall"}},
		"nobody twice":                  {"acme", "acme/wei acme/ana", "[]", []core.Ref{"wei", "@oncall", "guild/wei", "acme/wei"}},
		"linked":                        {"beta", "beta/cy", "[]", []core.Ref{"acme/bo", "beta/cy"}},
		"home is not configured":        {"gone", "acme/wei", "[]", []core.Ref{"acme/wei"}},
		"unknown name":                  {"acme", "acme/lin", "[{nobody unknown_person not_found}]", []core.Ref{"nobody", "lin"}},
		"unknown group":                 {"guild", "", "[{@ops no_such_subteam not_found}]", []core.Ref{"@ops"}},
		"a group of no workspace of us": {"acme", "", "[{gone:@ops no_workspace not_found}]", []core.Ref{"gone:@ops"}},
		"no account anywhere":           {"acme", "", "[{eve no_account not_found}]", []core.Ref{"eve"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.org.People["eve"] = core.Person{Name: "eve"}
			b.joins("acme/bo", "beta/cy")
			got, missing, err := b.dir.Resolve(t.Context(), c.refs, c.home)
			if err != nil || listed(got) != c.want || fmt.Sprint(missing) != c.missing {
				t.Errorf("%q and %v, %v, want %q and %v", listed(got), missing, err, c.want, c.missing)
			}
		})
	}
}

// TestResolveLater checks that people aren't left out while a directory is down.
func TestResolveLater(t *testing.T) {
	b := setup(t)
	b.down("acme")
	if got, missing, err := b.dir.Resolve(t.Context(), []core.Ref{"beta/ana", "lin"}, "acme"); core.KindOf(err) != core.Unavailable || got != nil || missing != nil {
		t.Errorf("%v, %v, %v", got, missing, err)
	}
}

func TestAccountsOf(t *testing.T) {
	for name, c := range map[string]struct {
		linked [][]string
		of     string
		want   string
	}{
		"alone":                            {nil, "acme/ana", "acme/ana"},
		"by the config file":               {nil, "guild/wei", "guild/wei acme/wei"},
		"linked":                           {[][]string{{"acme/ana", "guild/cy"}}, "guild/cy", "acme/ana guild/cy"},
		"linked with an account of a name": {[][]string{{"beta/cy", "guild/wei"}}, "beta/cy", "beta/cy guild/wei acme/wei"},
		"through a name":                   {[][]string{{"beta/cy", "guild/wei"}}, "acme/wei", "acme/wei guild/wei beta/cy"},
		"the file holds":                   {[][]string{{"acme/mei", "guild/wei"}}, "acme/mei", "acme/mei"},
		"another account of a name":        {[][]string{{"acme/ana", "guild/wei"}}, "acme/ana", "acme/ana"},
		"linked with a guest":              {[][]string{{"acme/guest", "guild/cy"}}, "guild/cy", "guild/cy"},
		"a guest's own links":              {[][]string{{"acme/guest", "guild/cy"}}, "acme/guest", "acme/guest"},
		"linked with a bot":                {[][]string{{"acme/robot", "guild/cy"}}, "guild/cy", "guild/cy"},
		"linked with one deactivated":      {[][]string{{"acme/gone", "beta/ana", "guild/cy"}}, "guild/cy", "beta/ana guild/cy"},
		"linked with one unknown":          {[][]string{{"acme/nobody", "guild/cy"}}, "guild/cy", "guild/cy"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			for _, all := range c.linked {
				b.joins(all...)
			}
			got, err := b.dir.AccountsOf(t.Context(), account(c.of))
			if err != nil || listed(got) != c.want {
				t.Errorf("%q, %v, want %q", listed(got), err, c.want)
			}
			for _, other := range got {
				if same, err := b.dir.Same(t.Context(), account(c.of), other); !same || err != nil {
					t.Errorf("%s is not the same: %v", other, err)
				}
			}
			if same, err := b.dir.Same(t.Context(), account(c.of), account("beta/bo")); same || err != nil {
				t.Errorf("the same as beta/bo: %v", err)
			}
		})
	}
}

// TestAddresses checks whose an address makes an account: a guest's only if the
// workspace itself says so.
func TestAddresses(t *testing.T) {
	for name, c := range map[string]struct {
		id, owner string
		want      bool
	}{
		"a member":             {"lin", "", true},
		"a guest":              {"guest", "lin", false},
		"the guest is who":     {"guest", "guest", true},
		"the address is free":  {"guest", "", false},
		"another address":      {"ana", "lin", false},
		"somebody unknown":     {"nobody", "lin", false},
		"a member, not looked": {"lin", "guest", true},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.on["acme"].owners["lin@example.com"] = c.owner
			b.org.Permissions.Administrators = []core.Ref{"lin"}
			if ok, err := b.rights.Administrator(t.Context(), core.Account{Workspace: "acme", ID: c.id}); ok != c.want || err != nil {
				t.Errorf("%v, %v", ok, err)
			}
		})
	}
}

func TestRefsOf(t *testing.T) {
	for who, want := range map[string][]core.Ref{
		"acme/cy":   {"acme/cy"},
		"acme/lin":  {"acme/lin", "lin"},
		"acme/ana":  {"@oncall", "acme/ana", "acme:@ID-oncall", "acme:@oncall"},
		"guild/wei": {"@oncall", "acme/wei", "acme:@ID-oncall", "acme:@oncall", "guild/wei", "wei"},
		"beta/bo":   {"beta/bo", "guild/bo", "guild:@oncall", "guild:@ID-oncall"},
	} {
		t.Run(who, func(t *testing.T) {
			b := setup(t)
			b.joins("beta/bo", "guild/bo")
			got, err := b.dir.RefsOf(t.Context(), account(who), func(workspace string) []core.Ref {
				if workspace == "guild" {
					return []core.Ref{"guild:@oncall"}
				}
				return []core.Ref{"acme:@oncall", "@oncall"}
			})
			slices.Sort(want)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%v, %v, want %v", got, err, want)
			}
			b.down("acme")
			b.elapsed += time.Hour
			if got, err := b.dir.RefsOf(t.Context(), account(who), func(string) []core.Ref { return nil }); who != "beta/bo" && !core.Transient(err) {
				t.Errorf("while acme is down: %v, %v", got, err)
			}
		})
	}
}

func TestName(t *testing.T) {
	for name, c := range map[string]struct {
		ref       core.Ref
		workspace string
		want      core.Span
	}{
		"here":                    {"acme/ana", "acme", core.Mention(account("acme/ana"))},
		"a name here":             {"lin", "acme", core.Mention(account("acme/lin"))},
		"elsewhere":               {"acme/ana", "guild", core.Plain("Ana")},
		"one person, here":        {"acme/wei", "guild", core.Mention(account("guild/wei"))},
		"a name elsewhere":        {"mei", "guild", core.Plain("Mei")},
		"a group":                 {"@oncall", "acme", core.Plain("@oncall")},
		"a group by its ID":       {"acme:@ID-oncall", "guild", core.Plain("@oncall")},
		"an unknown group":        {"acme:@ops", "guild", core.Plain("@ops")},
		"a name without accounts": {"eve", "acme", core.Plain("eve")},
		"unknown elsewhere":       {"acme/nobody", "guild", core.Plain("someone in acme")},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			if got := b.links.Name(t.Context(), c.ref, c.workspace, "en"); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
	t.Run("down", func(t *testing.T) {
		b := setup(t)
		b.store.err = &core.Error{Op: "joined", Kind: core.Unavailable}
		if got := b.links.Name(t.Context(), "acme/ana", "guild", "en"); got != core.Plain("Ana") {
			t.Errorf("%+v", got)
		}
	})
}

// TestRemembers checks how long answers are remembered: longer for display than for
// rights, and not if asking again may help.
func TestRemembers(t *testing.T) {
	b := setup(t)
	d := b.on["acme"]
	b.org.Permissions.Administrators = []core.Ref{"@oncall"}
	asks := func(what string, want int, ask func() error) {
		t.Helper()
		before := d.asked
		if err := ask(); core.Transient(err) && want == 0 {
			t.Errorf("%s: %v", what, err)
		}
		if got := d.asked - before; got != want {
			t.Errorf("%s: the directory is asked %d times, want %d", what, got, want)
		}
	}
	shown := func(id string) func() error {
		return func() error {
			_, err := b.dir.Profile(t.Context(), core.Account{Workspace: "acme", ID: id})
			return err
		}
	}
	right := func() error { _, err := b.rights.Administrator(t.Context(), account("acme/ana")); return err }
	asks("first", 1, shown("ana"))
	asks("again", 0, shown("ana"))
	asks("a right", 1, right)
	asks("a right again", 0, right)
	asks("nobody", 1, shown("nobody"))
	asks("nobody again", 0, shown("nobody"))
	b.elapsed += people.ForRights
	asks("a right after its time", 1, right)
	asks("nobody after its time", 1, shown("nobody"))
	asks("still for display", 0, shown("ana"))
	b.elapsed += people.ForDisplay
	b.down("acme")
	asks("down", 1, shown("ana"))
	asks("still down", 1, shown("ana"))
	d.down = nil
	asks("up", 1, shown("ana"))
	b.elapsed -= time.Hour
	asks("the clock was set back", 1, shown("ana"))
}

func TestWorkspaces(t *testing.T) {
	b := setup(t)
	until := time.Date(2026, time.March, 2, 9, 1, 0, 0, time.UTC)
	b.ws.Pause("acme", until)
	_, err := b.ws.Get("acme")
	if core.KindOf(err) != core.Unavailable || core.DetailOf(err) != people.Paused || core.RetryAfterOf(err) != time.Minute {
		t.Errorf("paused: %v", err)
	}
	if _, err := b.ws.Get("guild"); err != nil {
		t.Errorf("guild: %v", err)
	}
	if _, err := b.ws.Get("gone"); core.KindOf(err) != core.NotFound {
		t.Errorf("gone: %v", err)
	}
	b.elapsed = time.Minute
	if _, err := b.ws.Get("acme"); err != nil {
		t.Errorf("after the pause: %v", err)
	}
	b.on["acme"].down = &core.Error{Op: "find", Kind: core.Unauthorized, Detail: "invalid_auth"}
	_, err = b.dir.Profile(t.Context(), account("acme/ana"))
	if people.WorkspaceOf(err) != "acme" || core.KindOf(err) != core.Unauthorized {
		t.Errorf("refused by %q: %v", people.WorkspaceOf(err), err)
	}
	if again := people.FailedIn("guild", fmt.Errorf("step: %w", err)); people.WorkspaceOf(again) != "acme" {
		t.Errorf("named again: %q", people.WorkspaceOf(again))
	}
	if people.FailedIn("acme", nil) != nil || people.WorkspaceOf(errors.New("other")) != "" {
		t.Error("an error of another kind names a workspace")
	}
}
