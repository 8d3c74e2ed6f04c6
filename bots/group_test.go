package bots

import (
	"context"
	"slices"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

func TestGroupRelease(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{rooms: map[core.GroupRef]core.RiskKey{room: "R-9"}}
	b := newBot(t, f)
	for _, line := range []string{"group release R-17", "Group RELEASE 17", "群组 解除 r-17"} {
		wants(t, words(ask(t, b, typed(line))), "R-17 is free of its channel ledger-r-17 (acme)")
	}
	inRoom := typed("group release")
	inRoom.Channel = room
	wants(t, words(ask(t, b, inRoom)), "R-9 is free of its channel")
	if want := []core.RiskKey{"R-17", "R-17", "R-17", "R-9"}; !slices.Equal(f.released, want) {
		t.Errorf("released %v, want %v", f.released, want)
	}

	wants(t, words(ask(t, b, typed("group release"))), "Which risk?", "/risk group release R-17")
	wants(t, words(ask(t, b, typed("group release 17 now"))), `Remove the text after the key, "now": /risk group release R-17`)
	wants(t, words(ask(t, b, typed("group"))), "/risk help group")
	wants(t, words(ask(t, b, typed("help group"))), "/risk group release [key]")
	wants(t, words(ask(t, b, typed("group dissolve R-17"))), "no command /risk group dissolve", "/risk group release [key]")
	if len(f.released) != 4 {
		t.Errorf("released %v", f.released)
	}
}

// TestShowGroups: without a subcommand, `group` shows.
func TestShowGroups(t *testing.T) {
	t.Parallel()
	view := func(key core.RiskKey, id string, typ core.GroupType) engine.GroupView {
		g := engine.Group{Key: key, Ref: core.GroupRef{Workspace: "acme", ID: id}, Type: typ, Name: "ledger-" + id, Suffix: id}
		return engine.GroupView{Group: g, Lines: []string{"Owner: Wei", "Couldn't be added: Bea (no account)"}}
	}
	f := &fakeEngine{}
	f.groups = []engine.GroupView{view("R-17", "C1", core.Item), view("R-17", "C2", core.Ordinary), view("T-3", "C3", core.Topic)}
	f.groups[1].Group.Life = engine.FormerGroup
	b := newBot(t, f)
	for line, want := range map[string][]string{
		"group T-3":       {"T-3 #ledger-C3 · Being discussed\nOwner: Wei\nCouldn't be added: Bea (no account)\nIn flows: acme/C3"},
		"频道 查看 t-3":       {"T-3 #ledger-C3 ·"},
		"channel 17":      {"The channels of R-17:", "#ledger-C1 · the risk's channel", "#ledger-C2 · no longer the risk's channel", "In flows: acme/C2"},
		"group R-18":      {"R-18 has no channel."},
		"group 17 now":    {`Remove the text after the key, "now": /risk group show R-17`},
		"group":           {"Say which risk or topic: /risk group show R-17"},
		"group show what": {`There is no risk "what"`},
	} {
		wants(t, words(ask(t, b, typed(line))), want...)
	}
	here := typed("group")
	here.Channel = core.GroupRef{Workspace: "acme", ID: "C3"}
	r := ask(t, b, here)
	wants(t, words(r), "In flows: acme/C3")
	if !slices.Contains(r.Text, core.GroupLink("#ledger-C3", here.Channel)) {
		t.Errorf("no link in %v", r.Text)
	}
}

func TestGroupOpen(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	for _, line := range []string{"group open R-17", "频道 创建 r-17"} {
		got := ask(t, b, typed(line))
		wants(t, words(got), "R-17 has a channel now: #rounding-t-3")
		if !slices.Contains(got.Text, core.GroupLink("#rounding-t-3", core.GroupRef{Workspace: "acme", ID: "C3"})) {
			t.Errorf("no link to the channel in %v", got.Text)
		}
	}
	for kind, want := range map[core.Kind]string{core.Unavailable: "A channel for R-17 is being created", core.NotFound: "couldn't be created"} {
		f := &fakeEngine{fakeGroups: fakeGroups{opening: kind}}
		wants(t, words(ask(t, newBot(t, f), typed("group open R-17"))), want)
	}
	if want := []core.RiskKey{"R-17", "R-17"}; !slices.Equal(f.opened, want) {
		t.Errorf("opened %v, want %v", f.opened, want)
	}
	f.refusal = core.Refuse(core.Conflict, "open_exists", "", "Key", "R-17", "Group", "ledger-r-17 (acme)", "Ref", room)
	got := ask(t, b, typed("group open R-17"))
	wants(t, words(got), "R-17 already has a channel: ledger-r-17 (acme)")
	if !slices.Contains(got.Text, core.GroupLink("ledger-r-17 (acme)", room)) {
		t.Errorf("no link to the channel in %v", got.Text)
	}
	f.refusal = core.Refuse(core.Conflict, "open_lost", "", "Key", "R-17", "Group", "ledger-r-17 (acme)", "Ref", room, "Command", "/risk")
	got = ask(t, b, typed("group open R-17"))
	wants(t, words(got), "release it: /risk group release R-17")
	if !slices.Contains(got.Text, core.GroupLink("ledger-r-17 (acme)", room)) {
		t.Errorf("no link to the channel in %v", got.Text)
	}
	f.refusal = core.Refuse(core.Conflict, "open_closed", "", "Key", "R-17", "Command", "/risk")
	wants(t, words(ask(t, b, typed("group open R-17"))), "/risk reopen R-17")
}

// A button in a channel that the risk no longer has changes nothing.
func TestButtonInAFormerGroup(t *testing.T) {
	t.Parallel()
	now := engine.Group{Ref: core.GroupRef{Workspace: "acme", ID: "C2"}, Name: "ledger-r-17-2"}
	f := &fakeEngine{replaced: map[core.GroupRef]engine.Group{room: now}, view: engine.View{Risk: core.Risk{Key: "R-17", Title: "Ledger", Status: core.Pending}}}
	b := newBot(t, f)
	press := Command{Op: "op", Actor: lin, Channel: room, Pressed: &Pressed{Press: core.PressStart, Risk: "R-17"}}
	got := ask(t, b, press)
	wants(t, words(got), "no longer belongs to R-17", "ledger-r-17-2")
	if !slices.Contains(got.Text, core.GroupLink("ledger-r-17-2", now.Ref)) || got.Card == nil || len(f.changes) > 0 {
		t.Errorf("got %+v, changed %v", got, f.changes)
	}
	press.Channel = now.Ref
	if ask(t, b, press); len(f.changes) != 1 {
		t.Errorf("in the present channel it changed %v", f.changes)
	}
}

func TestGroupReleaseIsRefusedInWords(t *testing.T) {
	t.Parallel()
	args := map[string]any{"Key": "R-17", "Group": "ledger-r-17 (acme)", "Run": "R-17/gather/1"}
	for code, want := range map[string]string{
		"may_not_release":  "Administrators and the channel's owner can",
		"release_none":     "R-17 has no channel.",
		"release_reserved": "riskroom runs show R-17/gather/1",
		"release_live":     "archive or delete it",
		"release_unseen":   "can't tell right now whether ledger-r-17 (acme)",
	} {
		f := &fakeEngine{before: func(context.Context, string) error {
			return &core.Refusal{Kind: core.Conflict, Code: code, Args: args}
		}}
		wants(t, words(ask(t, newBot(t, f), typed("group release R-17"))), want)
	}
}

// TestALostGroupIsSaid: in answer to show, and above the details.
func TestALostGroupIsSaid(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: engine.View{Binding: engine.Binding{State: engine.Bound}}}
	b := newBot(t, f)
	pressed := Command{Op: "op", Actor: lin, Pressed: &Pressed{Press: core.PressDetails, Risk: "R-17"}}
	if r := ask(t, b, typed("show R-17")); len(r.Text) > 0 || len(ask(t, b, pressed).Form.Notice) > 0 {
		t.Errorf("of a group that is there it says %q", words(r))
	}
	f.view.Binding.State = engine.Lost
	const says = "/risk group release R-17"
	wants(t, words(ask(t, b, typed("show R-17"))), says)
	wants(t, core.Text(ask(t, b, pressed).Form.Notice), says)
}
