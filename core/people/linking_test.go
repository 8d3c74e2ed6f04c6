package people_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

func actor(s string) core.Actor { return core.Actor{Account: account(s)} }

// offered returns a code that links an account.
func (b *bench) offered(who string) string {
	b.Helper()
	c, err := b.links.OfferLink(b.Context(), actor(who))
	if err != nil {
		b.Fatalf("an offer of %s: %v", who, err)
	}
	return c.Text
}

// refused returns the code of a refusal, or what else err is.
func refused(err error) string {
	if r, ok := errors.AsType[*core.Refusal](err); ok {
		return r.Code
	}
	return string(core.KindOf(err))
}

// accounts returns what a person sees of their accounts, with a plus at those that
// are linked by a code.
func (b *bench) accounts(who string) string {
	b.Helper()
	all, err := b.links.Accounts(b.Context(), actor(who))
	if err != nil {
		b.Fatal(err)
	}
	var out []string
	for _, k := range all {
		s := k.Account.String() + " " + k.Name
		if k.Linked {
			s += "+"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestLink(t *testing.T) {
	b := setup(t)
	b.org.Permissions.Administrators = []core.Ref{"wei"}
	code := b.offered("acme/ana")
	if plain := strings.ReplaceAll(code, "-", ""); len(plain) != 8 || strings.Trim(plain, "23456789ABCDEFGHJKMNPQRSTVWXYZ") != "" {
		t.Errorf("the code is %q", code)
	}
	if got := b.accounts("acme/ana"); got != "acme/ana Ana" {
		t.Errorf("before: %s", got)
	}
	typed := strings.ToLower(strings.ReplaceAll(code, "-", " – "))
	if k, err := b.links.Offered(t.Context(), "op-1", actor("guild/cy"), typed); err != nil || k != (people.Known{Account: account("acme/ana"), Name: "Ana"}) {
		t.Errorf("offered: %+v, %v", k, err)
	}
	for range 2 { // a repeat returns what it returned before
		k, err := b.links.Link(t.Context(), "op-2", actor("guild/cy"), typed)
		if err != nil || k.Account != account("acme/ana") {
			t.Errorf("linked: %+v, %v", k, err)
		}
	}
	if len(b.store.linked) != 1 || b.store.linked[0].Administrator || b.store.linked[0].Mine.Name != "Cy" || b.store.linked[0].Theirs.Name != "Ana" {
		t.Errorf("stored: %+v", b.store.linked)
	}
	if got := b.accounts("acme/ana"); got != "acme/ana Ana, guild/cy Cy+" {
		t.Errorf("after: %s", got)
	}
	// A third account, which somebody linked has offered, joins both.
	if _, err := b.links.Link(t.Context(), "op-3", actor("beta/bo"), b.offered("guild/cy")); err != nil {
		t.Error(err)
	}
	if got := b.accounts("acme/ana"); got != "acme/ana Ana, beta/bo Bo+, guild/cy Cy+" {
		t.Errorf("with a third: %s", got)
	}
	if got := b.accounts("guild/wei"); got != "guild/wei Wei, acme/wei Wei" {
		t.Errorf("by the config file: %s", got)
	}
	// That an administrator is linked is said, whoever typed the code.
	if _, err := b.links.Link(t.Context(), "op-4", actor("beta/mei"), b.offered("acme/wei")); err != nil || !b.store.linked[2].Administrator {
		t.Errorf("an administrator's: %+v, %v", b.store.linked, err)
	}
	if got := b.accounts("guild/wei"); got != "guild/wei Wei, acme/wei Wei+, beta/mei Mei+" {
		t.Errorf("through the config file: %s", got)
	}
}

// TestFullWidthCode checks that an input method's letters are read as what they show.
func TestFullWidthCode(t *testing.T) {
	b := setup(t)
	wide := strings.Map(func(r rune) rune { return r - '!' + '！' }, b.offered("acme/ana"))
	if _, err := b.links.Link(t.Context(), "op", actor("guild/cy"), wide); err != nil {
		t.Errorf("%s: %v", wide, err)
	}
}

func TestLinkRefused(t *testing.T) {
	late := func(b *bench) { b.elapsed += 2 * people.ForRights } // what was remembered is asked again
	for name, c := range map[string]struct {
		offered, by, want string
		before            func(*bench)
	}{
		"one's own":          {"acme/ana", "acme/ana", "link_own_code", nil},
		"one workspace":      {"acme/ana", "acme/cy", "link_same_workspace", nil},
		"two names":          {"acme/mei", "guild/wei", "link_two_people", nil},
		"a name's other one": {"acme/ana", "guild/wei", "link_other_account", nil},
		"linked already":     {"acme/ana", "guild/cy", "link_already", func(b *bench) { b.joins("acme/ana", "guild/cy") }},
		"both in beta": {"acme/ana", "guild/cy", "link_taken", func(b *bench) {
			b.joins("guild/cy", "beta/cy")
			b.joins("acme/ana", "beta/ana")
		}},
		"a guest": {"acme/ana", "guild/guest", "link_no_member", nil},
		"gone since": {"acme/ana", "guild/cy", "link_no_member", func(b *bench) {
			late(b)
			delete(b.on["acme"].profiles, "ana")
		}},
		"expired":   {"acme/ana", "guild/cy", "link_code", func(b *bench) { b.elapsed += 10 * time.Minute }},
		"exhausted": {"acme/ana", "guild/cy", "link_tries", func(b *bench) { b.store.wrong = 5 }},
		"used meanwhile": {"acme/ana", "guild/cy", "link_code_used", func(b *bench) {
			b.store.conflicts, b.store.onConflict = 1, func() { b.store.offers = nil }
		}},
		"down": {"acme/ana", "guild/cy", "unavailable", func(b *bench) {
			late(b)
			b.down("acme")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			code := b.offered(c.offered)
			if c.before != nil {
				c.before(b)
			}
			if _, err := b.links.Link(t.Context(), "op", actor(c.by), code); refused(err) != c.want {
				t.Errorf("it is refused with %q: %v", refused(err), err)
			}
			if len(b.store.linked) > 0 {
				t.Errorf("and stored: %+v", b.store.linked)
			}
		})
	}
}

func TestOfferRefused(t *testing.T) {
	b := setup(t)
	for who, want := range map[string]string{"acme/guest": "link_no_member", "acme/robot": "link_no_member", "acme/gone": "link_no_member", "acme/ana": ""} {
		if _, err := b.links.OfferLink(t.Context(), actor(who)); refused(err) != want {
			t.Errorf("%s is refused with %q", who, refused(err))
		}
	}
	b.down("guild")
	if _, err := b.links.OfferLink(t.Context(), actor("guild/ana")); refused(err) != "unavailable" {
		t.Errorf("while guild is down: %v", err)
	}
}

// TestLinkConflict checks that a change of links is decided again when others have
// changed them meanwhile, and given up at some time.
func TestLinkConflict(t *testing.T) {
	for conflicts, want := range map[int]string{4: "", 5: "unavailable"} {
		t.Run(fmt.Sprint(conflicts), func(t *testing.T) {
			b := setup(t)
			code := b.offered("acme/ana")
			b.store.conflicts = conflicts
			if _, err := b.links.Link(t.Context(), "op", actor("guild/cy"), code); refused(err) != want {
				t.Errorf("link: %v", err)
			}
			b.joins("acme/bo", "beta/bo")
			b.store.conflicts = conflicts
			if _, err := b.links.Unlink(t.Context(), "op-2", actor("acme/bo"), ""); refused(err) != want {
				t.Errorf("unlink: %v", err)
			}
		})
	}
}

func TestUnlink(t *testing.T) {
	for name, c := range map[string]struct {
		by   string
		who  core.Ref
		want string // the refusal; "" for none
		left string // what acme/ana has afterwards
	}{
		"own":                {"beta/bo", "", "", "acme/ana Ana, guild/cy Cy+"},
		"own of elsewhere":   {"acme/ana", "beta/bo", "", "acme/ana Ana, guild/cy Cy+"},
		"another's":          {"acme/cy", "beta/bo", "link_not_yours", "acme/ana Ana, beta/bo Bo+, guild/cy Cy+"},
		"an administrator":   {"acme/root", "beta/bo", "", "acme/ana Ana, guild/cy Cy+"},
		"by name":            {"acme/root", "mei", "link_none", "acme/ana Ana, beta/bo Bo+, guild/cy Cy+"},
		"nobody":             {"acme/root", "eve", "link_nobody", "acme/ana Ana, beta/bo Bo+, guild/cy Cy+"},
		"several":            {"acme/root", "@oncall", "link_nobody", "acme/ana Ana, beta/bo Bo+, guild/cy Cy+"},
		"not linked":         {"acme/mei", "", "link_none", "acme/ana Ana, beta/bo Bo+, guild/cy Cy+"},
		"the account itself": {"acme/ana", "", "", "acme/ana Ana"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.org.Permissions.Administrators = []core.Ref{"acme/root"}
			b.joins("acme/ana", "beta/bo", "guild/cy")
			for range 2 { // a repeat returns what it returned before
				if _, err := b.links.Unlink(t.Context(), "op", actor(c.by), c.who); refused(err) != c.want {
					t.Errorf("it is refused with %q: %v", refused(err), err)
				}
			}
			if got := b.accounts("acme/ana"); got != c.left {
				t.Errorf("left is %s", got)
			}
		})
	}
	t.Run("the last link", func(t *testing.T) {
		b := setup(t)
		b.joins("acme/ana", "guild/cy")
		if k, err := b.links.Unlink(t.Context(), "op", actor("guild/cy"), ""); err != nil || k.Name != "Cy" {
			t.Errorf("%+v, %v", k, err)
		}
		if len(b.store.joined[account("acme/ana")]) > 0 || listed(b.store.unlinked[0].From) != "acme/ana" {
			t.Errorf("left: %v, stored: %+v", b.store.joined, b.store.unlinked)
		}
	})
	t.Run("down", func(t *testing.T) {
		b := setup(t)
		b.org.Permissions.Administrators = []core.Ref{"lin"}
		b.down("acme")
		for _, who := range []core.Ref{"lin", "beta/bo"} {
			if _, err := b.links.Unlink(t.Context(), "op", actor("acme/ana"), who); refused(err) != "unavailable" {
				t.Errorf("%s: %v", who, err)
			}
		}
	})
}

// TestOneWorkspace checks that there is nothing to link in one workspace.
func TestOneWorkspace(t *testing.T) {
	b := setup(t)
	delete(b.platforms, "beta")
	delete(b.platforms, "guild")
	if _, err := b.links.OfferLink(t.Context(), actor("acme/ana")); refused(err) != "link_one_workspace" {
		t.Errorf("%v", err)
	}
	b.joins("acme/ana", "guild/cy") // from when there were two
	if got := b.accounts("acme/ana"); got != "acme/ana Ana" {
		t.Errorf("accounts: %s", got)
	}
}
