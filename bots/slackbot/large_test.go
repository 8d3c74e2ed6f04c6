package slackbot

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/slack/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/text"
)

// TestFullForm checks that a form with as much text as Slack's inputs hold is read.
func TestFullForm(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	org := organisation()
	org.Fields = nil
	values := emulator.Values{"title": {"Ledger"}, "module": {"Payments"}}
	for i := range core.MaxFields - 1 {
		key := fmt.Sprint("text", i)
		org.Fields = append(org.Fields, core.Field{Key: key, Type: core.TextField, Part: core.Reported})
		values["fields."+key] = []string{strings.Repeat("长", maxInput)}
	}
	cat, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	if b.bot, err = bots.New(bots.Config{
		Filing: b.engine, Handling: b.engine, Persons: b.engine, Org: org, Text: cat, Clock: core.ClockFunc(time.Now),
	}); err != nil {
		t.Fatal(err)
	}
	b.newSlackbot(t, func(c *Config) { c.SigningSecrets = []string{b.SigningSecret()} })
	b.app.Handle("/commands", b.slackbot.Commands())
	b.app.Handle("/interactions", b.slackbot.Interactions())
	v := openModal(t, b, lin)
	if _, err := b.ChooseInView(t.Context(), lin, v.ID, "module", "Payments"); err != nil {
		t.Fatal(err)
	}
	r, err := b.SubmitView(t.Context(), lin, v.ID, values)
	if err != nil || r.View == nil {
		t.Fatalf("submitting: %v, %+v\n%s", err, r, b.log())
	}
	if d := b.draft(t); len([]rune(d.Fields["text18"].Text)) != maxInput {
		t.Errorf("the last field has %d bytes", len(d.Fields["text18"].Text))
	}
}

// TestLongTexts checks that a form names the field that it has no room for, or leaves it
// out if it may.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	form := func(n, characters int, instead ...core.Span) bots.Form {
		f := bots.Form{ID: "f", Title: "t", Submit: "s", Cancel: "c"}
		for i := range n {
			f.Fields = append(f.Fields, bots.Field{
				Key: fmt.Sprint("k", i), Kind: bots.LongTextKind, Label: fmt.Sprint("Field ", i),
				Initial: []string{strings.Repeat("长", characters+i)}, TooLong: instead,
			})
		}
		return f
	}
	inputs := func(f bots.Form) (n int) {
		m, err := b.slackbot.modal(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range m.Blocks.BlockSet {
			if block.BlockType() == slack.MBTInput {
				n++
			}
		}
		return n
	}
	for _, n := range []int{1, 40} { // one input that is too long, and many that are too long together
		f := form(n, maxInput-n+2)
		_, err := b.slackbot.modal(f)
		if long, ok := errors.AsType[*bots.TooLongError](err); !ok || long.Label != f.Fields[n-1].Label {
			t.Errorf("%d fields: %v", n, err)
		}
		if got := inputs(form(n, maxInput-n+2, core.Plain("Too long."))); got != min(n-1, 27) {
			t.Errorf("%d inputs are left of %d", got, n)
		}
	}
	if got := inputs(form(20, maxInput-20)); got != 20 {
		t.Errorf("%d inputs are left of 20 that fit", got)
	}
}
