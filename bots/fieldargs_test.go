package bots

import (
	"slices"
	"testing"

	"riskroom/core"
)

// TestNamesThatDifferInCase: a menu's choice is the one that was chosen, even if the
// config file has another that is the same word to people.
func TestNamesThatDifferInCase(t *testing.T) {
	t.Parallel()
	b := &Bot{org: &core.Organisation{Modules: []core.Module{{Name: "Payments"}, {Name: "payments"}}}}
	f := core.Field{Options: []core.Option{{Key: "Same"}, {Key: "same", Label: map[string]string{"en": "other"}}}}
	for typed, want := range map[string]string{"Payments": "Payments", "payments": "payments", "ＰAYMENTS": "Payments", "pay": ""} {
		if got := b.moduleNamed(typed); got != want {
			t.Errorf("module %q is %q, want %q", typed, got, want)
		}
	}
	for typed, want := range map[string]string{"Same": "Same", "same": "same", "SAME": "Same", "Other": "same"} {
		if got := optionNamed(f, typed); got != want {
			t.Errorf("option %q is %q, want %q", typed, got, want)
		}
	}
}

// TestUsefulCommands: with one workspace there is no other account to link, so the
// command is not offered.
func TestUsefulCommands(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	for workspaces, want := range map[int]bool{1: false, 2: true} {
		b.org.Workspaces = map[string]core.Workspace{}
		for i := range workspaces {
			b.org.Workspaces[string(rune('a'+i))] = core.Workspace{}
		}
		if got := slices.ContainsFunc(b.Commands(), func(s Spec) bool { return s.Path[0] == "link" }); got != want {
			t.Errorf("with %d workspaces, link is offered: %v", workspaces, got)
		}
	}
}
