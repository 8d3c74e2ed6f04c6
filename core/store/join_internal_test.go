package store

import (
	"errors"
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestSplit gives each of several calls its own answer, or an error if there is none for it.
func TestSplit(t *testing.T) {
	t.Parallel()
	number := func(own string) *call {
		return &call{name: "number", keys: []string{"all", own}, common: common{keys: 1}}
	}
	calls := []*call{number("a"), number("b"), number("c")}
	joint, of := join(calls)
	if len(joint) != 1 || len(joint[0].keys) != 4 {
		t.Fatalf("%d calls with %v", len(joint), joint[0].keys)
	}
	cmd := redis.NewCmd(t.Context())
	cmd.SetVal([]any{"ok", "1", "2"})
	list := split(t.Context(), calls, of, []sent{{cmd: cmd}})
	for i, want := range []string{"1", "2"} {
		if a, err := read("number", list[i].cmd); err != nil || len(a) != 2 || a.text(1) != want {
			t.Errorf("call %d gets %v, %v", i, a, err)
		}
	}
	if a, err := read("number", list[2].cmd); !errors.Is(err, errTooFewAnswers) {
		t.Errorf("the call without an answer gets %v, %v", a, err)
	}
}
