package slack_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

func TestFind(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	lin := core.Profile{
		Account: account("U0000000LIN"), Name: "lin", Email: "lin@example.com", Locale: "zh-CN", Zone: "Asia/Shanghai",
	}
	if got, err := a.Find(t.Context(), core.Lookup{ID: "U0000000LIN"}); err != nil || got != lin {
		t.Errorf("by ID: %+v, %v", got, err)
	}
	lin.Locale = "" // not returned by a look-up by e-mail
	if got, err := a.Find(t.Context(), core.Lookup{Email: "lin@example.com"}); err != nil || got != lin {
		t.Errorf("by e-mail: %+v, %v", got, err)
	}
	guest, err := a.Find(t.Context(), core.Lookup{ID: "U0000000GUS"})
	if err != nil || !guest.Guest || guest.Gone || guest.Bot {
		t.Errorf("the guest is %+v, %v", guest, err)
	}
	bye, err := a.Find(t.Context(), core.Lookup{ID: "U0000000BYE"})
	if err != nil || !bye.Gone {
		t.Errorf("the deactivated one is %+v, %v", bye, err)
	}
	bot, err := a.Find(t.Context(), core.Lookup{ID: "U00000ROBOT"})
	if err != nil || !bot.Bot {
		t.Errorf("the bot is %+v, %v", bot, err)
	}
	_, err = a.Find(t.Context(), core.Lookup{ID: "U000NOBODY0"})
	wantError(t, err, core.NotFound, "user_not_found")
	_, err = a.Find(t.Context(), core.Lookup{Email: "nobody@example.com"})
	wantError(t, err, core.NotFound, "users_not_found")
	_, err = a.Find(t.Context(), core.Lookup{})
	wantError(t, err, core.Invalid, "id_or_email")
}

func TestExpand(t *testing.T) {
	t.Parallel()
	group := emulator.UserGroup{ID: "S0000000001", Handle: "oncall", Users: []string{"U0000000LIN", "U0000000WEI"}}
	w := start(t, emulator.Options{Users: people, UserGroups: []emulator.UserGroup{group}})
	a := connect(t, w, slack.Config{})
	for _, name := range []string{"oncall", "OnCall", "S0000000001"} {
		got, err := a.Expand(t.Context(), name)
		if err != nil || !slices.Equal(got, []core.Account{account("U0000000LIN"), account("U0000000WEI")}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	_, err := a.Expand(t.Context(), "nobody")
	wantError(t, err, core.NotFound, "no_such_subteam")
}

func TestExpandWithoutUserGroups(t *testing.T) {
	t.Parallel()
	free := connect(t, start(t, emulator.Options{FreePlan: true}), slack.Config{})
	_, err := free.Expand(t.Context(), "oncall")
	if core.KindOf(err) != core.Unsupported || core.DetailOf(err) == "" {
		t.Errorf("a free plan answers %v", err)
	}
	bare := connect(t, start(t, emulator.Options{Scopes: []string{"chat:write"}}), slack.Config{})
	_, err = bare.Expand(t.Context(), "oncall")
	wantError(t, err, core.Denied, "missing_scope:usergroups:read")
}

func TestLookGroup(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	w := start(t, emulator.Options{Users: people, Now: func() time.Time { return now }})
	a := connect(t, w, slack.Config{})
	spec := groupOf("U0000000LIN", "U00000ROBOT")
	g, err := a.CreateGroup(t.Context(), newOnce(), spec)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.LookGroup(t.Context(), g.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if s.Ended != "" || !s.Badged || !slices.Equal(s.Pinned, []core.MessageRef{g.Report.Badge}) {
		t.Errorf("the group is %+v", s)
	}
	_, err = a.LookGroup(t.Context(), core.GroupRef{Workspace: home, ID: "C000NOWHERE"})
	wantError(t, err, core.NotFound, "channel_not_found")
}

// budget is a Budget that records what it grants.
type budget struct {
	mu    sync.Mutex
	spent []string
	err   error
}

// Spend implements core.Budget.
func (b *budget) Spend(ctx context.Context, cost []core.Bucket, call func(context.Context) error) error {
	b.mu.Lock()
	for _, c := range cost {
		b.spent = append(b.spent, c.Name)
	}
	err := b.err
	b.mu.Unlock()
	if err != nil {
		return err
	}
	return call(ctx)
}

// TestReadsDrawOnTheBudget checks that every read outside of an action draws on
// the budget.
func TestReadsDrawOnTheBudget(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people, Channels: []emulator.Channel{{ID: "C0000000ONE", Name: "one", Members: []string{"U0000000BOT", "U0000000LIN"}}}})
	b := &budget{}
	a := connect(t, w, slack.Config{Budget: b})
	if _, err := a.LookGroup(t.Context(), core.GroupRef{Workspace: home, ID: "C0000000ONE"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Find(t.Context(), core.Lookup{ID: "U0000000LIN"}); err != nil {
		t.Fatal(err)
	}
	var called []string
	for _, c := range w.Log().Calls() {
		called = append(called, c.Method)
	}
	if !slices.Equal(called, b.spent) {
		t.Errorf("called %v, spent %v", called, b.spent)
	}
	b.err = &core.Error{Op: "budget", Kind: core.RateLimited, RetryAfter: time.Minute}
	if _, err := a.Find(t.Context(), core.Lookup{ID: "U0000000WEI"}); err != b.err {
		t.Errorf("a refusal of the budget comes back as %v", err)
	}
}
