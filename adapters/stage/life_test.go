package stage_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/adapters/stage"
)

func TestLateEffects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []string
		happens := func(what string) func() {
			return func() {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, what)
			}
		}
		l := stage.NewLife()
		l.Late(time.Second, happens("after a second"))
		l.Late(0, happens("first"))
		l.Late(0, happens("second"))
		l.ReleaseLate()
		l.ReleaseLate()
		l.Wait()
		if want := []string{"first", "second", "after a second"}; !slices.Equal(got, want) {
			t.Errorf("%q happened, want %q", got, want)
		}
	})
}

func TestEndDropsWhatIsLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := stage.NewLife()
		never := func() { t.Error("happened after the end") }
		l.Late(time.Second, never)
		l.Late(0, never)
		l.End()
		l.End()
		l.Late(0, never)
		l.Late(time.Second, never)
		l.ReleaseLate()
		l.Wait()
		if !l.Over() || l.Sleep(time.Hour) {
			t.Error("it is open")
		}
	})
}

func TestDawdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, begun := stage.NewLife(), time.Now()
		l.Dawdle(t.Context(), time.Second)
		if waited := time.Since(begun); waited != time.Second {
			t.Errorf("an answer was held back for %v, not a second", waited)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		l.Dawdle(gone, 0) // returns: the caller is gone
		l.End()
		l.Dawdle(t.Context(), 0) // returns: so is the stand-in
	})
}
