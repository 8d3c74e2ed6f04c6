package flow

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
)

func TestFallback(t *testing.T) {
	t.Parallel()
	d := testDef()
	d.Steps = []StepDef{
		{Action: &SendMessageDef{To: []string{"handlers"}, Text: "x", Fallback: []string{"item", "acme/C1", "lead", "=submitter", "acme:@ops"}}},
		{Action: &CreateGroupDef{Type: core.Item, Name: "x", Members: []string{"lin"}}},
		{Action: &SendMessageDef{To: []string{"handlers"}, Text: "x", Fallback: []string{"acme/C1"}}},
	}
	f := compiled(t, d)
	var got []string
	for _, to := range f.Steps[0].Action.(*SendMessage).Fallback {
		if to.People != nil {
			got = append(got, "people "+to.People.String())
		} else {
			got = append(got, "group "+to.Group.String())
		}
	}
	want := []string{"group item", "group acme/C1", "people lead", "people =submitter", "people acme:@ops"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fallback (-want +got):\n%s", diff)
	}
	// Otherwise two runs could wait for each other's group.
	if f.CreatesItemGroup(0) || !f.CreatesItemGroup(1) {
		t.Error("a step that may need the item group doesn't count as one")
	}
	if !f.Steps[2].Action.Uses().Channels || f.Steps[1].Action.Uses().Channels {
		t.Error("the bot is asked for the wrong permissions")
	}
}

// TestFallbackIsAbsentFromOtherFlows checks that the canonical text of flows without a
// fallback, and so their hashes, are those of earlier versions.
func TestFallbackIsAbsentFromOtherFlows(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(&SendMessageDef{To: []string{"lin"}, Text: "x"})
	if want := `{"to":["lin"],"text":"x"}`; err != nil || string(b) != want {
		t.Errorf("got %s (%v), want %s", b, err, want)
	}
}
