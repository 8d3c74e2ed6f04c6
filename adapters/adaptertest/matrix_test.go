package adaptertest

import (
	"slices"
	"strings"
	"testing"
)

func TestMatrixPassesASoundAdapter(t *testing.T) {
	t.Parallel()
	cells := Matrix(t, fakeHarness{})
	for _, want := range []Cell{
		{"send_message", "post", "rate_limit", Before, Single},
		{"send_message", "post", "late", After, Single},
		{"send_message", "post", "cut_after, an hour's outage", After, Single},
		{"create_group (item)", "create", "cut_after, an hour's outage, then forbidden on list", After, Policy},
		{"send_message", "post", "cut_after, then hide_metadata", After, Policy},
		{"create_group (item)", "create", "crash", After, Single},
		{"create_group (item)", "create", "cut_after, then forbidden on list", After, Policy},
		{"create_group (item)", "invite 3", "slow", After, Single},
		{"create_group (item)", "bookmark", "crash", Before, Single},
		{"edit_message", "edit", "error_after", After, Single},
	} {
		if !slices.Contains(cells, want) {
			t.Errorf("there is no cell %+v", want)
		}
	}
	if slices.ContainsFunc(cells, func(c Cell) bool { return strings.Contains(c.Fault, string(RateLimitBody)) }) {
		t.Error("there are cells of a fault that the platform does not have")
	}
	if got, want := strings.Count(markdown(cells), "\n"), len(cells)+2; got != want {
		t.Errorf("the table has %d lines, want %d", got, want)
	}
}

func TestMatrixCatches(t *testing.T) {
	t.Parallel()
	cases := []struct {
		flaw       flaw
		name, says string // of a cell that has to fail
	}{
		{ignoresOnce, "send_message/post/late", "another state"},
		{ignoresOnce, "create_group (ordinary)/topic/rate_limit", "another state"},
		{probesNothing, "send_message/post/crash/after", "another state"},
		{probesNothing, "create_group (item)/post/cut_after", "another state"},
		{sureOfCuts, "send_message/post/cut_after", "another state"},
		{claimsMore, "send_message/post/cut_after, then hide_metadata", "declare no risk"},
		{retries, "send_message/post/cut_after", "another state"},
	}
	for _, c := range cases {
		t.Run(string(c.flaw)+" in "+c.name, func(t *testing.T) {
			t.Parallel()
			suite := func(h Harness, run each) { matrix(h, run) }
			if got := record(t, c.flaw, c.name, suite); !got.caught(c.says) {
				t.Errorf("no cell like %q says %q; what failed is %q", c.name, c.says, got.failed)
			}
		})
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	got := markdown([]Cell{{"send_message", "chat.postMessage", "cut_after", After, Single}})
	want := "| Action | Call | Fault | When | Outcome |\n|---|---|---|---|---|\n" +
		"| send_message | chat.postMessage | cut_after | after | single |\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
