package bots

import (
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
