package adaptertest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"riskroom/core"
)

// try is a journal and a call whose parts a test sets.
type try struct {
	clock   *Clock
	journal *Journal
	made    []core.Intent
	probed  []core.Intent
	fail    error      // of Make
	found   core.Found // by Probe
	call    core.Call
}

func newTry() *try {
	clock := NewClock()
	y := &try{clock: clock, journal: newJournal(clock, "step"), found: core.No}
	y.call = core.Call{
		Key: "post", Unsure: core.Resend,
		Make: func(_ context.Context, in core.Intent) (string, error) {
			y.made = append(y.made, in)
			return "made", y.fail
		},
		Probe: func(_ context.Context, in core.Intent) (string, core.Found, error) {
			y.probed = append(y.probed, in)
			return "found", y.found, nil
		},
	}
	return y
}

func (y *try) do(t *testing.T, s Script) (string, error) {
	t.Helper()
	return y.journal.Claim(s).Do(t.Context(), y.call)
}

// unanswered leaves the intent of the call open and old enough to be probed.
func (y *try) unanswered(t *testing.T) {
	t.Helper()
	y.fail = &core.Error{Op: "post", Kind: core.Unavailable, Effect: core.Maybe}
	if _, err := y.do(t, Script{}); !errors.Is(err, y.fail) || core.IsStop(err) {
		t.Fatalf("the call's own error came back as %v", err)
	}
	y.fail = nil
	y.clock.Advance(callTimeout + settleTime)
}

func wantValue(t *testing.T, value string, err error, want string) {
	t.Helper()
	if err != nil || value != want {
		t.Fatalf("got %q, %v; want %q", value, err, want)
	}
}

func wantRefusal(t *testing.T, err error, kind core.Kind) {
	t.Helper()
	if !core.IsStop(err) || core.KindOf(err) != kind {
		t.Fatalf("got %v (%s); want a refusal of kind %s", err, core.KindOf(err), kind)
	}
}

func TestOnceReturnsWhatIsRecorded(t *testing.T) {
	t.Parallel()
	y := newTry()
	for range 2 {
		value, err := y.do(t, Script{})
		wantValue(t, value, err, "made")
	}
	if len(y.made) != 1 || len(y.journal.Open()) != 0 {
		t.Errorf("made %d times, open %v", len(y.made), y.journal.Open())
	}
	if v, ok := y.journal.Result("post"); v != "made" || !ok {
		t.Errorf("recorded %q, %v", v, ok)
	}
}

func TestOnceLeavesYoungIntentsAlone(t *testing.T) {
	t.Parallel()
	y := newTry()
	y.unanswered(t)
	y.clock.Advance(-3 * time.Second)
	_, err := y.do(t, Script{})
	wantRefusal(t, err, core.Unavailable)
	if core.RetryAfterOf(err) != 3*time.Second || len(y.probed) != 0 || len(y.made) != 1 {
		t.Errorf("retry after %v, probed %d, made %d", core.RetryAfterOf(err), len(y.probed), len(y.made))
	}
}

func TestOnceProbesOldIntents(t *testing.T) {
	t.Parallel()
	cases := []struct {
		found core.Found
		value string
		made  int
		notes []Note
	}{
		{core.Yes, "found", 1, []Note{{"post", Found}}},
		{core.No, "made", 2, nil},
		{core.CannotTell, "made", 2, []Note{{"post", Resent}}},
	}
	for _, c := range cases {
		t.Run(string(c.found), func(t *testing.T) {
			t.Parallel()
			y := newTry()
			first := y.clock.Now()
			y.unanswered(t)
			y.found = c.found
			value, err := y.do(t, Script{})
			wantValue(t, value, err, c.value)
			if len(y.made) != c.made || !slices.Equal(y.journal.Notes(), c.notes) {
				t.Errorf("made %d times, notes %v", len(y.made), y.journal.Notes())
			}
			last := y.made[len(y.made)-1]
			if !last.First.Equal(first) || last.Attempt != c.made || last.Op != y.made[0].Op || len(last.Op) != core.OpLen {
				t.Errorf("the intent is %+v", last)
			}
		})
	}
}

func TestOnceParksWhatNobodyCanTell(t *testing.T) {
	t.Parallel()
	y := newTry()
	y.unanswered(t)
	y.found, y.call.Unsure = core.CannotTell, core.Park
	_, err := y.do(t, Script{})
	wantRefusal(t, err, core.Unknown)
	if core.DetailOf(err) != detailParked || len(y.made) != 1 || !slices.Equal(y.journal.Open(), []string{"post"}) {
		t.Errorf("%v, made %d, open %v", err, len(y.made), y.journal.Open())
	}
}

func TestOnceRepeatsIdempotentCalls(t *testing.T) {
	t.Parallel()
	y := newTry()
	y.unanswered(t)
	y.call.Probe = nil
	value, err := y.do(t, Script{})
	wantValue(t, value, err, "made")
}

func TestOnceKeepsAFailedProbesIntent(t *testing.T) {
	t.Parallel()
	y := newTry()
	y.unanswered(t)
	down := &core.Error{Op: "history", Kind: core.Unavailable}
	y.call.Probe = func(context.Context, core.Intent) (string, core.Found, error) { return "", "", down }
	if _, err := y.do(t, Script{}); !errors.Is(err, down) || !core.IsStop(err) || len(y.journal.Open()) != 1 {
		t.Errorf("got %v, open %v", err, y.journal.Open())
	}
}

func TestOnceClosesWhatSurelyFailed(t *testing.T) {
	t.Parallel()
	y := newTry()
	y.fail = &core.Error{Op: "post", Kind: core.RateLimited, Effect: core.None, RetryAfter: time.Second}
	if _, err := y.do(t, Script{}); !errors.Is(err, y.fail) {
		t.Fatalf("got %v", err)
	}
	y.fail = nil
	value, err := y.do(t, Script{})
	wantValue(t, value, err, "made")
	if len(y.probed) != 0 || y.made[1].Attempt != 2 {
		t.Errorf("probed %d times, attempt %d", len(y.probed), y.made[1].Attempt)
	}
}

func TestOnceOpensNothingWithoutBudget(t *testing.T) {
	t.Parallel()
	y := newTry()
	y.call.Cost = []core.Bucket{{Name: "post"}}
	wait := func(cost []core.Bucket) time.Duration {
		if len(cost) == 1 {
			return time.Minute
		}
		return maxWait
	}
	_, err := y.do(t, Script{Wait: wait})
	wantRefusal(t, err, core.RateLimited)
	if core.RetryAfterOf(err) != time.Minute || len(y.made) != 0 || len(y.journal.Keys()) != 0 {
		t.Errorf("%v, made %d, keys %v", err, len(y.made), y.journal.Keys())
	}
	// Once a probe has found nothing, no intent stays open either.
	y.unanswered(t)
	_, err = y.do(t, Script{Wait: wait})
	wantRefusal(t, err, core.RateLimited)
	if len(y.probed) != 1 || len(y.journal.Open()) != 0 {
		t.Errorf("probed %d, open %v", len(y.probed), y.journal.Open())
	}
}

func TestOnceOnlyResolvesWhenCancelled(t *testing.T) {
	t.Parallel()
	for found, notes := range map[core.Found][]Note{
		core.Yes:        {{"post", Found}},
		core.No:         {{"post", Dropped}},
		core.CannotTell: {{"post", Dropped}},
	} {
		t.Run(string(found), func(t *testing.T) {
			t.Parallel()
			y := newTry()
			y.unanswered(t)
			y.found = found
			y.journal.Cancel()
			value, err := y.do(t, Script{})
			if found == core.Yes {
				wantValue(t, value, err, "found")
			} else {
				wantRefusal(t, err, core.Conflict)
			}
			if len(y.made) != 1 || len(y.journal.Open()) != 0 || !slices.Equal(y.journal.Notes(), notes) {
				t.Errorf("made %d, open %v, notes %v", len(y.made), y.journal.Open(), y.journal.Notes())
			}
			y.call.Key = "other"
			_, err = y.do(t, Script{})
			wantRefusal(t, err, core.Conflict)
		})
	}
}

func TestOnceTakesResultsFromAnyoneAndBeginsForTheHolder(t *testing.T) {
	t.Parallel()
	y := newTry()
	old := y.journal.Claim(Script{})
	make := y.call.Make
	y.call.Make = func(ctx context.Context, in core.Intent) (string, error) {
		y.journal.Claim(Script{})
		return make(ctx, in)
	}
	value, err := old.Do(t.Context(), y.call)
	wantValue(t, value, err, "made")
	y.call.Key = "other"
	_, err = old.Do(t.Context(), y.call)
	wantRefusal(t, err, core.Lost)
	if len(y.made) != 1 {
		t.Errorf("made %d times", len(y.made))
	}
}

func TestOnceDiesWhereTheScriptSays(t *testing.T) {
	t.Parallel()
	cases := []struct {
		at           Point
		made, probed int
	}{{BeforeProbe, 1, 0}, {AfterProbe, 1, 1}, {BeforeMake, 1, 1}, {AfterMake, 2, 1}}
	for _, c := range cases {
		t.Run(string(c.at), func(t *testing.T) {
			t.Parallel()
			y := newTry()
			y.unanswered(t)
			o := y.journal.Claim(Script{Crash: func(p Point, _ string) bool { return p == c.at }})
			_, err := o.Do(t.Context(), y.call)
			wantRefusal(t, err, core.Lost)
			if len(y.made) != c.made || len(y.probed) != c.probed || len(y.journal.Open()) != 1 || !o.Crashed() {
				t.Errorf("made %d, probed %d, open %v", len(y.made), len(y.probed), y.journal.Open())
			}
			y.call.Key = "other"
			_, err = o.Do(t.Context(), y.call)
			wantRefusal(t, err, core.Lost)
		})
	}
}
