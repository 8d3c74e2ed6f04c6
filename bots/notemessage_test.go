package bots

import (
	"context"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

func TestNoteMessage(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{rooms: map[core.GroupRef]core.RiskKey{room: "R-9"}, outcome: engine.Outcome{Risk: core.Risk{Key: "R-9", Title: "Ledger"}}}
	b := newBot(t, f)
	wants(t, words(ask(t, b, chosen(shortcutNote, sent(strings.Repeat("长", core.MaxNote+1))))), "Noted on R-9 Ledger.")
	n, ok := f.ops[0].(engine.AddNote)
	if !ok || n.Risk != "R-9" || len([]rune(n.Text)) != core.MaxNote || !strings.HasSuffix(n.Text, "…") || n.Quote.By.Name != "Wei" || n.Quote.Link != messageLink {
		t.Errorf("it does %+v", f.ops)
	}
	wants(t, words(ask(t, b, chosen(shortcutNote, sent(" ")))), "no text")
	f.before = func(_ context.Context, call string) error {
		if call == "RiskOf" {
			return nil
		}
		return core.Refuse(core.Denied, "may_not_change", "", "Key", "R-9")
	}
	wants(t, words(ask(t, b, chosen(shortcutNote, sent("seen")))), "R-9")
	if len(f.ops) != 1 {
		t.Errorf("it does %+v", f.ops)
	}
}

// TestNoteMessageElsewhere: outside the risks' groups a form asks which risk. The author is
// quoted only with what they wrote.
func TestNoteMessageElsewhere(t *testing.T) {
	t.Parallel()
	for said, author := range map[string]string{"The bank\ncalled back": "U0WEI", "The bank called back.": ""} {
		f := &fakeEngine{outcome: engine.Outcome{Risk: core.Risk{Key: "R-3", Title: "Ledger"}}}
		b := newBot(t, f)
		r := ask(t, b, chosen(shortcutNote, sent("The bank\n called back")))
		if r.Form == nil || r.Form.ID != formQuote {
			t.Fatal(words(r))
		}
		wrong := ask(t, b, filled(*r.Form, Values{riskName: {"ledger"}, noteName: {said}}))
		wants(t, words(wrong), "[risk] There is no risk \"ledger\". Keys look like R-17.")
		done := ask(t, b, filled(*r.Form, Values{riskName: {"r-3"}, noteName: {said}}))
		if done.Form == nil || !strings.Contains(core.Text(done.Form.Notice), "Noted on R-3 Ledger.") {
			t.Errorf("%+v", done)
		}
		n, ok := f.ops[0].(engine.AddNote)
		if !ok || n.Risk != "R-3" || n.Text != said || n.Quote.By.Account.ID != author || (n.Quote.By.Name == "") != (author == "") || n.Quote.Link != messageLink {
			t.Errorf("it does %+v with %+v", n, n.Quote)
		}
	}
}
