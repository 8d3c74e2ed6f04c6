package slack

import (
	"regexp"
	"strings"
	"testing"

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
		{"Größe Ærø Łódź naïve", "r-1", nil, "grosse-aero-lodz-naive-r-1"},
		{"snake_case and-dash", "r-1", nil, "snake_case-and-dash-r-1"},
		{"支付 ledger 对账", "r-1", nil, "ledger-r-1"},
		{"对账差一分", "r-17", badge, "payments-r-17"},
		{"对账差一分", "r-17", &core.Badge{Label: "R-17", Module: "支付"}, "r-17"},
		{"对账差一分", "abcd", nil, "abcd"},
		{"ＦＵＬＬ width", "r-1", nil, "full-width-r-1"},
		{"___", "r-1", nil, "r-1"},
		{strings.Repeat("x", 200), "r-17", nil, strings.Repeat("x", 75) + "-r-17"},
		{strings.Repeat("x", 74) + " yz", "r-17", nil, strings.Repeat("x", 74) + "-r-17"},
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
	fits := regexp.MustCompile(`^[a-z0-9_-]{1,80}$`)
	rapid.Check(t, func(t *rapid.T) {
		suffix := rapid.StringMatching(`[a-z]{1,6}-[1-9][0-9]{0,8}(-[1-9])?`).Draw(t, "suffix")
		n, ok := fitName(rapid.String().Draw(t, "text"), suffix, nil)
		other := n.other("abcdefgh")
		switch {
		case !ok:
			t.Fatal("refused")
		case !fits.MatchString(n.plain()) || !strings.HasSuffix(n.plain(), suffix):
			t.Fatalf("%q does not fit, or lost its suffix %q", n.plain(), suffix)
		case !fits.MatchString(other) || !strings.HasSuffix(other, "abcd-"+suffix) || other == n.plain():
			t.Fatalf("%q does not differ from %q", other, n.plain())
		case !n.isOther(other) || !n.among(other, "abcdefgh") || n.among(other, "zzzz"):
			t.Fatalf("%q is not recognised", other)
		}
	})
}
