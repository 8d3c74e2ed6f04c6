package effect

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
		want, ascii  string
	}{
		{"Ledger is off by one", "r-17", nil, "ledger-is-off-by-one-r-17", "ledger-is-off-by-one-r-17"},
		{"  Ledger:  «off»!  ", "r-17-2", nil, "ledger-off-r-17-2", "ledger-off-r-17-2"},
		{"Größe Ærø Łódź naïve", "r-1", nil, "größe-ærø-łódź-naïve-r-1", "grosse-aero-lodz-naive-r-1"},
		{"snake_case and-dash", "r-1", nil, "snake_case-and-dash-r-1", "snake_case-and-dash-r-1"},
		{"支付 ledger 对账", "r-1", nil, "支付-ledger-对账-r-1", "ledger-r-1"},
		{"账目差一分钱", "r-1", badge, "账目差一分钱-r-1", "payments-r-1"},
		{"账目差一分钱", "r-1", nil, "账目差一分钱-r-1", "r-1"},
		{"!!", "r-17", badge, "payments-r-17", "payments-r-17"},
		{"!!", "r-17", &core.Badge{Label: "R-17", Module: "支付"}, "支付-r-17", "r-17"},
		{"!!", "abcd", nil, "abcd", "abcd"},
		{"ＦＵＬＬ width", "r-1", nil, "full-width-r-1", "full-width-r-1"},
		{"e\u0301te\u0301 हिन्दी", "r-1", nil, "été-हिन्दी-r-1", "ete-r-1"},
		{"party \U0001F389\uFE0F time", "r-1", nil, "party-time-r-1", "party-time-r-1"},
		{"___", "r-1", nil, "r-1", "r-1"},
		{strings.Repeat("长", 200), "r-17", nil, strings.Repeat("长", 75) + "-r-17", "r-17"},
		{strings.Repeat("x", 74) + " yz", "r-17", nil, strings.Repeat("x", 74) + "-r-17", strings.Repeat("x", 74) + "-r-17"},

		{"R-1-讨论", "r-1", nil, "讨论-r-1", "r-1"},
		{"R-1讨论", "r-1", nil, "讨论-r-1", "r-1"},
		{"关于 R-1 的讨论", "r-1-2", nil, "关于-的讨论-r-1-2", "r-1-2"},
		{"R-1", "r-1", badge, "r-1", "r-1"},
		{"r-1-2 r-1 again", "r-1-2", nil, "again-r-1-2", "again-r-1-2"},
		{"R-17 and PR-1", "r-1", nil, "r-17-and-pr-1-r-1", "r-17-and-pr-1-r-1"},
		{"R-1 talks", "abcdef", nil, "r-1-talks-abcdef", "r-1-talks-abcdef"},
	} {
		n, ok := FitName(c.text, c.suffix, c.badge, 80)
		if got, ascii := n.Plain(), n.ASCII().Plain(); !ok || got != c.want || ascii != c.ascii {
			t.Errorf("%q with %q is called %q, or %q (%v); want %q, or %q", c.text, c.suffix, got, ascii, ok, c.want, c.ascii)
		}
	}
	if _, ok := FitName("x", "!", nil, 80); ok {
		t.Error("a suffix that cannot be spelled passes")
	}
}

// TestNamesAlwaysFit tries names of all kinds.
func TestNamesAlwaysFit(t *testing.T) {
	t.Parallel()
	fits := regexp.MustCompile(`^[\p{L}\p{M}\p{Nd}_]+(-[\p{L}\p{M}\p{Nd}_]+)*$`)
	ascii := regexp.MustCompile(`^[a-z0-9_]+(-[a-z0-9_]+)*$`)
	rapid.Check(t, func(t *rapid.T) {
		suffix := rapid.StringMatching(`[a-z]{1,6}-[1-9][0-9]{0,8}(-[1-9])?`).Draw(t, "suffix")
		limit := rapid.IntRange(60, 100).Draw(t, "limit")
		n, ok := FitName(rapid.String().Draw(t, "text"), suffix, nil, limit)
		if !ok {
			t.Fatal("refused")
		}
		for _, c := range []struct {
			Name
			fits *regexp.Regexp
		}{{n, fits}, {n.ASCII(), ascii}} {
			got, other := c.Plain(), c.Other("abcd")
			switch {
			case !c.fits.MatchString(got) || utf8.RuneCountInString(got) > limit || !strings.HasSuffix(got, suffix) || !c.Ends(got):
				t.Fatalf("%q does not fit, or lost its suffix %q", got, suffix)
			case !c.fits.MatchString(other) || utf8.RuneCountInString(other) > limit || !strings.HasSuffix(other, "abcd-"+suffix) || other == got:
				t.Fatalf("%q does not differ from %q", other, got)
			case !c.IsOther(other, 4) || !c.Ends(other) || c.Ends(got+"x"):
				t.Fatalf("%q is not recognised", other)
			case slug(got) != got:
				t.Fatalf("%q would be called %q", got, slug(got))
			}
		}
	})
}
