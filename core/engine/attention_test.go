package engine_test

import (
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

// TestAttention checks that administrators, and nobody else, get parked runs and lost
// groups.
func TestAttention(t *testing.T) {
	t.Parallel()
	b, r, g := withGroup(t)
	look := func(by core.Actor) engine.Attention {
		t.Helper()
		a, err := b.engine.Attention(b.ctx(), by)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := look(boss); len(a.Parked)+len(a.Lost) != 0 {
		t.Errorf("at first %+v", a)
	}
	b.platform.hideGroup(g.ID)
	for range 3 {
		b.sweep()
	}
	if a := look(boss); len(a.Lost) != 1 || a.Lost[0] != r.Key {
		t.Errorf("the administrator gets %+v", a)
	}
	if a := look(lin); len(a.Parked)+len(a.Lost) != 0 {
		t.Errorf("lin gets %+v", a)
	}
}

// TestFiledFromAMessage checks that a risk keeps its message, and that cards link to it
// without mentioning its author.
func TestFiledFromAMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start()
	for by, label := range map[core.Actor]string{lin: "message by lin", {}: "message"} {
		source := &core.Quote{By: core.Actor{Account: by.Account}, Link: "https://example.com/1"}
		f, err := b.engine.File(b.ctx(), "op"+label, lin, engine.Draft{Title: label, Module: "Payments", Source: source})
		if err != nil || f.Risk.Source == nil || *f.Risk.Source != *source {
			t.Fatalf("%+v, %v", f.Risk, err)
		}
		v, err := b.engine.Show(b.ctx(), lin, f.Risk.Key)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, row := range b.engine.Card(b.ctx(), v, "acme", "en").Rows {
			found = found || row.Label == "Message" && len(row.Value) == 1 && row.Value[0] == core.Hyperlink(label, source.Link)
		}
		if !found {
			t.Errorf("%s: the card doesn't link to it", label)
		}
	}
}

// TestNoteOfAnEditedMessage checks that nobody is quoted with a text that isn't theirs.
func TestNoteOfAnEditedMessage(t *testing.T) {
	t.Parallel()
	b, r, g := withGroup(t)
	b.must(wei, engine.AddNote{Risk: r.Key, Text: "edited", Quote: &core.Quote{Link: "https://example.com/1"}})
	b.eventually("the note is posted", func() bool {
		for _, p := range b.platform.postsIn(g.ID) {
			if core.Text(p.Message.Text) == "wei: edited Message" {
				return true
			}
		}
		return false
	})
	v, err := b.engine.Show(b.ctx(), wei, r.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range b.engine.Card(b.ctx(), v, "acme", "en").Rows {
		if said := core.Text(row.Value); strings.Contains(said, "edited") && strings.Contains(said, "from") {
			t.Errorf("the card has %q", said)
		}
	}
}
