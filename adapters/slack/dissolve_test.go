package slack_test

import (
	"slices"
	"testing"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

// TestOrderOfParts checks the order in which the parts of a group are set. An archived
// channel can't be changed, so it is archived last, and once.
func TestOrderOfParts(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf("U0000000LIN", "U0000000WEI"))
	if err != nil {
		t.Fatal(err)
	}
	o := newOnce()
	notice := text("The ledger is closed")
	report, err := a.SetGroup(t.Context(), o, g.Ref, core.GroupChange{
		Name: new("New"), Suffix: "r-17", Topic: new("Topic"), Purpose: new("Purpose"), Type: core.Item,
		Announcement: &core.Announcement{Message: &notice},
		Add:          []core.Account{account("U0000000GUS")}, Remove: []core.Account{account("U0000000WEI")},
		State: core.Ended, Closing: &notice, Dissolve: core.DissolveArchive,
	})
	if err != nil || len(report.Failed()) > 0 {
		t.Fatal(report, err)
	}
	want := []string{
		"name", "topic", "purpose", "announce", "pin:" + report.Announcement.ID, "kick:U0000000WEI", "invite:U0000000GUS", "closing", "archive",
	}
	if !slices.Equal(o.keys, want) {
		t.Errorf("its calls are %q, want %q", o.keys, want)
	}
	for _, part := range []core.Part{core.PartState, core.PartDissolve} {
		if !slices.Contains(report.Outcomes, core.Outcome{Part: part}) {
			t.Errorf("%s is missing in %v", part, report.Outcomes)
		}
	}
}
