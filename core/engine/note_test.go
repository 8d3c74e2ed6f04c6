package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// A note is posted in the item group, once, by a run.
func TestNotesArePosted(t *testing.T) {
	t.Parallel()
	b, r, g := withGroup(t)
	quote := &core.Quote{By: lin, Link: "https://example.com/1"}
	b.must(wei, engine.AddNote{Risk: r.Key, Text: " it is the *cache* "})
	b.must(wei, engine.AddNote{Risk: r.Key, Text: "try again", Quote: quote})
	b.must(mei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress, Note: "looking"})
	b.must(mei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress, Note: "still looking"})
	b.must(mei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "fixed"})
	b.must(mei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "it holds"})
	want := []string{
		"mei: it holds", "mei: looking", "mei: still looking",
		"wei made a note of what lin wrote: try again Message", "wei: it is the *cache*",
	}
	posted := func() (notes []string) {
		for _, p := range b.platform.postsIn(g.ID) {
			if p.Message.Card == nil {
				notes = append(notes, core.Text(p.Message.Text))
			}
		}
		slices.Sort(notes)
		return notes
	}
	b.eventually("the notes are posted", func() bool { return len(posted()) == len(want) })
	for _, p := range b.platform.postsIn(g.ID) {
		if m := p.Message; m.Card == nil && (m.About == nil || m.About.Risk != r.Key || len(m.About.Buttons) != 1) {
			t.Errorf("%q is about %+v", core.Text(m.Text), m.About)
		}
	}
	if got := posted(); !slices.Equal(got, want) {
		t.Errorf("posted %q", got)
	}
	rec, err := b.store.Get(b.ctx(), r.Key)
	if err != nil {
		t.Fatal(err)
	}
	if got := rec.Risk; got.Resolution != "fixed" || len(got.Notes) != 5 || *got.Notes[1].Quote != *quote || got.Notes[4].By != mei {
		t.Errorf("the risk is %+v", got)
	}
	if e := b.events(r.Key, engine.EventNote); len(e) != 4 || e[2].Data["author"] != "lin" || e[2].Data["link"] != quote.Link {
		t.Errorf("the trail has %+v", e)
	}
}

// TestTypedAgain has people type a command again, as after a stop of riskroom that left it
// unanswered.
func TestTypedAgain(t *testing.T) {
	t.Parallel()
	b, r, _ := withGroup(t)
	refused := func(by core.Actor, o engine.Operation, want string) {
		t.Helper()
		if _, err := b.perform(by, o); code(err) != want {
			t.Errorf("%+v again: %v", o, err)
		}
	}
	b.must(wei, engine.AddNote{Risk: r.Key, Text: "it is the cache"})
	refused(wei, engine.AddNote{Risk: r.Key, Text: "it is the cache "}, "note_same")
	b.must(mei, engine.AddNote{Risk: r.Key, Text: "it is the cache"})
	for _, to := range []core.Status{core.InProgress, core.Resolved, core.Shelved} {
		b.must(mei, engine.ChangeStatus{Risk: r.Key, To: to, Note: "done"})
		refused(mei, engine.ChangeStatus{Risk: r.Key, To: to, Note: "done"}, "status_same")
	}
	rec, err := b.store.Get(b.ctx(), r.Key)
	if err != nil || len(rec.Risk.Notes) != 3 || rec.Risk.Resolution != "done" {
		t.Errorf("the risk is %+v, %v", rec.Risk, err)
	}
}

func TestNotesWithoutAGroup(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	for i := range core.MaxNotes + 1 {
		b.must(wei, engine.AddNote{Risk: r.Key, Text: fmt.Sprint("note ", i)})
	}
	rec, err := b.store.Get(b.ctx(), r.Key)
	if err != nil {
		t.Fatal(err)
	}
	if n := rec.Risk.Notes; len(n) != core.MaxNotes || n[0].Text != "note 1" || slices.ContainsFunc(rec.Runs, func(s engine.RunSummary) bool { return s.ID.Flow == engine.NoteFlow }) {
		t.Errorf("%d notes from %q, runs %+v", len(n), n[0].Text, rec.Runs)
	}
	for want, text := range map[string]string{"note_empty": " ", "too_long": strings.Repeat("x", core.MaxNote+1), "control": "a\x00"} {
		if _, err := b.perform(wei, engine.AddNote{Risk: r.Key, Text: text}); code(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// A risk keeps its status changes with their resolutions, and who set its status.
func TestHistoryOfTheStatus(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	b.clock.set(b.clock.Now().Add(time.Hour))
	seen := b.must(wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress, Note: "looking"}).Risk
	if seen.StatusBy != wei || seen.Changed["status"] != seen.Version {
		t.Errorf("the risk is %+v", seen)
	}
	b.must(wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "fixed"})
	b.must(lin, engine.ChangeStatus{Risk: r.Key, To: core.Pending})
	got := b.must(mei, engine.ChangeStatus{Risk: r.Key, To: core.Shelved, Note: "later"}).Risk
	var lines []string
	for _, h := range got.History {
		lines = append(lines, fmt.Sprint(h.By.Name, " ", h.From, " ", h.To, " ", h.Text))
	}
	want := []string{"wei pending in_progress ", "wei in_progress resolved fixed", "lin resolved pending ", "mei pending shelved later"}
	if !slices.Equal(lines, want) || got.StatusBy != mei {
		t.Errorf("the history is %q", lines)
	}
	// The form that was open since the first change is outdated.
	if _, err := b.perform(boss, engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "fixed", Seen: seen.Version}); code(err) != "status_moved" {
		t.Errorf("an outdated form: %v", err)
	}
	b.must(wei, engine.AddNote{Risk: r.Key, Text: "x"})
	b.must(wei, engine.ChangeStatus{Risk: r.Key, To: core.Pending, Seen: got.Version}) // only a note since
	for i := range core.MaxHistory + 1 {
		b.must(wei, engine.ChangeStatus{Risk: r.Key, To: []core.Status{core.InProgress, core.Pending}[i%2]})
	}
	rec, err := b.store.Get(b.ctx(), r.Key)
	if err != nil || len(rec.Risk.History) != core.MaxHistory {
		t.Errorf("%d changes are kept, %v", len(rec.Risk.History), err)
	}
}
