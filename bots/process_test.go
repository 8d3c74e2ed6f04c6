package bots

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// withProcess adds a process of three nodes.
func withProcess(c *Config) {
	node := func(key, zh string, back ...string) core.Node {
		return core.Node{Key: key, Label: map[string]string{"en": strings.ToUpper(key[:1]) + key[1:], "zh-CN": zh}, SendBack: back}
	}
	c.Org.Process = []core.Node{node("triage", "分诊"), node("legal review", "评审", "triage"), node("release", "发布", "triage", "legal review")}
}

// TestMoves checks what lines, options, buttons and forms ask of the engine.
func TestMoves(t *testing.T) {
	t.Parallel()
	back := func(node, reason string) engine.Operation {
		return engine.SendBack{Risk: "R-17", To: node, Reason: reason}
	}
	pass := func(note string) engine.Operation { return engine.PassOn{Risk: "R-17", Note: note} }
	filled := func(seen, node string) Command {
		return Command{Op: "form", Actor: lin, Filled: &Filled{
			Form: formBack, State: map[string]string{"risk": "R-17", "seen": seen}, Values: Values{"node": {node}, "note": {"wrong"}},
		}}
	}
	for i, c := range []struct {
		c    Command
		want engine.Operation
	}{
		{typed("pass R-17"), pass("")},
		{typed("pass r-17 checked with legal"), pass("checked with legal")},
		{typed("流转 17 已确认"), pass("已确认")},
		{given("pass", Values{"risk": {"R-17"}, "note": {"ok"}}), pass("ok")},
		{pressed(core.PressPass, 4), engine.PassOn{Risk: "R-17", Seen: 4}},
		{typed("back R-17 triage wrong amount"), back("triage", "wrong amount")},
		{typed("back R-17 Legal Review: wrong amount"), back("legal review", "wrong amount")},
		{typed(`back R-17 "legal review" wrong`), back("legal review", "wrong")},
		{typed("退回 R-17 评审 金额有误"), back("legal review", "金额有误")},
		{typed("back R-17 wrong amount"), back("", "wrong amount")},
		{given("back", Values{"risk": {"R-17"}, "node": {"评审"}, "note": {"wrong"}}), back("legal review", "wrong")},
		{given("back", Values{"risk": {"R-17"}, "node": {"nowhere"}, "note": {"wrong"}}), back("nowhere", "wrong")},
		{filled("3", "triage"), engine.SendBack{Risk: "R-17", Seen: 3, To: "triage", Reason: "wrong"}},
	} {
		f := &fakeEngine{}
		got := words(ask(t, newBot(t, f, withProcess), c.c))
		if len(f.moves) != 1 || f.moves[0] != c.want {
			t.Errorf("%d: asked for %+v, want %+v", i, f.moves, c.want)
		}
		if !strings.HasPrefix(got, "R-17 Ledger is now at ") {
			t.Errorf("%d: the reply is %q", i, got)
		}
	}
}

// TestBackForm checks the form that asks for a node and a reason.
func TestBackForm(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: engine.View{Risk: core.Risk{Version: 5, Title: "Ledger", Node: "release", Status: core.Pending}}}
	b := newBot(t, f, withProcess)
	c := pressed(core.PressBack, 5)
	c.Lang = text.Chinese
	form := ask(t, b, c).Form
	if form == nil || form.ID != formBack || form.State["seen"] != "5" {
		t.Fatalf("the form is %+v", form)
	}
	if got := fmt.Sprint(form.Fields[0].Options, form.Fields[0].Initial); got != "[{triage 分诊} {legal review 评审}] [legal review]" {
		t.Errorf("it offers %s", got)
	}
	r := ask(t, b, typed("back R-17 triage"))
	if r.Form == nil || r.Form.Fields[0].Initial[0] != "triage" {
		t.Errorf("without a reason, the reply is %+v", r)
	}
	wants(t, words(r), "/risk back R-17 [node] <reason>", "/risk back R-17 triage")

	f.view.CantMove = core.Refuse(core.Denied, "may_not_move", "", "Key", "R-17", "Node", "Release")
	wants(t, words(ask(t, b, c)), "R-17")
	if len(f.moves) > 0 {
		t.Errorf("it was moved: %+v", f.moves)
	}
}

// TestBackTooLate checks that the reason isn't lost if somebody else has moved the risk since
// the form was opened.
func TestBackTooLate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now  core.Risk
		form string
	}{
		{core.Risk{Key: "R-17", Version: 9, Node: "release", Status: core.Pending}, formBack},
		{core.Risk{Key: "R-17", Version: 9, Node: "triage", Status: core.Pending}, formNote},
		{core.Risk{Key: "R-17", Version: 9, Node: "release", Status: core.Resolved}, formNote},
	} {
		f := &fakeEngine{before: func(_ context.Context, call string) error {
			if call != "SendBack" {
				return nil
			}
			r := core.Refuse(core.Conflict, "node_moved", "node", "Key", "R-17")
			r.Risk = &c.now
			return r
		}}
		r := ask(t, newBot(t, f, withProcess), Command{Op: "form", Actor: lin, Filled: &Filled{
			Form: formBack, State: map[string]string{"risk": "R-17", "seen": "3"}, Values: Values{"node": {"triage"}, "note": {"wrong amount"}},
		}})
		if r.Form == nil || r.Form.ID != c.form {
			t.Errorf("%s, %s: the reply is %+v", c.now.Node, c.now.Status, r)
			continue
		}
		note := r.Form.Fields[len(r.Form.Fields)-1]
		if note.Initial == nil || note.Initial[0] != "wrong amount" || c.form == formBack && r.Form.State["seen"] != "9" {
			t.Errorf("%s, %s: the form is %+v", c.now.Node, c.now.Status, r.Form)
		}
		wants(t, core.Text(r.Form.Notice), "R-17")
	}
}

// TestResolveEarly checks that the form for a resolution isn't opened in vain.
func TestResolveEarly(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: engine.View{
		Risk: core.Risk{Version: 5, Title: "Ledger", Node: "triage", Status: core.Pending}, MayChange: true,
		CantResolve: core.Refuse(core.Denied, "may_not_resolve", "", "Key", "R-17", "Node", "Release"),
	}}
	r := ask(t, newBot(t, f, withProcess), pressed(core.PressResolve, 5))
	wants(t, words(r), "You can't resolve R-17. The operators of Release")
	if r.Form != nil {
		t.Error("the form is opened")
	}
	if len(f.rejected) != 1 || f.rejected[0] != engine.Operation(engine.ChangeStatus{Risk: "R-17", To: core.Resolved}) {
		t.Errorf("recorded is %+v", f.rejected)
	}
}

// TestProcessShown checks where a risk's node is shown, and that nothing is without a
// process.
func TestProcessShown(t *testing.T) {
	t.Parallel()
	risk := core.Risk{Key: "R-17", Version: 5, Title: "Ledger", Severity: core.High, Node: "legal review", NodeSince: now, Status: core.Pending}
	f := &fakeEngine{view: engine.View{Risk: risk}, listing: engine.Listing{Risks: []core.Risk{risk}, Total: 1}}
	with, without := newBot(t, f, withProcess), newBot(t, f)
	texts := func(b *Bot) string {
		var all []string
		for _, c := range []Command{typed("list"), typed("help"), typed("help pass"), pressed(core.PressDetails, 5)} {
			r := ask(t, b, c)
			all = append(all, words(r))
			for _, line := range r.List {
				all = append(all, core.Text(line))
			}
			if r.Form != nil {
				for _, field := range r.Form.Fields {
					all = append(all, field.Label+": "+core.Text(field.Content))
				}
			}
		}
		for _, s := range b.Commands() {
			all = append(all, strings.Join(s.Path, " "))
		}
		return strings.Join(all, "\n")
	}
	wants(t, texts(with), "· at Legal review", "/risk pass [key]", "Nodes: Triage, Legal review, Release.", "Node: 2 of 3: Legal review", "At the node since: ", "\nback")
	for _, word := range []string{"Legal", "Node", "node", "pass [", "process", "\nback"} {
		if strings.Contains(texts(without), word) {
			t.Errorf("without a process, %q is visible:\n%s", word, texts(without))
		}
	}
	wants(t, words(ask(t, without, typed("pass R-17"))), "There is no command /risk pass.")
	var labels []string
	for _, c := range with.Suggest(t.Context(), given("back", Values{}), "node", "le") {
		labels = append(labels, c.Key+"="+c.Label)
	}
	if got := strings.Join(labels, ", "); got != "legal review=Legal review, release=Release" {
		t.Errorf("suggested: %s", got)
	}
}
