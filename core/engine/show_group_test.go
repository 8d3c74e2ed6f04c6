package engine_test

import (
	"slices"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

// shown returns the groups that a person sees.
func (b *bundle) shown(by core.Actor, key core.RiskKey, at core.GroupRef) ([]engine.GroupView, error) {
	b.t.Helper()
	return b.engine.Groups(b.ctx(), by, key, at, "en")
}

// A risk's readers see its item group, its owner may change it, and it is found by the
// channel too.
func TestShowGroup(t *testing.T) {
	t.Parallel()
	b, g := gathered(t)
	if _, err := b.doGroup(wei, engine.SetGroup{Group: g.Ref, Admins: []core.Ref{"lin"}, Mute: &engine.Mute{All: true}}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "muted", func(g engine.Group) bool { return g.Muted.All && len(g.Admins) == 1 })
	for by, may := range map[core.Actor]bool{wei: true, lin: true, out: false} {
		for _, at := range []core.GroupRef{{}, g.Ref} {
			key := g.Key
			if !at.IsZero() {
				key = ""
			}
			all, err := b.shown(by, key, at)
			if err != nil || len(all) != 1 || all[0].Group.Ref != g.Ref || all[0].MaySet != may {
				t.Fatalf("%s sees %+v, %v", by.Name, all, err)
			}
			if want := []string{"Owner: wei", "Admins: lin", "Muted: everybody"}; !slices.Equal(all[0].Lines, want) {
				t.Errorf("%s reads %q", by.Name, all[0].Lines)
			}
		}
	}
	if all, err := b.shown(wei, "", core.GroupRef{Workspace: "acme", ID: "C0OTHER"}); err != nil || len(all) != 0 {
		t.Errorf("a channel that riskroom didn't create: %v, %v", all, err)
	}
	_, err := b.shown(wei, "R-99", core.GroupRef{})
	refused(t, err, "not_found")
	stranger := core.Actor{Account: core.Account{Workspace: "acme", ID: "NOBODY"}}
	_, err = b.shown(stranger, g.Key, core.GroupRef{})
	refused(t, err, "not_found")
	if all, err := b.shown(stranger, "", g.Ref); err != nil || len(all) != 0 {
		t.Errorf("somebody who may not read the risk sees %v, %v", all, err)
	}
}

// A private topic group is seen by the people invited, and by anyone in it.
func TestShowTopicGroup(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{})
	for by, sees := range map[core.Actor]bool{wei: true, lin: true, out: false} {
		all, err := b.shown(by, g.Key, core.GroupRef{})
		if sees && (err != nil || len(all) != 1) {
			t.Errorf("%s sees %v, %v", by.Name, all, err)
		}
		if !sees {
			refused(t, err, "no_topic")
		}
		if all, err := b.shown(by, "", g.Ref); err != nil || len(all) != 1 || all[0].MaySet != (by == wei) {
			t.Errorf("%s sees %v in the channel, %v", by.Name, all, err)
		}
	}
	_, err := b.shown(wei, "T-99", core.GroupRef{})
	refused(t, err, "no_topic")
}

// A group's name says which workspace it is in only if there are several.
func TestTitleOfAGroup(t *testing.T) {
	t.Parallel()
	g := engine.Group{Name: "ledger-r-1", Ref: core.GroupRef{Workspace: "acme", ID: "C1"}}
	one := &core.Organisation{Workspaces: map[string]core.Workspace{"acme": {}}}
	two := &core.Organisation{Workspaces: map[string]core.Workspace{"acme": {}, "guild": {}}}
	for want, got := range map[string]string{
		"ledger-r-1": g.Title(one), "ledger-r-1 (acme)": g.Title(two), "acme/C1": engine.Group{Ref: g.Ref}.Title(two),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
