package discord_test

import (
	"testing"

	"riskroom/adapters/discord"
)

// TestClash checks that archived groups never share a category with others.
func TestClash(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		category, archive string
		clash             bool
	}{
		"defaults":                      {"", "", false},
		"a category of one's own":       {"Risks", "", false},
		"both":                          {"Risks", "Old risks", false},
		"the same":                      {"Risks", "risks", true},
		"the default category":          {"", "Riskroom", true},
		"the second category":           {"Risks", "Risks-2", true},
		"the second archive for groups": {"Risks-2", "Risks", true},
	} {
		key, why := discord.Settings().Clash(map[string]string{"category": c.category, "archive_category": c.archive})
		if (key != "") != c.clash || (why != "") != c.clash {
			t.Errorf("%s: %q, %q", name, key, why)
		}
	}
}
