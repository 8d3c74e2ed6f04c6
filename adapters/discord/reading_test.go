package discord_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/adaptertest"
	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

func TestFind(t *testing.T) {
	t.Parallel()
	a := connect(t, start(t, guildOf()), discord.Config{})
	for id, name := range map[string]string{lin: "Lin Wei", wei: "Wei of Payments", bob: "bob"} {
		if got, err := a.Find(t.Context(), core.Lookup{ID: id}); err != nil || got != (core.Profile{Account: account(id), Name: name}) {
			t.Errorf("%s is %+v, %v", id, got, err)
		}
	}
	bot, err := a.Find(t.Context(), core.Lookup{ID: robot})
	if err != nil || !bot.Bot {
		t.Errorf("the bot is %+v, %v", bot, err)
	}
	_, err = a.Find(t.Context(), core.Lookup{ID: gone})
	wantError(t, err, core.NotFound, "10007")
	_, err = a.Find(t.Context(), core.Lookup{ID: nobody})
	if core.KindOf(err) != core.NotFound {
		t.Errorf("an unknown user: %v", err)
	}
	_, err = a.Find(t.Context(), core.Lookup{Email: "lin@example.com"})
	wantError(t, err, core.NotFound, "no_lookup_by_email")
	_, err = a.Find(t.Context(), core.Lookup{})
	wantError(t, err, core.Invalid, "id_or_email")
}

func TestExpand(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	for _, name := range []string{"On Call", "on call", oncall} {
		got, err := a.Expand(t.Context(), name)
		if err != nil || !slices.Equal(got, []core.Account{account(wei), account(ana)}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"nobody", "@everyone", w.GuildID()} {
		_, err := a.Expand(t.Context(), name)
		wantError(t, err, core.NotFound, "no_such_role")
		_, err = a.Group(t.Context(), name)
		wantError(t, err, core.NotFound, "no_such_role")
	}
}

// TestExpandTwoRolesOfOneName checks that an ambiguous name is a Conflict and
// that the ID resolves it.
func TestExpandTwoRolesOfOneName(t *testing.T) {
	t.Parallel()
	opts := guildOf()
	opts.Roles = append(slices.Clone(roles), emulator.Role{Name: "ON CALL"})
	a := connect(t, start(t, opts), discord.Config{})
	_, err := a.Expand(t.Context(), "on call")
	wantError(t, err, core.Conflict, "two_roles")
	if got, err := a.Expand(t.Context(), oncall); err != nil || len(got) != 2 {
		t.Errorf("by its ID: %v, %v", got, err)
	}
}

func TestExpandWithoutTheIntent(t *testing.T) {
	t.Parallel()
	opts := guildOf()
	opts.DisallowedIntents = emulator.IntentGuildMembers
	a := connect(t, start(t, opts), discord.Config{})
	_, err := a.Expand(t.Context(), oncall)
	wantError(t, err, core.Denied, "guild_members_intent")
	if g, err := a.Group(t.Context(), oncall); err != nil || g.Name != "On Call" {
		t.Errorf("it is called %+v, %v", g, err)
	}
}

func TestLookGroup(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.LookGroup(t.Context(), g.Ref)
	if err != nil || s.Ended != "" || !s.Badged || !slices.Equal(s.Pinned, []core.MessageRef{g.Report.Badge}) {
		t.Errorf("the group is %+v, %v", s, err)
	}
}

// TestUnknownIsNotYetDeleted checks that a channel is not deleted while the
// guild's list still has it: during an outage Discord may not know it.
func TestUnknownIsNotYetDeleted(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil {
		t.Fatal(err)
	}
	w.Faults().Order(stage.Fault{Method: "list_pins", Kind: stage.Refuse, Code: "10003", Times: 1})
	_, err = a.LookGroup(t.Context(), g.Ref)
	wantError(t, err, core.NotFound, "10003")
	if err := w.DeleteChannel(w.OwnerID(), g.Ref.ID); err != nil {
		t.Fatal(err)
	}
	w.Faults().Order(stage.Fault{Method: "list_guild_channels", Kind: stage.Refuse, Code: "50001", Times: 1})
	_, err = a.LookGroup(t.Context(), g.Ref)
	wantError(t, err, core.Unauthorized, "50001")
	if s, err := a.LookGroup(t.Context(), g.Ref); err != nil || s.Ended != core.Deleted {
		t.Errorf("a deleted group is %+v, %v", s, err)
	}
}

// TestOutOfTheGuildNoGroupIsLost checks that a group that the bot may not view
// is lost, but that no group is lost when the bot is removed from the guild.
func TestOutOfTheGuildNoGroupIsLost(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RemoveOverwrite(w.OwnerID(), g.Ref.ID, w.BotUserID()); err != nil {
		t.Fatal(err)
	}
	_, err = a.LookGroup(t.Context(), g.Ref)
	wantError(t, err, core.NotFound, "50001")
	w.KickBot()
	if _, err = a.LookGroup(t.Context(), g.Ref); core.KindOf(err) != core.Unauthorized {
		t.Errorf("out of the guild it says %v (%s)", err, core.KindOf(err))
	}
}

// TestAllPinsAreSeen checks that all pages of pins are read and that the oldest
// pin comes first.
func TestAllPinsAreSeen(t *testing.T) {
	t.Parallel()
	clock := adaptertest.NewClock()
	opts := guildOf()
	opts.Now = clock.Now
	w := start(t, opts)
	a := connect(t, w, discord.Config{API: client(t, w, api.Config{Clock: clock})})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf())
	if err != nil {
		t.Fatal(err)
	}
	want := []core.MessageRef{g.Report.Badge}
	for i := range 60 {
		clock.Advance(time.Second)
		o := newOnce()
		o.step = fmt.Sprint(i)
		report, err := a.SetGroup(t.Context(), o, g.Ref, core.GroupChange{Badge: groupOf().Badge})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, report.Badge)
	}
	if s, err := a.LookGroup(t.Context(), g.Ref); err != nil || !slices.Equal(s.Pinned, want) {
		t.Errorf("pinned are %v, %v", s.Pinned, err)
	}
}

// TestMessagesAreFoundAgain checks that a message is found by its op, long
// after Discord has forgotten the nonce and many messages later.
func TestMessagesAreFoundAgain(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), core.GroupSpec{Workspace: home, Type: core.Ordinary, Suffix: "r-17", Members: []core.Account{account(lin)}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 120 {
		if _, err := w.Say(lin, g.Ref.ID, fmt.Sprint("message ", i)); err != nil {
			t.Fatal(err)
		}
	}
	for name, m := range map[string]core.Message{"text": text("hello"), "card": groupOf().Badge.Message} {
		o := newOnce()
		o.step = name
		ref, err := a.SendGroupMessage(t.Context(), o, g.Ref, m)
		if err != nil {
			t.Fatal(err)
		}
		p := &probing{}
		_, _ = a.SendGroupMessage(t.Context(), p, g.Ref, m) // only the call matters
		for op, want := range map[string]core.Found{core.MakeOp(name, "post"): core.Yes, core.MakeOp("another"): core.No} {
			id, found, err := p.call.Probe(t.Context(), core.Intent{Op: op, First: o.now()})
			if err != nil || found != want || (id == ref.ID) != (want == core.Yes) {
				t.Errorf("%s: it finds %q, %s, %v", name, id, found, err)
			}
		}
	}
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
	w := start(t, guildOf())
	b := &budget{}
	a := connect(t, w, discord.Config{Budget: b})
	if _, err := a.Check(t.Context(), core.Uses{}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Expand(t.Context(), oncall); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Find(t.Context(), core.Lookup{ID: lin}); err != nil {
		t.Fatal(err)
	}
	var called []string
	for _, c := range w.Log().Calls() {
		called = append(called, c.Method, api.Global)
	}
	if !slices.Equal(called, b.spent) {
		t.Errorf("called %v, spent %v", called, b.spent)
	}
	b.err = &core.Error{Op: "budget", Kind: core.RateLimited, RetryAfter: time.Minute}
	if _, err := a.Find(t.Context(), core.Lookup{ID: wei}); err != b.err {
		t.Errorf("a refusal of the budget comes back as %v", err)
	}
}

// lateLog answers as if the audit log had no entries yet.
type lateLog struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (l lateLog) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if err == nil && strings.HasSuffix(req.URL.Path, "/audit-logs") {
		_ = resp.Body.Close()
		resp.Body = io.NopCloser(strings.NewReader(`{"audit_log_entries":[]}`))
		resp.ContentLength = -1
		resp.Header.Del("Content-Length")
	}
	return resp, err
}

// TestChannelsAreFoundAgain checks that the channel of an effect is found an hour
// later: by the audit log even after a rename, by the end of its name without the
// log, and by the mark that earlier versions put in the topic.
func TestChannelsAreFoundAgain(t *testing.T) {
	t.Parallel()
	rename := func(suffix string) func(*emulator.Workspace, *discord.Adapter, core.GroupRef) error {
		return func(_ *emulator.Workspace, a *discord.Adapter, g core.GroupRef) error {
			_, err := a.SetGroup(t.Context(), newOnce(), g, core.GroupChange{Name: new("renamed"), Suffix: suffix})
			return err
		}
	}
	for name, c := range map[string]struct {
		blind bool // the bot may not read the audit log
		late  bool // the log lacks the latest entries
		then  func(*emulator.Workspace, *discord.Adapter, core.GroupRef) error
		other bool // the probe is for another effect
		want  core.Found
	}{
		"as it was created":            {want: core.Yes},
		"renamed":                      {then: rename("other"), want: core.Yes},
		"without the log":              {blind: true, want: core.Yes},
		"without the log, same suffix": {blind: true, then: rename("r-17"), want: core.Yes},
		"without the log, renamed":     {blind: true, then: rename("other"), want: core.CannotTell},
		"the log is late":              {late: true, want: core.Yes},
		"another effect":               {other: true, want: core.No},
		"marked by an earlier version": {
			blind: true, want: core.Yes,
			then: func(w *emulator.Workspace, a *discord.Adapter, g core.GroupRef) error {
				if err := rename("other")(w, a, g); err != nil {
					return err
				}
				return w.SetTopicByHand(w.OwnerID(), g.ID, "Why\n- riskroom:"+core.MakeOp("test", "create"))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := adaptertest.NewClock()
			opts := guildOf()
			opts.Now = clock.Now
			w := start(t, opts)
			served := api.Config{Clock: clock, Transport: w.Client().Transport}
			if c.late {
				served.Transport = lateLog{served.Transport}
			}
			a := connect(t, w, discord.Config{API: client(t, w, served)})
			o := newOnce()
			o.now = clock.Now
			first := clock.Now()
			g, err := a.CreateGroup(t.Context(), o, groupOf(lin))
			if err == nil && c.then != nil {
				err = c.then(w, a, g.Ref)
			}
			if err != nil {
				t.Fatal(err)
			}
			clock.Advance(time.Hour)
			if c.blind {
				w.Faults().Order(stage.Fault{Method: "list_guild_audit_log_entries", Kind: stage.Refuse, Code: "50013", Times: 1})
			}
			p := &probing{}
			_, _ = a.CreateGroup(t.Context(), p, groupOf(lin)) // only the call matters
			op := core.MakeOp("test", "create")
			if c.other {
				op = core.MakeOp("another")
			}
			id, found, err := p.call.Probe(t.Context(), core.Intent{Op: op, First: first})
			if err != nil || found != c.want || (id == g.Ref.ID) != (c.want == core.Yes) {
				t.Errorf("it finds %q, %s, %v; want %s", id, found, err, c.want)
			}
		})
	}
}
