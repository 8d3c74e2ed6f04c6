package discord

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"riskroom/core"
)

func TestAbout(t *testing.T) {
	t.Parallel()
	const op = "abcdefghijklmnopqrst"
	spec := core.GroupSpec{
		Topic: "- a *bold*\n claim", Purpose: "Discuss", Badge: &core.Badge{Label: "Payments · R-17"},
	}
	want := "\\- a \\*bold\\* claim\n- Discuss\n- Payments · R-17"
	if got := newAbout(spec).text(); got != want {
		t.Errorf("it says %q", got)
	}
	if got := newAbout(core.GroupSpec{}).text(); got != "" {
		t.Errorf("an empty one says %q", got)
	}
	long := strings.Repeat("*", 5000)
	got := newAbout(core.GroupSpec{Topic: long, Purpose: long, Badge: &core.Badge{Label: long}})
	if n := utf8.RuneCountInString(got.text()); n > maxAbout || !strings.Contains(got.topic, "… (+") {
		t.Errorf("a long one has %d characters: %q", n, got.text())
	}
	rapid.Check(t, func(t *rapid.T) {
		spec := core.GroupSpec{Topic: rapid.String().Draw(t, "topic"), Purpose: rapid.String().Draw(t, "purpose")}
		made := newAbout(spec)
		marked := made
		marked.add("riskroom:" + op) // as an earlier version did
		for _, read := range []about{parseAbout(made.text()), parseAbout(marked.text()).unmarked()} {
			if read.topic != made.topic || read.madeBy(op) || read.text() != made.text() {
				t.Fatalf("%q is read as %+v", made.text(), read)
			}
		}
		if read := parseAbout(marked.text()); !read.madeBy(op) {
			t.Fatalf("%q is read as %+v", made.text(), read)
		}
	})
	if parseAbout("- riskroom:" + op).madeBy("abcdefghijklmnopqrsu") {
		t.Error("another op passes")
	}
}
