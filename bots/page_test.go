package bots

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestTurns walks to the last page and back.
func TestTurns(t *testing.T) {
	t.Parallel()
	const last = 30
	next := func(page int) string {
		if page == last {
			return ""
		}
		return fmt.Sprintf("cursor%02d", page+1)
	}
	const subject = "R-17 of all"
	var at place
	for page := 0; page < last; page++ {
		all := turns("test", subject, at, next(page), "back", "on")
		if want := min(page, 1) + 1; len(all) != want || all[want-1].Label != "on" || all[0].Pages != "test" {
			t.Fatalf("page %d: %+v", page, all)
		}
		for _, turn := range all {
			if len(turn.State) > MaxTurn {
				t.Fatalf("%q has %d bytes", turn.State, len(turn.State))
			}
		}
		var got string
		if got, at = readTurn(all[len(all)-1].State); got != subject || at.cursor() != next(page) {
			t.Fatalf("page %d: %q %q", page, got, at)
		}
	}
	var seen []string
	for len(at) > 0 {
		all := turns("test", subject, at, "", "back", "on")
		if len(all) != 1 || all[0].Label != "back" {
			t.Fatalf("%+v", all)
		}
		_, at = readTurn(all[0].State)
		seen = append(seen, at.cursor())
	}
	if !slices.Equal(seen, []string{"cursor29", "cursor28", "cursor27", "cursor26", ""}) {
		t.Errorf("back over %q", seen)
	}
	if got := turns("test", "", nil, "", "back", "on"); got != nil {
		t.Errorf("one page has %+v", got)
	}
	if subject, at := readTurn(strings.Repeat("x", 3)); subject != "xxx" || at != nil {
		t.Errorf("%q %q", subject, at)
	}
}
