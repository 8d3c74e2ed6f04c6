package slackbot

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

// openModal types `/risk new` and returns the modal.
func openModal(t *testing.T, b *bundle, user string) emulator.View {
	t.Helper()
	r := b.risk(t, user, "new")
	if r.View == nil || r.Body != "" {
		t.Fatalf("no modal: %q\n%s", r.Body, b.logged)
	}
	return *r.View
}

func TestFileThroughModal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := openModal(t, b, lin)
	if v.Title != "New risk" || v.Submit != "File" {
		t.Errorf("the modal: %q %q", v.Title, v.Submit)
	}
	if _, err := b.ChooseInView(t.Context(), lin, v.ID, "title", "Ledger *is* <@U1> off"); err != nil {
		t.Fatal(err)
	}
	r, err := b.ChooseInView(t.Context(), lin, v.ID, "module", "Payments")
	if err != nil || r.View == nil {
		t.Fatalf("choosing: %v\n%s", err, b.logged)
	}
	handlers, _, ok := r.View.Action("handlers")
	if !ok || len(handlers["initial_options"].([]any)) != 2 {
		t.Fatalf("the module's handlers are not shown: %s", r.View.Plain)
	}
	if r.View.Values["title"]["title"]["value"] != "Ledger *is* <@U1> off" {
		t.Errorf("the typed title is gone: %v", r.View.Values)
	}
	_, err = b.SubmitView(t.Context(), lin, v.ID, emulator.Values{
		"handlers": {"lin"}, "due_at": {"2099-12-01"}, "amount": nil, "fields.amount": {"5.5"}, "fields.witness": {wei}, "description": {"line\nline"},
	})
	if err == nil {
		t.Fatalf("an input called amount exists")
	}
	r, err = b.SubmitView(t.Context(), lin, v.ID, emulator.Values{
		"handlers": {"lin"}, "due_at": {"2099-12-01"}, "fields.amount": {"5.5"}, "fields.witness": {wei}, "description": {"line\nline"},
	})
	if err != nil || r.View == nil {
		t.Fatalf("submitting: %v, %+v\n%s", err, r, b.logged)
	}
	wantContains(t, r.View.Plain, "R-17 is filed: Ledger *is* <@U1> off")
	if r.View.Submit != "" {
		t.Error("the answer can be submitted")
	}
	d := b.draft(t)
	if d.Title != "Ledger *is* <@U1> off" || d.Module != "Payments" || d.Severity != core.Medium || len(d.Handlers) != 1 || d.Handlers[0] != "lin" ||
		d.Description != "line\nline" || *d.Fields["amount"].Number != 5.5 || d.Fields["witness"].People[0] != "acme/"+wei ||
		!d.DueAt.Equal(time.Date(2099, 12, 1, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("draft: %+v", d)
	}
}

// TestModalAsksForTheModule checks that a title alone opens the modal.
func TestModalAsksForTheModule(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.risk(t, lin, "new Ledger *is* off handlers:@wei fields")
	if r.View == nil || r.Body != "" {
		t.Fatalf("no modal: %q\n%s", r.Body, b.logged)
	}
	r, err := b.ChooseInView(t.Context(), lin, r.View.ID, "module", "Payments")
	if err != nil || r.View == nil {
		t.Fatalf("choosing: %v\n%s", err, b.logged)
	}
	if r, err = b.SubmitView(t.Context(), lin, r.View.ID, nil); err != nil || r.View == nil {
		t.Fatalf("submitting: %v, %+v\n%s", err, r, b.logged)
	}
	wantContains(t, r.View.Plain, "R-17 is filed: Ledger *is* off fields")
	if d := b.draft(t); d.Module != "Payments" || len(d.Handlers) != 1 || d.Handlers[0] != "acme/"+wei {
		t.Errorf("draft %+v", d)
	}
}

func TestModuleChangesTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := openModal(t, b, wei)
	for module, want := range map[string]int{"Ledger": 1, "Payments": 2} {
		r, err := b.ChooseInView(t.Context(), wei, v.ID, "module", module)
		if err != nil {
			t.Fatal(err)
		}
		_, block, _ := r.View.Action("handlers")
		if got := r.View.Values[block]["handlers"]["selected_options"].([]any); len(got) != want {
			t.Errorf("%s: %d handlers are chosen, want %d", module, len(got), want)
		}
	}
}

func TestModalKeepsEverythingWhenTheStoreIsDown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := openModal(t, b, lin)
	b.slackbot.answerWithin = 50 * time.Millisecond
	hang := func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }
	b.engine.set(func() { b.engine.before = hang })
	values := emulator.Values{"title": {"Ledger"}, "module": {"Ledger"}}
	r, err := b.SubmitView(t.Context(), lin, v.ID, values)
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, r.Errors["title"], "not confirmed yet", "nothing is saved twice")
	b.engine.set(func() { b.engine.before = nil })
	b.slackbot.answerWithin = answerWithin
	if r, err = b.SubmitView(t.Context(), lin, v.ID, nil); err != nil || len(r.Errors) > 0 {
		t.Fatalf("again: %v %+v", err, r)
	}
	if d := b.draft(t); d.Title != "Ledger" {
		t.Errorf("draft: %+v", d)
	}
}

func TestSameTitleIsAskedAbout(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.set(func() {
		b.engine.alike = &core.Risk{Key: "R-16", Title: "Ledger", SubmittedAt: time.Now().Add(-3 * time.Minute)}
	})
	v := openModal(t, b, lin)
	r, err := b.SubmitView(t.Context(), lin, v.ID, emulator.Values{"title": {"Ledger"}, "module": {"Payments"}, "description": {"kept"}})
	if err != nil || r.View == nil || r.View.Submit != "File anyway" {
		t.Fatalf("not asked: %v %+v", err, r)
	}
	wantContains(t, r.View.Plain, "You filed R-16 with the same title 3 minutes ago")
	if r, err = b.SubmitView(t.Context(), lin, r.View.ID, nil); err != nil || r.View.Submit != "" {
		t.Fatalf("not filed: %v %+v\n%s", err, r, b.logged)
	}
	if d := b.draft(t); d.Description != "kept" {
		t.Errorf("draft: %+v", d)
	}

	inline := b.risk(t, wei, "new Ledger module:Payments due:2099-12-01 14:30")
	if inline.View == nil || inline.View.Submit != "仍然填报" {
		t.Errorf("an inline command is filed without asking: %+v", inline)
	}
}

func TestModalDoesNotOpenIfTextIsTooLong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.engine.set(func() { b.engine.alike = &core.Risk{Key: "R-16", Title: "x", SubmittedAt: time.Now()} })
	long := strings.Repeat("x", 3001)
	r := b.risk(t, lin, "new Ledger module:Payments description:"+long)
	if r.View != nil {
		t.Error("a description that the modal cannot hold is shown cut")
	}
	wantContains(t, messageIn(t, r).Plain, "You filed R-16", long, "anyway:yes")
}

// TestFailureToOpenModalIsReported checks that the reply names the cause.
func TestFailureToOpenModalIsReported(t *testing.T) {
	t.Parallel()
	const views = "views.open"
	for _, c := range []struct {
		fault stage.Fault
		cause string
		kind  core.Kind
	}{
		{stage.Fault{Kind: stage.CutBefore}, "isn't answering", core.Unavailable},
		{stage.Fault{Kind: stage.ErrorBefore}, "isn't answering", core.Unavailable},
		{stage.Fault{Kind: stage.EmptyFailure}, "couldn't be opened.", core.Unknown},
		{stage.Fault{Kind: stage.RateLimit, RetryAfter: 30 * time.Second}, "slow down", core.RateLimited},
		{stage.Fault{Kind: stage.Refuse, Code: "missing_scope"}, "lacks a permission", core.Denied},
		{stage.Fault{Kind: stage.Refuse, Code: "token_revoked"}, "doesn't accept riskroom's token", core.Unauthorized},
		{stage.Fault{Kind: stage.Refuse, Code: "expired_trigger_id"}, "in time", core.NotFound},
	} {
		t.Run(string(c.fault.Kind)+" "+c.fault.Code, func(t *testing.T) {
			t.Parallel()
			budget := &recordingBudget{}
			b := setup(t, func(c *Config) { c.Budget = budget })
			c.fault.Method = views
			b.Faults().Order(c.fault)
			wantContains(t, messageIn(t, b.risk(t, lin, "new")).Plain, "The form couldn't be opened", c.cause, "/risk new")
			if got := budget.kinds[views]; got != c.kind {
				t.Errorf("the budget sees the kind %q", got)
			}
			m := card(t, b)
			b.Faults().Order(c.fault)
			press(t, b, m, "riskroom.resolve")
			shown := b.Ephemerals(lin)
			wantContains(t, shown[len(shown)-1].Plain, c.cause, "Press the button again", "/risk status R-17 Resolved")
		})
	}
}

// A pause of a second leaves time to open the form within the three that Slack gives.
func TestModalOpensAfterAShortPause(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Faults().Order(stage.Fault{Method: "views.open", Kind: stage.RateLimit, RetryAfter: time.Second})
	if r := b.risk(t, lin, "new"); r.View == nil {
		t.Errorf("no form, but %+v", r)
	}
}

// hangingBudget is a budget whose store hangs.
type hangingBudget struct{}

func (hangingBudget) Spend(ctx context.Context, _ []core.Bucket, _ func(context.Context) error) error {
	<-ctx.Done()
	return &core.Error{Op: "rate budget", Kind: core.Unavailable, Err: ctx.Err()}
}

// downBudget is a budget whose store is down.
type downBudget struct{}

func (downBudget) Spend(context.Context, []core.Bucket, func(context.Context) error) error {
	return &core.Error{Op: "rate budget", Kind: core.Unavailable}
}

// TestModalsOpenWithoutTheBudget checks that neither a form nor the reader's
// language depends on the rate budget's store.
func TestModalsOpenWithoutTheBudget(t *testing.T) {
	t.Parallel()
	for _, budget := range []core.Budget{hangingBudget{}, downBudget{}} {
		b := setup(t, func(c *Config) { c.Budget, c.TeamID = budget, "T0000000001" })
		if v := openModal(t, b, wei); v.Title != "填报风险" {
			t.Errorf("%T: the modal %q is not in the reader's language", budget, v.Title)
		}
	}
}

// recordingBudget is a budget that records how calls ended.
type recordingBudget struct {
	mu    sync.Mutex
	kinds map[string]core.Kind
}

func (n *recordingBudget) Spend(ctx context.Context, cost []core.Bucket, call func(context.Context) error) error {
	err := call(ctx)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kinds == nil {
		n.kinds = map[string]core.Kind{}
	}
	n.kinds[cost[0].Name] = core.KindOf(err)
	return err
}

// card shows R-17 to lin and returns the message.
func card(t *testing.T, b *bundle) emulator.Message {
	t.Helper()
	return messageIn(t, b.risk(t, lin, "show 17"))
}

func press(t *testing.T, b *bundle, m emulator.Message, action string) emulator.Reply {
	t.Helper()
	r, err := b.Press(t.Context(), lin, m.Channel, m.TS, action)
	if err != nil {
		t.Fatalf("%s: %v", action, err)
	}
	if r.Body != "" {
		t.Errorf("%s: Slack ignores the body %q", action, r.Body)
	}
	b.waitShown(t)
	return r
}

func TestButtons(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := card(t, b)
	press(t, b, m, "riskroom.start")
	shown := b.Ephemerals(lin)
	wantContains(t, shown[len(shown)-1].Plain, "R-17 Ledger *is* <@U1> off: In progress")

	r := press(t, b, m, "riskroom.resolve")
	if r.View == nil || r.View.Title != "Resolve R-17" {
		t.Fatalf("no modal: %+v\n%s", r, b.logged)
	}
	wantContains(t, r.View.Plain, "R-17 Ledger *is* <@U1> off")
	done, err := b.SubmitView(t.Context(), lin, r.View.ID, emulator.Values{"note": {"fixed"}})
	if err != nil || done.View != nil {
		t.Fatalf("the modal stays: %v %+v", err, done)
	}
	b.engine.mu.Lock()
	changes := b.engine.changes
	b.engine.mu.Unlock()
	if len(changes) != 2 || changes[0].To != core.InProgress || changes[0].Seen != 3 || changes[1].To != core.Resolved || changes[1].Note != "fixed" {
		t.Errorf("changes: %+v", changes)
	}

	press(t, b, m, "riskroom.shelve") // on a stale card
	shown = b.Ephemerals(lin)
	wantContains(t, shown[len(shown)-1].Plain, "R-17", "Resolved since", "Start")
}

func TestShelvingNeedsAReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := press(t, b, card(t, b), "riskroom.shelve")
	held, err := b.SubmitView(t.Context(), lin, r.View.ID, nil)
	if err != nil || held.Sent || held.Errors["note"] == "" {
		t.Errorf("sent without a reason: %v %+v", err, held)
	}
}

func TestDetails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := press(t, b, card(t, b), "riskroom.details")
	if r.View == nil || r.View.Submit != "" || r.View.Title != "R-17" {
		t.Fatalf("no details: %+v\n%s", r, b.logged)
	}
	wantContains(t, r.View.Plain, "Reported", "Ledger *is* <@U1> off", "Handling", "Handlers", "Notes")
}
