package effect_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// answers is a Once whose calls end with the given errors, by Key.
type answers map[string]error

func (a answers) Do(_ context.Context, c core.Call) (string, error) {
	return "value of " + c.Key, a[c.Key]
}

func TestProgress(t *testing.T) {
	t.Parallel()
	gone := &core.Error{Op: "test", Kind: core.NotFound, Detail: "gone"}
	failed := func(kind core.Kind) error { return &core.Error{Op: "test", Kind: kind} }
	for name, c := range map[string]struct {
		second error
		parts  int  // reported, of three
		err    bool // the action ends with that error
	}{
		"all done":                        {nil, 3, false},
		"a refusal affects one part":      {failed(core.Denied), 3, false},
		"a temporary error stops nothing": {failed(core.Unavailable), 3, true},
		"refused credentials end it":      {failed(core.Unauthorized), 2, true},
		"a group that is gone ends it":    {gone, 2, true},
		"a refusal of Once is no outcome": {core.Stop(failed(core.Lost)), 1, true},
		"a call that returns Lost is one": {failed(core.Lost), 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &effect.Progress{Once: answers{"second": c.second}, Gone: func(err error) bool { return core.DetailOf(err) == "gone" }}
			for _, key := range []string{"first", "second", "third"} {
				value, ok := p.Do(t.Context(), core.PartMember, core.Account{ID: key}, core.Call{Key: key})
				if made := value != ""; ok && !made {
					t.Errorf("%s: done, without its value", key)
				}
			}
			if n := len(p.Report.Outcomes); n != c.parts {
				t.Errorf("%d parts are reported, want %d: %+v", n, c.parts, p.Report)
			}
			if got := p.Err != nil; got != c.err || c.err && !errors.Is(p.Err, c.second) {
				t.Errorf("the error is %v", p.Err)
			}
			if p.Ended != (c.parts < 3) {
				t.Errorf("ended: %v", p.Ended)
			}
		})
	}
}

// TestWriteRefusesTheLate checks that a call is not sent when too little time
// is left to wait for its answer.
func TestWriteRefusesTheLate(t *testing.T) {
	t.Parallel()
	w := effect.Writer{Platform: "platform", Classify: func(method string, err error) error {
		return &core.Error{Op: method, Kind: core.Unknown, Effect: core.Maybe, Err: err}
	}}
	sent := 0
	write := func(ctx context.Context) error {
		_, err := effect.Write(ctx, w, core.Intent{}, "post", func(context.Context) (string, error) {
			sent++
			return "", errors.New("no answer")
		})
		return err
	}
	soon, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Millisecond))
	defer cancel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{soon, ended} {
		if err := write(ctx); core.DetailOf(err) != "not_sent" || core.EffectOf(err) != core.None || sent != 0 {
			t.Errorf("got %v after %d calls", err, sent)
		}
	}
	if err := write(t.Context()); core.EffectOf(err) != core.Maybe || sent != 1 {
		t.Errorf("got %v after %d calls", err, sent)
	}
}

// TestUnless checks that a refusal counts as success if the change was already
// made.
func TestUnless(t *testing.T) {
	t.Parallel()
	err := error(&core.Error{Op: "test", Kind: core.Conflict, Detail: "already_pinned"})
	if got := effect.Unless(err, "no_pin", "already_pinned"); got != nil {
		t.Errorf("%v is not done", got)
	}
	if got := effect.Unless(err, "no_pin"); !errors.Is(got, err) || effect.Unless(nil) != nil {
		t.Errorf("%v counts as done", err)
	}
}
