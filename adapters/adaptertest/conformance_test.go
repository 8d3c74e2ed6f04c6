package adaptertest

import (
	"testing"
)

func TestRunPassesASoundAdapter(t *testing.T) {
	t.Parallel()
	Run(t, fakeHarness{})
}

func TestRunCatches(t *testing.T) {
	t.Parallel()
	cases := []struct {
		flaw       flaw
		name, says string // of a case that has to fail
	}{
		{ignoresOnce, "every write goes through Once: send_message", "outside of Make"},
		{namesPositions, "keys name people, not places", "has the members"},
		{escapesNothing, "in every part of a card", "a mention became mentions"},
		{hidesPartial, "of a new group", "the outcome for"},
		{wrapsRefusals, "from every recorded key on: create_group", "not the refusal itself"},
		{goesOnAfterStop, "from every recorded key on: create_group", "goes on with"},
		{sureOfCuts, "cut_after is unavailable: send_message", "the error's effect is none"},
		{declaresLess, "declare every write of: create_group (item)", "the call pin is not declared"},
		{retries, "error_after is unavailable: send_message", "was called again"},
		{overwritesLater, "what was changed since stays: set_group (topic)", "in another state"},
		{forgetsBadge, "an item group has its badge pinned", "pinned are"},
		{keepsOldPin, "another announcement", "pinned are"},
		{endsTooSoon, "the end waits for what can be tried again", "it was archived although"},
		{takesForeign, "other workspaces/send_message", "want invalid"},
		{outlivesContext, "nothing happens after the context ended", "these calls followed"},
		{sharesMemory, "many actions at once", "is not"},
		{dropsWait, "rate_limit is rate_limited: send_message", "it says to wait 0s"},
		{drawsNothing, "are kept within the rate budget by: send_message", "draws on nothing"},
		{stopsAtFirst, "if one must be tried again", "has the members"},
		{missesEnds, "a deleted group is reported as such", "the capability is"},
		{twoFaced, "what is unsupported is answered so: set_group (removed)", "want unsupported"},
	}
	for _, c := range cases {
		t.Run(string(c.flaw), func(t *testing.T) {
			t.Parallel()
			if got := record(t, c.flaw, c.name, conformance); !got.caught(c.says) {
				t.Errorf("no case like %q says %q; what failed is %q", c.name, c.says, got.failed)
			}
		})
	}
}
