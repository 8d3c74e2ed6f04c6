package stage_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
)

func TestFaultsStrikeTheNthCall(t *testing.T) {
	t.Parallel()
	var f stage.Faults
	f.Order(
		stage.Fault{Method: "post", Kind: stage.CutAfter, Nth: 2, Times: 2},
		stage.Fault{Kind: stage.ErrorBefore, Nth: 3},
	)
	var got [][]stage.FaultKind
	for _, method := range []string{"post", "pin", "post", "post", "post"} {
		var kinds []stage.FaultKind
		for _, fault := range f.Meet(method) {
			kinds = append(kinds, fault.Kind)
		}
		got = append(got, kinds)
	}
	want := [][]stage.FaultKind{nil, nil, {stage.CutAfter, stage.ErrorBefore}, {stage.CutAfter}, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if waiting := f.Waiting(); len(waiting) != 0 {
		t.Errorf("still waiting: %v", waiting)
	}
}

func TestFirstOrderedStrikesFirst(t *testing.T) {
	t.Parallel()
	var f stage.Faults
	f.Order(
		stage.Fault{Kind: stage.RateLimit, Times: stage.Forever},
		stage.Fault{Method: "post", Kind: stage.CutBefore},
	)
	for range 2 {
		if fault, _ := f.Meet("post").At(stage.Before); fault.Kind != stage.RateLimit {
			t.Errorf("struck by %s", fault.Kind)
		}
	}
	if waiting := f.Waiting(); len(waiting) != 1 || waiting[0].Kind != stage.CutBefore {
		t.Errorf("waiting: %v", waiting)
	}
	f.Clear()
	if met := f.Meet("post"); len(met) != 0 {
		t.Errorf("struck by %v after Clear", met)
	}
}

func TestCallsAndEventsMeetTheirOwnFaults(t *testing.T) {
	t.Parallel()
	var f stage.Faults
	f.Order(stage.Fault{Kind: stage.DuplicateEvent}, stage.Fault{Kind: stage.HideMetadata})
	if met := f.Meet("history"); len(met) != 1 || met[0].Kind != stage.HideMetadata {
		t.Errorf("a call met %v", met)
	}
	if met := f.MeetEvent("channel_archive"); len(met) != 1 || met[0].Kind != stage.DuplicateEvent {
		t.Errorf("an event met %v", met)
	}
}

func TestLogNumbersCallsAndRunsHooks(t *testing.T) {
	t.Parallel()
	var l stage.Log
	var hooked []int
	l.Hook(func(c stage.Call) { hooked = append(hooked, c.Seq) })
	l.Arrive(stage.Call{Method: "post"})
	l.Arrive(stage.Call{Method: "pin"})
	second := l.Arrive(stage.Call{Method: "post"})
	second.Effect = true
	l.Settle(second)
	want := []stage.Call{{Seq: 2, Method: "pin", Nth: 1}, {Seq: 3, Method: "post", Nth: 2, Effect: true}}
	if diff := cmp.Diff(want, l.Since(1)); diff != "" {
		t.Error(diff)
	}
	if l.Count("post") != 2 || len(l.Calls()) != 3 || !cmp.Equal(hooked, []int{3}) {
		t.Errorf("%d posts, %v hooked", l.Count("post"), hooked)
	}
}

func TestFeedLosesNothing(t *testing.T) {
	t.Parallel()
	const events = 1000
	var f stage.Feed
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			r := f.Subscribe(0)
			for i := range events {
				e, err := r.Next(t.Context())
				if err != nil || e.Seq != i+1 {
					t.Errorf("event %d, want %d: %v", e.Seq, i+1, err)
					return
				}
			}
		})
	}
	for range events {
		f.Publish(stage.Event{Kind: stage.PostAdded})
	}
	readers.Wait()
	if f.Seq() != events || len(f.Since(events-2)) != 2 {
		t.Errorf("%d events", f.Seq())
	}
}

func TestFeedWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var f stage.Feed
		ctx, cancel := context.WithCancel(t.Context())
		found := make(chan error, 1)
		wait := func(kind stage.EventKind) {
			reader := f.Subscribe(0)
			e, err := reader.Next(ctx)
			for err == nil && e.Kind != kind {
				e, err = reader.Next(ctx)
			}
			found <- err
		}
		go wait(stage.RoomArchived)
		f.Publish(stage.Event{Kind: stage.RoomCreated})
		synctest.Wait()
		if len(found) != 0 {
			t.Fatal("returned before the event")
		}
		f.Publish(stage.Event{Kind: stage.RoomArchived})
		if err := <-found; err != nil {
			t.Error(err)
		}
		go wait(stage.RoomDeleted)
		synctest.Wait()
		cancel()
		if err := <-found; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestViewFinds(t *testing.T) {
	t.Parallel()
	v := stage.View{People: []stage.Person{{ID: "U1"}}, Rooms: []stage.Room{{ID: "C1"}}}
	if _, ok := v.Person("U1"); !ok {
		t.Error("a person is not found")
	}
	if _, ok := v.Room("C2"); ok {
		t.Error("a room that is not there is found")
	}
}

func TestViewForOnePerson(t *testing.T) {
	t.Parallel()
	v := stage.View{
		Rooms:   []stage.Room{{ID: "a", Members: []string{"lin", "wei"}}, {ID: "b", Members: []string{"wei"}}},
		Posts:   []stage.Post{{ID: "1", Room: "a"}, {ID: "2", Room: "a", Only: "wei"}, {ID: "3", Room: "b"}},
		Windows: []stage.Window{{ID: "w", Person: "wei"}},
	}
	for person, want := range map[string][3]int{"lin": {1, 1, 0}, "wei": {2, 3, 1}, "mei": {0, 0, 0}} {
		got := v.For(person)
		if n := [3]int{len(got.Rooms), len(got.Posts), len(got.Windows)}; n != want {
			t.Errorf("%s sees %v rooms, posts and windows, not %v", person, n, want)
		}
	}
}
