package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// shared returns a call that can be made with others.
func shared(own string, args ...any) *call {
	return &call{name: "number", keys: []string{"all", own}, args: append([]any{0}, args...), common: common{keys: 1, args: 1, most: 3}}
}

// TestJoin makes calls with few scripts, in each of which their number, their size and what
// they have in common are as they must be.
func TestJoin(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", sharedSize)
	other := shared("o")
	other.args[0] = 7
	another := shared("p")
	another.keys[0] = "none"
	for name, c := range map[string]struct {
		calls []*call
		want  string
	}{
		"all of one":        {[]*call{shared("a"), shared("b", "x", 5), shared("c")}, "[0 0 0]"},
		"too many":          {[]*call{shared("a"), shared("b"), shared("c"), shared("d"), shared("e")}, "[0 0 0 1 1]"},
		"too long":          {[]*call{shared("a"), shared("b", []byte(long)), shared("c"), shared("d", "x"+long)}, "[0 0 0 1]"},
		"a key of another":  {[]*call{shared("a"), shared("a"), shared("b")}, "[0 1 0]"},
		"other arguments":   {[]*call{shared("a"), other, shared("b")}, "[0 1 0]"},
		"other keys":        {[]*call{shared("a"), another, shared("b")}, "[0 1 0]"},
		"nothing in common": {[]*call{{name: "get", keys: []string{"a"}}, {name: "get", keys: []string{"b"}}}, "[0 1]"},
	} {
		_, of := join(c.calls)
		same(t, name, of, c.want)
	}
	list, _ := join([]*call{shared("a"), shared("b", "x", 5)})
	same(t, "keys", list[0].keys, "[all a b]")
	same(t, "arguments", list[0].args, "[0 1 0 1 2 x 5]")
}

// TestSplit gives each of several calls its own answer, or an error if there is none for it.
func TestSplit(t *testing.T) {
	t.Parallel()
	calls := []*call{shared("a"), shared("b"), shared("c")}
	joint, of := join(calls)
	cmd := redis.NewCmd(t.Context())
	cmd.SetVal([]any{"ok", []any{"ok", "1"}, []any{"lost"}})
	list := split(t.Context(), calls, of, []sent{{cmd: cmd}})
	same(t, "scripts", len(joint), 1)
	if a, err := read("number", list[0].cmd); err != nil || len(a) != 2 || a.text(1) != "1" {
		t.Errorf("the first call gets %v, %v", a, err)
	}
	if a, err := read("number", list[1].cmd); core.KindOf(err) != "lost" {
		t.Errorf("the refused call gets %v, %v", a, err)
	}
	if a, err := read("number", list[2].cmd); !errors.Is(err, errTooFewAnswers) {
		t.Errorf("the call without an answer gets %v, %v", a, err)
	}
}

// TestSplitFailed gives a call that has raised an error the error that it would have had alone.
func TestSplitFailed(t *testing.T) {
	t.Parallel()
	calls := []*call{shared("a"), shared("b")}
	_, of := join(calls)
	cmd := redis.NewCmd(t.Context())
	cmd.SetVal([]any{"ok", []any{"failed", "WRONGTYPE of a key"}, []any{"ok", "2"}})
	list := split(t.Context(), calls, of, []sent{{cmd: cmd}})
	_, err := read("number", list[0].cmd)
	same(t, "kind", core.KindOf(err), core.Unknown)
	same(t, "says why", strings.Contains(fmt.Sprint(err), "WRONGTYPE of a key"), true)
	a, err := read("number", list[1].cmd)
	same(t, "error", err, nil)
	same(t, "the other", a.text(1), "2")
}
