package slack_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

func TestCreateItemGroup(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	o := newOnce()
	g, err := a.CreateGroup(t.Context(), o, groupOf("U0000000LIN", "U0000000SHY", "U0000000WEI"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"create", "topic", "invite:U0000000LIN", "invite:U0000000SHY", "invite:U0000000WEI", "badge", "pin:" + g.Report.Badge.ID, "bookmark",
	}
	if !slices.Equal(o.keys, want) {
		t.Errorf("its calls are %q, want %q", o.keys, want)
	}
	if o.values["create"] != g.Ref.ID || g.Name != "ledger-is-off-r-17" {
		t.Errorf("the group is %v, recorded as %q", g, o.values["create"])
	}
	ch, _ := w.ChannelByName("ledger-is-off-r-17")
	if !ch.Private || ch.Topic != "Why <it> is off & by how much" || len(ch.Members) != 3 {
		t.Errorf("the channel is %+v", ch)
	}
	failed := g.Report.Failed()
	if len(failed) != 1 || failed[0].Account.ID != "U0000000SHY" || failed[0].Detail != "cant_invite" {
		t.Errorf("failed: %v", failed)
	}
	marks := w.Bookmarks(ch.ID)
	if len(marks) != 1 || marks[0].Title != "Payments · R-17" || marks[0].Link != w.Permalink(ch.ID, g.Report.Badge.ID) {
		t.Errorf("bookmarks: %v", marks)
	}
	if m := w.Messages(ch.ID); len(m) != 1 || m[0].Op() != core.MakeOp("test", "badge") || !m[0].Pinned {
		t.Errorf("messages: %+v", m)
	}
}

func TestCreateGroupAgainFindsItsName(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people, Channels: []emulator.Channel{{Name: "ledger-is-off-r-17", Archived: true}}})
	a := connect(t, w, slack.Config{})
	o := newOnce()
	op := core.MakeOp("test", "create")
	for range 2 {
		g, err := a.CreateGroup(t.Context(), o, groupOf())
		if err != nil || g.Name != "ledger-is-off-"+op[:4]+"-r-17" {
			t.Errorf("if the name is taken, the group is %v, %v", g, err)
		}
	}
	report, err := a.SetGroup(t.Context(), newOnce(), core.GroupRef{Workspace: home, ID: o.values["create"]},
		core.GroupChange{Name: new("Ledger is off"), Suffix: "r-17"})
	if err != nil || len(report.Failed()) > 0 {
		t.Errorf("keeping the other name: %v, %v", report, err)
	}
}

func TestInvalidGroups(t *testing.T) {
	t.Parallel()
	a := connect(t, start(t, emulator.Options{}), slack.Config{})
	spec := groupOf()
	spec.Suffix = ""
	_, err := a.CreateGroup(t.Context(), newOnce(), spec)
	wantError(t, err, core.Invalid, "suffix")
}

// TestStopIsReturnedUnchanged checks that an error from Once itself ends the
// action immediately.
func TestStopIsReturnedUnchanged(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	stop := core.Stop(&core.Error{Op: "once", Kind: core.Lost})
	o := newOnce()
	o.refuse = map[string]error{"invite:U0000000LIN": stop}
	g, err := a.CreateGroup(t.Context(), o, groupOf("U0000000LIN", "U0000000WEI"))
	if err != stop || g.Ref.ID == "" {
		t.Errorf("it returned %v with %v", g, err)
	}
	if slices.Contains(o.keys, "invite:U0000000WEI") {
		t.Error("it went on")
	}
}

func TestOneFailureDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	w.Faults().Order(stage.Fault{Method: "conversations.invite", Kind: stage.RateLimitBare})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf("U0000000LIN", "U0000000WEI"))
	wantError(t, err, core.RateLimited, "http_429")
	if core.RetryAfterOf(err) == 0 {
		t.Error("it does not say how long to wait")
	}
	if len(g.Report.Failed()) != 1 || !slices.Contains(w.Members(g.Ref.ID), "U0000000WEI") || g.Report.Badge.IsZero() {
		t.Errorf("the group is %+v", g)
	}
}

func TestSetGroupWritesOnlyDifferences(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf("U0000000LIN"))
	if err != nil {
		t.Fatal(err)
	}
	change := core.GroupChange{
		Name: new("Ledger is right"), Suffix: "r-17", Topic: new("It was rounding"),
		Add: []core.Account{account("U0000000WEI")}, Remove: []core.Account{account("U0000000LIN")},
		Badge: groupOf().Badge,
	}
	change.Badge.Ref = g.Report.Badge
	for i, wantWrites := range []int{5, 3} { // the second time, only calls that Slack answers as already done
		n := len(w.Log().Calls())
		report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, change)
		if err != nil || len(report.Failed()) > 0 || report.Badge != g.Report.Badge {
			t.Errorf("round %d: %v, %v", i, report, err)
		}
		writes := 0
		for _, c := range w.Log().Since(n) {
			if c.Write {
				writes++
			}
		}
		if writes != wantWrites {
			t.Errorf("round %d makes %d writes, want %d: %v", i, writes, wantWrites, w.Log().Since(n))
		}
	}
	ch, _ := w.ChannelByName("ledger-is-right-r-17")
	if ch.ID != g.Ref.ID || ch.Topic != "It was rounding" || !slices.Contains(ch.Members, "U0000000WEI") || slices.Contains(ch.Members, "U0000000LIN") {
		t.Errorf("the channel is %+v", ch)
	}
}

// TestBadgeIsRepaired checks that a deleted badge is posted again, even if its
// old reference is given, and that the bookmark leads to the new one.
func TestBadgeIsRepaired(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf())
	if err != nil {
		t.Fatal(err)
	}
	gone := g.Report.Badge
	gone.ID = "1700000000.000001"
	for _, ref := range []core.MessageRef{{}, gone} {
		badge := groupOf().Badge
		badge.Ref = ref
		report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, core.GroupChange{Badge: badge})
		if err != nil || len(report.Failed()) > 0 || report.Badge == g.Report.Badge || report.Badge == ref || report.Badge.IsZero() {
			t.Fatalf("with %q: %v, %v", ref.ID, report, err)
		}
		marks := w.Bookmarks(g.Ref.ID)
		if len(marks) != 1 || marks[0].Link != w.Permalink(g.Ref.ID, report.Badge.ID) {
			t.Errorf("bookmarks: %v", marks)
		}
		g.Report.Badge = report.Badge
	}
}

func TestNobodyToWriteTo(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: append(people, emulator.User{ID: "U000000DEAF", Name: "deaf", DirectMessagesOff: true})})
	a := connect(t, w, slack.Config{})
	for id, detail := range map[string]string{
		"U0000000BYE": "user_disabled", "U000NOBODY0": "user_not_found", "U000000DEAF": "channel_not_found", "U00000ROBOT": "cannot_dm_bot",
	} {
		_, err := a.SendMessage(t.Context(), newOnce(), account(id), text("hello"))
		wantError(t, err, core.Unreachable, detail)
	}
	_, err := a.SendMessage(t.Context(), newOnce(), core.Account{Workspace: "guild", ID: "1"}, text("hello"))
	wantError(t, err, core.Invalid, "other_workspace")
	_, err = a.SendMessage(t.Context(), newOnce(), account("U0000000LIN"), core.Message{})
	wantError(t, err, core.Invalid, "no_text")
}

func TestEdit(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	o := newOnce()
	ref, err := a.SendMessage(t.Context(), o, account("U0000000LIN"), text("before"))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.EditMessage(t.Context(), o, ref, text("after")); err != nil {
		t.Fatal(err)
	}
	m := w.DMs("U0000000LIN")
	if len(m) != 1 || m[0].Plain != "after" || m[0].Op() != core.MakeOp("test", "post") {
		t.Errorf("the message is %+v", m)
	}
	ref.ID = "1700000000.000001"
	wantError(t, a.EditMessage(t.Context(), o, ref, text("gone")), core.NotFound, "message_not_found")
}

// TestCostsAreWhatIsCalled checks that each key pays for the methods that it
// calls.
func TestCostsAreWhatIsCalled(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	a := connect(t, w, slack.Config{})
	o := newOnce()
	if _, err := a.CreateGroup(t.Context(), o, groupOf("U0000000LIN")); err != nil {
		t.Fatal(err)
	}
	paid := map[string]bool{}
	for _, cost := range o.cost {
		for _, b := range cost {
			paid[b.Name] = true
		}
	}
	for _, c := range w.Log().Calls() {
		if !paid[c.Method] {
			t.Errorf("%s is called and not paid for", c.Method)
		}
	}
}

// TestEveryKeyIsDeclared checks that the capabilities declare every key that is
// used, and no other.
func TestEveryKeyIsDeclared(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people, AdminToken: "xoxp-stand-in"})
	a := connect(t, w, slack.Config{})
	o := newOnce()
	spec := groupOf("U0000000LIN")
	spec.Purpose = "Discuss R-17"
	g, err := a.CreateGroup(t.Context(), o, spec)
	closing := text("It has ended")
	_, err2 := a.SetGroup(t.Context(), o, g.Ref, core.GroupChange{
		Name: new("X"), Suffix: "r-17", Remove: spec.Members, Mute: &core.Mute{All: true}, State: core.Ended, Closing: &closing,
		Announcement: &core.Announcement{Message: &closing, Old: core.MessageRef{Workspace: home, Channel: g.Ref.ID, ID: "1700000000.000001"}},
	})
	ref, err3 := a.SendMessage(t.Context(), o, account("U0000000LIN"), text("hello"))
	if err := errors.Join(err, err2, err3, a.EditMessage(t.Context(), o, ref, text("bye"))); err != nil {
		t.Fatal(err)
	}
	theContent := func(context.Context) ([]byte, error) { return []byte("png"), nil }
	if err := a.SendFile(t.Context(), o, core.GroupRef{Workspace: home, ID: ref.Channel}, upload(core.File{ID: "F17", Name: "x.png"}, theContent)); err != nil {
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
