package discord

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"riskroom/core"
)

func TestNames(t *testing.T) {
	t.Parallel()
	badge := &core.Badge{Label: "R-17", Module: "Payments"}
	for _, c := range []struct {
		text, suffix string
		badge        *core.Badge
		want         string
	}{
		{"Ledger is off by one", "r-17", nil, "ledger-is-off-by-one-r-17"},
		{"  Ledger:  «off»!  ", "r-17-2", nil, "ledger-off-r-17-2"},
		{"Größe Ærø Łódź", "r-1", nil, "größe-ærø-łódź-r-1"},
		{"snake_case and-dash", "r-1", nil, "snake_case-and-dash-r-1"},
		{"支付 ledger 对账", "r-1", nil, "支付-ledger-对账-r-1"},
		{"!!", "r-17", badge, "payments-r-17"},
		{"!!", "abcd", nil, "abcd"},
		{"ＦＵＬＬ width", "r-1", nil, "full-width-r-1"},
		{"e\u0301te\u0301 हिन्दी", "r-1", nil, "été-हिन्दी-r-1"},
		{"party \U0001F389\uFE0F time", "r-1", nil, "party-time-r-1"},
		{strings.Repeat("长", 200), "r-17", nil, strings.Repeat("长", 95) + "-r-17"},
	} {
		n, ok := fitName(c.text, c.suffix, c.badge)
		if !ok || n.plain() != c.want {
			t.Errorf("%q with %q is called %q (%v), want %q", c.text, c.suffix, n.plain(), ok, c.want)
		}
	}
	if _, ok := fitName("x", "!", nil); ok {
		t.Error("a suffix that cannot be spelled passes")
	}
}

// TestNamesAlwaysFit tries names of all kinds.
func TestNamesAlwaysFit(t *testing.T) {
	t.Parallel()
	fits := regexp.MustCompile(`^[\p{L}\p{M}\p{Nd}_]+(-[\p{L}\p{M}\p{Nd}_]+)*$`)
	rapid.Check(t, func(t *rapid.T) {
		suffix := rapid.StringMatching(`[a-z]{1,6}-[1-9][0-9]{0,8}(-[1-9])?`).Draw(t, "suffix")
		n, ok := fitName(rapid.String().Draw(t, "text"), suffix, nil)
		switch got := n.plain(); {
		case !ok:
			t.Fatal("refused")
		case !fits.MatchString(got) || utf8.RuneCountInString(got) > maxName || !strings.HasSuffix(got, suffix):
			t.Fatalf("%q does not fit, or lost its suffix %q", got, suffix)
		case slug(got) != got:
			t.Fatalf("%q would be called %q", got, slug(got))
		}
	})
}

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
