package discord_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/adaptertest"
	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

func TestCreateItemGroup(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	o := newOnce()
	g, err := a.CreateGroup(t.Context(), o, groupOf(lin, wei))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"create", "invite:" + lin, "invite:" + wei, "badge", "pin:" + g.Report.Badge.ID}
	if !slices.Equal(o.keys, want) {
		t.Errorf("its calls are %q, want %q", o.keys, want)
	}
	if o.values["create"] != g.Ref.ID || g.Name != "ledger-is-off-r-17" || len(g.Report.Failed()) > 0 {
		t.Errorf("the group is %v, recorded as %q", g, o.values["create"])
	}
	ch, _ := w.ChannelByName("ledger-is-off-r-17")
	category, _ := w.ChannelByID(ch.Parent)
	if !ch.Private || !slices.Equal(ch.Members, []string{w.BotUserID(), lin, wei}) || category.Name != "riskroom" || !category.Private {
		t.Errorf("the channel is %+v, in %+v", ch, category)
	}
	op := core.MakeOp("test", "create")
	if ch.Topic != "Why \\<it> is off & by how much\n- Payments · R-17" {
		t.Errorf("its topic is %q", ch.Topic)
	}
	if i := slices.IndexFunc(w.AuditLog(), func(e emulator.AuditEntry) bool { return e.Target == ch.ID }); i < 0 || w.AuditLog()[i].Reason != "riskroom "+op {
		t.Errorf("the audit log says %v", w.AuditLog())
	}
	m := w.Messages(ch.ID)
	if len(m) != 1 || m[0].Nonce != core.MakeOp("test", "badge") || !m[0].Pinned {
		t.Errorf("messages: %+v", m)
	}
	for _, c := range w.Log().Calls() {
		if c.Method == "set_channel_permission_overwrite" {
			t.Error("somebody was added after the creation")
		}
	}
}

// TestPeopleWhoAreNotThere checks that a person who is not in the guild is
// reported and keeps out nobody else, and that a public group is public.
func TestPeopleWhoAreNotThere(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	spec := groupOf(lin, gone, nobody, wei)
	spec.Public = true
	g, err := a.CreateGroup(t.Context(), newOnce(), spec)
	if err != nil {
		t.Fatal(err)
	}
	failed := g.Report.Failed()
	if len(failed) != 2 || failed[0].Account.ID != gone || failed[0].Kind != core.NotFound || failed[0].Detail != "10007" {
		t.Errorf("failed: %v", failed)
	}
	ch, _ := w.ChannelByID(g.Ref.ID)
	if ch.Private || len(ch.Overwrites) != 3 {
		t.Errorf("the channel is %+v", ch)
	}
}

// TestManyMembers checks a group with more members than one request can hold.
func TestManyMembers(t *testing.T) {
	t.Parallel()
	opts := guildOf()
	spec := groupOf()
	for i := range 120 {
		id := fmt.Sprintf("40000000000000%05d", i)
		opts.Users = append(opts.Users, emulator.User{ID: id, Name: "p" + id})
		spec.Members = append(spec.Members, account(id))
	}
	w := start(t, opts)
	g, err := connect(t, w, discord.Config{}).CreateGroup(t.Context(), newOnce(), spec)
	if err != nil || len(g.Report.Failed()) > 0 || len(w.Members(g.Ref.ID)) != 121 {
		t.Errorf("%v with %d members, failed %v", err, len(w.Members(g.Ref.ID)), g.Report.Failed())
	}
}

func TestInvalidGroups(t *testing.T) {
	t.Parallel()
	a := connect(t, start(t, guildOf()), discord.Config{})
	spec := groupOf()
	spec.Suffix = ""
	_, err := a.CreateGroup(t.Context(), newOnce(), spec)
	wantError(t, err, core.Invalid, "suffix")
	_, err = a.SendGroupMessage(t.Context(), newOnce(), core.GroupRef{Workspace: home, ID: "../@me"}, text("hello"))
	wantError(t, err, core.Invalid, "not_an_id")
}

// TestStopIsReturnedUnchanged checks that an error from Once itself ends the
// action immediately.
func TestStopIsReturnedUnchanged(t *testing.T) {
	t.Parallel()
	a := connect(t, start(t, guildOf()), discord.Config{})
	stop := core.Stop(&core.Error{Op: "once", Kind: core.Lost})
	o := newOnce()
	o.refuse = map[string]error{"invite:" + lin: stop}
	g, err := a.CreateGroup(t.Context(), o, groupOf(lin, wei))
	if err != stop || g.Ref.ID == "" {
		t.Errorf("it returned %v with %v", g, err)
	}
	if slices.Contains(o.keys, "invite:"+wei) {
		t.Error("it went on")
	}
}

func TestOneFailureDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	w.Faults().Order(stage.Fault{Method: "get_guild_member", Kind: stage.ErrorBefore})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin, wei))
	wantError(t, err, core.Unavailable, "http_500")
	if core.RetryAfterOf(err) == 0 {
		t.Error("it does not say how long to wait")
	}
	if len(g.Report.Failed()) != 1 || !slices.Contains(w.Members(g.Ref.ID), wei) || g.Report.Badge.IsZero() {
		t.Errorf("the group is %+v", g)
	}
}

// TestSetGroupWritesOnlyDifferences checks that name and topic change in one
// call, and that the lines below the topic stay.
func TestSetGroupWritesOnlyDifferences(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil {
		t.Fatal(err)
	}
	change := core.GroupChange{
		Name: new("Ledger is right"), Suffix: "r-17", Topic: new("It was rounding"),
		Add: []core.Account{account(wei)}, Remove: []core.Account{account(lin)}, Badge: groupOf().Badge,
	}
	change.Badge.Ref = g.Report.Badge
	for i, wantEffects := range []int{3, 0} { // out, in, name and topic
		n := len(w.Log().Calls())
		report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, change)
		if err != nil || len(report.Failed()) > 0 || report.Badge != g.Report.Badge {
			t.Errorf("round %d: %v, %v", i, report, err)
		}
		effects := 0
		for _, c := range w.Log().Since(n) {
			if c.Effect {
				effects++
			}
			if i == 1 && c.Method == "update_channel" {
				t.Error("name and topic are written again")
			}
		}
		if effects != wantEffects {
			t.Errorf("round %d has %d effects, want %d: %v", i, effects, wantEffects, w.Log().Since(n))
		}
	}
	ch, _ := w.ChannelByName("ledger-is-right-r-17")
	if ch.ID != g.Ref.ID || ch.Topic != "It was rounding\n- Payments · R-17" {
		t.Errorf("the channel is %+v", ch)
	}
	if !slices.Contains(ch.Members, wei) || slices.Contains(ch.Members, lin) {
		t.Errorf("its members are %q", ch.Members)
	}
}

// TestNameAndTopicDrawOnTheirOwnLimit checks the limit of two changes in ten
// minutes.
func TestNameAndTopicDrawOnTheirOwnLimit(t *testing.T) {
	t.Parallel()
	opts := guildOf()
	opts.EnforceLimits = true
	w := start(t, opts)
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf())
	if err != nil {
		t.Fatal(err)
	}
	o := newOnce()
	for i := range 3 {
		topic := fmt.Sprint("round ", i)
		o = newOnce()
		_, err = a.SetGroup(t.Context(), o, g.Ref, core.GroupChange{Topic: &topic})
	}
	wantError(t, err, core.RateLimited, "http_429")
	i := slices.IndexFunc(o.cost["describe"], func(b core.Bucket) bool { return b.Name == api.NamePerChannel })
	if i < 0 || o.cost["describe"][i].Scope != g.Ref.ID || o.cost["describe"][i].N != 2 {
		t.Errorf("it costs %v", o.cost["describe"])
	}
}

// TestBadgeIsRepaired checks that a deleted badge is posted again, even if its
// old reference is given.
func TestBadgeIsRepaired(t *testing.T) {
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
	lost := g.Report.Badge
	lost.ID = missing
	for _, ref := range []core.MessageRef{{}, lost} {
		clock.Advance(10 * time.Minute) // so that Discord forgets the nonce: the op is always the same in this test
		badge := groupOf().Badge
		badge.Ref = ref
		report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, core.GroupChange{Badge: badge})
		if err != nil || len(report.Failed()) > 0 || report.Badge == g.Report.Badge || report.Badge == ref || report.Badge.IsZero() {
			t.Fatalf("with %q: %v, %v", ref.ID, report, err)
		}
		g.Report.Badge = report.Badge
	}
	elsewhere := groupOf().Badge
	elsewhere.Ref = core.MessageRef{Workspace: home, Channel: hidden, ID: missing}
	report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, core.GroupChange{Badge: elsewhere})
	if err != nil || len(report.Failed()) != 1 || report.Failed()[0].Detail != "other_channel" {
		t.Errorf("a badge of another channel: %v, %v", report, err)
	}
}

// TestTheBotStaysInItsGroups checks that the bot keeps all its permissions in a
// group.
func TestTheBotStaysInItsGroups(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin, w.BotUserID()))
	if err != nil || len(g.Report.Failed()) > 0 {
		t.Fatalf("%v, failed %v", err, g.Report.Failed())
	}
	before, _ := w.ChannelByID(g.Ref.ID)
	self := []core.Account{account(w.BotUserID())}
	report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, core.GroupChange{Add: self, Remove: self})
	if failed := report.Failed(); err != nil || len(failed) != 1 || failed[0].Detail != "cannot_remove_self" {
		t.Errorf("%v, failed %v", err, failed)
	}
	if after, _ := w.ChannelByID(g.Ref.ID); !slices.Equal(before.Overwrites, after.Overwrites) {
		t.Errorf("the overwrites were %v and are %v", before.Overwrites, after.Overwrites)
	}
}

func TestNobodyToWriteTo(t *testing.T) {
	t.Parallel()
	a := connect(t, start(t, guildOf()), discord.Config{})
	for id, detail := range map[string]string{deaf: "50007", gone: "50278", nobody: "50033", robot: "50007"} {
		_, err := a.SendMessage(t.Context(), newOnce(), account(id), text("hello"))
		wantError(t, err, core.Unreachable, detail)
	}
	_, err := a.SendMessage(t.Context(), newOnce(), core.Account{Workspace: "acme", ID: lin}, text("hello"))
	wantError(t, err, core.Invalid, "other_workspace")
	_, err = a.SendMessage(t.Context(), newOnce(), account(lin), core.Message{})
	wantError(t, err, core.Invalid, "no_text")
}

// TestEdit checks that an edit removes what the message no longer has: only a text
// display is left.
func TestEdit(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	o := newOnce()
	before := core.Message{Text: []core.Span{core.Plain("before")}, Card: groupOf().Badge.Message.Card}
	ref, err := a.SendMessage(t.Context(), o, account(lin), before)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.EditMessage(t.Context(), o, ref, text("after")); err != nil {
		t.Fatal(err)
	}
	m := w.DMs(lin)
	if len(m) != 1 || m[0].Plain != "after" || m[0].Content != "" || len(m[0].Embeds) > 0 || len(m[0].Components) != 1 {
		t.Errorf("the message is %+v", m)
	}
	ref.ID = missing
	wantError(t, a.EditMessage(t.Context(), o, ref, text("gone")), core.NotFound, "10008")
}

// TestCostsAreWhatIsCalled checks that each key pays for the methods that it
// calls, and each call for the limit on all calls.
func TestCostsAreWhatIsCalled(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	b := &budget{}
	a := connect(t, w, discord.Config{Budget: b})
	o := newOnce()
	if _, err := a.CreateGroup(t.Context(), o, groupOf(lin)); err != nil {
		t.Fatal(err)
	}
	paid := b.spent
	for _, cost := range o.cost {
		for _, b := range cost {
			paid = append(paid, b.Name)
		}
	}
	var called []string
	for _, c := range w.Log().Calls() {
		called = append(called, c.Method, api.Global)
	}
	slices.Sort(paid)
	slices.Sort(called)
	if !slices.Equal(paid, called) {
		t.Errorf("called is %q, paid for %q", called, paid)
	}
}

// TestEveryKeyIsDeclared checks that the capabilities declare every key that is
// used, and no other.
func TestEveryKeyIsDeclared(t *testing.T) {
	t.Parallel()
	a := connect(t, start(t, guildOf()), discord.Config{})
	o := newOnce()
	spec := groupOf(lin)
	g, err := a.CreateGroup(t.Context(), o, spec)
	theContent := func(context.Context) ([]byte, error) { return []byte("png"), nil }
	if err := a.SendFile(t.Context(), o, g.Ref, upload(core.File{ID: "F17", Name: "x.png"}, theContent)); err != nil {
		t.Fatal(err)
	}
	closing := text("It has ended")
	_, err2 := a.SetGroup(t.Context(), o, g.Ref, core.GroupChange{
		Name: new("X"), Suffix: "r-17", Remove: spec.Members, Mute: &core.Mute{People: spec.Members}, State: core.Ended, Closing: &closing,
		Announcement: &core.Announcement{Message: &closing, Old: core.MessageRef{Workspace: home, Channel: g.Ref.ID, ID: missing}},
		Posting:      core.Posting{Muted: core.Mute{People: []core.Account{account(wei)}}}, Dissolve: core.DissolveArchive,
	})
	ref, err3 := a.SendMessage(t.Context(), o, account(lin), text("hello"))
	_, err4 := a.SetGroup(t.Context(), o, g.Ref, core.GroupChange{Dissolve: core.DissolveDelete})
	if err := errors.Join(err, err2, err3, err4, a.EditMessage(t.Context(), o, ref, text("bye"))); err != nil {
		t.Fatal(err)
	}
	policies := a.Capabilities().Calls
	for _, p := range policies {
		if !slices.ContainsFunc(o.keys, func(k string) bool { return k == p.Key || strings.HasPrefix(k, p.Key+":") }) {
			t.Errorf("the key %q is declared and never used", p.Key)
		}
	}
	for _, k := range o.keys {
		head, _, _ := strings.Cut(k, ":")
		if !slices.ContainsFunc(policies, func(p core.CallPolicy) bool { return p.Key == head }) {
			t.Errorf("the key %q is not declared", k)
		}
	}
}
