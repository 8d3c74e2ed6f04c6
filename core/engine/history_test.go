package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store/storetest"
)

// pages reads the whole history of a risk, and returns its pages.
func (b *bundle) pages(by core.Actor, key core.RiskKey) []engine.History {
	b.t.Helper()
	var all []engine.History
	for cursor := ""; ; {
		page, err := b.engine.History(b.ctx(), by, key, core.GroupRef{}, cursor)
		if err != nil {
			b.t.Fatal(err)
		}
		all = append(all, page)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

func told(pages []engine.History) string {
	var out []string
	for _, p := range pages {
		for _, e := range p.Events {
			out = append(out, strings.TrimSpace(e.Kind+" "+e.Data["to"]+e.Data["what"]+e.Data["note"]))
		}
	}
	return strings.Join(out, "\n")
}

func (b *bundle) set(by core.Actor, key core.RiskKey, to core.Status, note string) error {
	b.clock.set(b.clock.Now().Add(time.Minute))
	_, err := b.engine.Do(b.ctx(), core.MakeOp("set", string(key), b.clock.Now().String()), by, engine.ChangeStatus{Risk: key, To: to, Note: note})
	return err
}

func TestHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.file("ledger", b.clock.Now())
	want := "filed"
	for i := range 12 {
		to := []core.Status{core.InProgress, core.Resolved, core.Pending}[i%3]
		if err := b.set(wei, r.Key, to, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		want = "status " + string(to) + fmt.Sprint(i) + "\n" + want
	}
	pages := b.pages(out, r.Key)
	if got := told(pages); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(pages) != 2 || len(pages[0].Events) != 10 || !pages[1].Since.IsZero() || len(pages[0].Next) > 20 {
		t.Errorf("%d pages, the first has %d events and names %q", len(pages), len(pages[0].Events), pages[0].Next)
	}
	for _, cursor := range []string{"x", "-0.1", "1", "-1", "zz.-1", "1.1.x", "1.1.1.1"} {
		if _, err := b.engine.History(b.ctx(), lin, r.Key, core.GroupRef{}, cursor); core.KindOf(err) != core.Invalid {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}

// TestHistoryIsForReaders: whoever may not read the risk gets the answer for one that
// doesn't exist, and their attempts are not recorded.
func TestHistoryIsForReaders(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.org.Permissions.Read = core.Audience{Involved: true}
	r := b.file("ledger", b.clock.Now())
	_, err := b.engine.History(b.ctx(), out, r.Key, core.GroupRef{}, "")
	if refusal, ok := errors.AsType[*core.Refusal](err); !ok || refusal.Kind != core.NotFound {
		t.Errorf("got %v", err)
	}
	if err := b.set(out, r.Key, core.Resolved, ""); err == nil {
		t.Error("it was resolved")
	}
	if got := told(b.pages(lin, r.Key)); got != "filed" {
		t.Errorf("got %s", got)
	}
}

// TestHistoryOfRejected: what people may not do, or did too late, is in the history, but
// not what they mistyped.
func TestHistoryOfRejected(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.file("ledger", b.clock.Now())
	for range 3 {
		if err := b.set(out, r.Key, core.Resolved, ""); err == nil {
			t.Fatal("out resolved it")
		}
	}
	if err := b.set(wei, r.Key, core.InProgress, ""); err != nil {
		t.Fatal(err)
	}
	if err := b.set(lin, r.Key, core.InProgress, ""); err == nil {
		t.Fatal("it was started twice")
	}
	if err := b.set(lin, r.Key, core.Shelved, ""); err == nil {
		t.Fatal("it was shelved without a reason")
	}
	const want = "rejected in_progress\nstatus in_progress\nrejected resolved\nfiled"
	var events []engine.Event
	b.eventually("attempts are recorded, and counted", func() bool {
		pages := b.pages(lin, r.Key)
		events = pages[0].Events
		return told(pages) == want && events[2].Data["count"] == "3"
	})
	if d := events[2].Data; d["kind"] != "denied" || events[2].Actor != out || events[0].Data["kind"] != "conflict" {
		t.Errorf("%+v", events)
	}
}

// trimmed is a store whose trails end before some events.
type trimmed struct {
	engine.Store
	gone map[string]bool
}

func (s *trimmed) Trail(ctx context.Context, risk core.RiskKey, from string, limit int) ([]engine.Event, error) {
	trail, err := s.Store.Trail(ctx, risk, from, limit)
	for i, e := range trail {
		if s.gone[e.ID] {
			return trail[:i], err
		}
	}
	return trail, err
}

// TestHistoryOfTrimmed: where the trail was trimmed, the history says so, and goes on
// with what the risk keeps.
func TestHistoryOfTrimmed(t *testing.T) {
	t.Parallel()
	clock := &fakeClock{}
	s := &trimmed{Store: storetest.Embedded(t, clock), gone: map[string]bool{}}
	b := setupOn(t, clock, s)
	r := b.file("ledger", b.clock.Now())
	for i := range 15 {
		to := []core.Status{core.InProgress, core.Pending}[i%2]
		if err := b.set(wei, r.Key, to, fmt.Sprint("note ", i)); err != nil {
			t.Fatal(err)
		}
	}
	trail, err := b.store.Trail(b.ctx(), r.Key, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	var since time.Time
	n := 0
	for _, e := range trail {
		if e.Kind == engine.EventStatus {
			n++
		}
		if n <= 3 {
			since = e.At
			continue
		}
		s.gone[e.ID] = true
	}
	pages := b.pages(lin, r.Key)
	last := pages[len(pages)-1]
	if !last.Since.Equal(since) {
		t.Errorf("complete since %s, want %s", last.Since, since)
	}
	got := told(pages)
	if first := "status in_progressnote 14\nstatus pendingnote 13\nstatus in_progressnote 12\n"; !strings.HasPrefix(got, first) ||
		!strings.HasSuffix(got, "\nfiled") || strings.Count(got, "note note") != 12 {
		t.Errorf("got\n%s", got)
	}
	for _, p := range pages {
		if len(p.Events) > 10 {
			t.Errorf("a page has %d events", len(p.Events))
		}
	}
}

// TestRejectedOperations: the history names what somebody tried.
func TestRejectedOperations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.file("ledger", b.clock.Now())
	title := "mine"
	for want, o := range map[string]engine.Operation{
		"edit":     engine.Edit{Risk: r.Key, Patch: engine.Patch{Title: &title}},
		"assign":   engine.Assign{Risk: r.Key, To: []core.Ref{"lin"}},
		"take":     engine.Assign{Risk: r.Key, Take: true},
		"hand":     engine.Assign{Risk: r.Key, Hand: true, To: []core.Ref{"lin"}, Reason: "away"},
		"note":     engine.AddNote{Risk: r.Key, Text: "mine"},
		"resolved": engine.ChangeStatus{Risk: r.Key, To: core.Resolved},
	} {
		if _, err := b.engine.Do(b.ctx(), core.MakeOp("try", want), out, o); err == nil {
			t.Errorf("%s was allowed", want)
		}
		b.eventually(want, func() bool { return strings.Contains("\n"+told(b.pages(lin, r.Key)), "\nrejected "+want) })
	}
	refusal := core.Refuse(core.Denied, "may_not_change", "", "Key", string(r.Key))
	if err := b.engine.Reject(b.ctx(), core.MakeOp("press"), out, engine.ChangeStatus{Risk: r.Key, To: core.Shelved}, refusal); !errors.Is(err, refusal) {
		t.Errorf("the bot gets %v", err)
	}
	b.eventually("the bot's own refusal", func() bool { return strings.Contains(told(b.pages(lin, r.Key)), "rejected shelved") })
}

// TestHistoryOfManyHidden: a page reads a limited number of events, and the attempts of
// its time are on it even if it has no events to show.
func TestHistoryOfManyHidden(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.file("ledger", b.clock.Now())
	hidden := func() {
		t.Helper()
		events := make([]engine.Event, 1100)
		for i := range events {
			events[i] = engine.Event{At: b.clock.Now(), Kind: engine.EventTimer}
		}
		if err := b.store.Append(b.ctx(), r.Key, events); err != nil {
			t.Fatal(err)
		}
	}
	hidden()
	if err := b.set(out, r.Key, core.Resolved, ""); err == nil {
		t.Fatal("out resolved it")
	}
	b.eventually("the attempt is recorded", func() bool { return strings.Contains(told(b.pages(lin, r.Key)), "rejected") })
	b.clock.set(b.clock.Now().Add(time.Minute))
	hidden()
	pages := b.pages(lin, r.Key)
	if got := told(pages); got != "rejected resolved\nfiled" || len(pages) != 3 {
		t.Errorf("%d pages:\n%s", len(pages), got)
	}
}
