package platforms_test

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"riskroom/cmd/riskroom/platforms"
)

// TestPlatformsAreWhole checks that no part of a platform's description is missing. A
// missing part would fail in some command only.
func TestPlatformsAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range platforms.All() {
		if p.Name() == "" || seen[p.Name()] {
			t.Errorf("the name %q is empty or taken", p.Name())
		}
		seen[p.Name()] = true
		if named, ok := platforms.Named(p.Name()); !ok || named.Title != p.Title {
			t.Errorf("%s is not found by its name", p.Name())
		}
		optional := map[string]bool{"Manifest.Flags": true, "Help.Unchecked": true, "LeftOut": true}
		for _, part := range []struct {
			name  string
			value any
		}{{"", p}, {"Manifest.", p.Manifest}, {"Demo.", p.Demo}, {"Help.", p.Help}} {
			v := reflect.ValueOf(part.value)
			for i := range v.NumField() {
				name := part.name + v.Type().Field(i).Name
				if v.Field(i).IsZero() && !optional[name] {
					t.Errorf("%s lacks %s", p.Name(), name)
				}
			}
		}
		for _, s := range p.Settings.Settings {
			if v := p.Demo.Placeholder(s.Key); v != "" && !regexp.MustCompile(s.Pattern).MatchString(v) {
				t.Errorf("%s: the placeholder of %s, %q, does not match %s", p.Name(), s.Key, v, s.Pattern)
			} else if v == "" && s.Required {
				t.Errorf("%s: %s is required and has no placeholder", p.Name(), s.Key)
			}
		}
		if v := p.Demo.Placeholder("channel"); !regexp.MustCompile(p.Settings.Channel).MatchString(v) {
			t.Errorf("%s: the placeholder %q is not the ID of a channel", p.Name(), v)
		}
		for _, dir := range []string{"adapters/" + p.Name(), "adapters/" + p.Name() + "/emulator", "bots/" + p.Name() + "bot"} {
			if _, err := os.Stat("../../../" + dir); err != nil {
				t.Errorf("%s: %v", p.Name(), err)
			}
		}
	}
	if _, ok := platforms.Named("no such platform"); ok {
		t.Error("a platform that is not there is found")
	}
}
