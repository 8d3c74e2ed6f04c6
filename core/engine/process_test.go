package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

var mei = core.Actor{Account: core.Account{Workspace: "acme", ID: "MEI"}, Name: "mei"}

// nodes is a process of three nodes. wei, a handler, operates the first, out the second and
// lin, the submitter, the last.
func nodes() []core.Node {
	node := func(key, operator string, back ...string) core.Node {
		return core.Node{Key: key, Label: map[string]string{"en": strings.ToUpper(key)}, Operators: []string{operator}, SendBack: back}
	}
	return []core.Node{node("triage", "handlers"), node("review", "acme/OUT", "triage"), node("release", "submitter", "triage", "review")}
}

// setupProcess returns a bundle with a process.
func setupProcess(t *testing.T, defs ...flow.Def) *bundle {
	t.Helper()
	b := setup(t)
	b.org.Process = nodes()
	for i := range defs {
		defs[i].Process = b.org.NodeKeys()
	}
	b.options.Flows = b.compile(defs...)
	b.engine = b.newEngine(b.options)
	return b
}

// do performs an operation and returns the code of its refusal, "" if there is none.
func (b *bundle) do(op string, by core.Actor, o engine.Operation) string {
	b.t.Helper()
	_, err := b.engine.Do(b.ctx(), op, by, o)
	if r, ok := errors.AsType[*core.Refusal](err); ok {
		return r.Code
	}
	if err != nil {
		b.t.Fatalf("%T: %v", o, err)
	}
	return ""
}

// risk returns a stored risk.
func (b *bundle) risk(key core.RiskKey) core.Risk {
	b.t.Helper()
	rec, err := b.store.Get(b.ctx(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	return rec.Risk
}

// TestProcess takes a risk through the nodes, back, and to its end.
func TestProcess(t *testing.T) {
	t.Parallel()
	b := setupProcess(t)
	key := b.file("Ledger", time.Time{}).Key
	step := func(what string, by core.Actor, o engine.Operation, code, node string, status core.Status) {
		t.Helper()
		b.clock.set(b.clock.Now().Add(time.Hour))
		before := b.risk(key)
		if got := b.do(what, by, o); got != code {
			t.Errorf("%s is refused with %q, want %q", what, got, code)
		}
		r := b.risk(key)
		if r.Node != node || r.Status != status {
			t.Errorf("after %s it is %s at %s, want %s at %s", what, r.Status, r.Node, status, node)
		}
		_, reopens := o.(engine.ChangeStatus)
		reopens = reopens && !before.Status.Open() && r.Status.Open()
		if moved := r.Node != before.Node || reopens; moved != !r.NodeSince.Equal(before.NodeSince) {
			t.Errorf("after %s it has been at its node since %v, before since %v", what, r.NodeSince, before.NodeSince)
		}
	}
	status := func(to core.Status) engine.ChangeStatus {
		return engine.ChangeStatus{Risk: key, To: to, Note: "because"}
	}
	pass, back := engine.PassOn{Risk: key}, engine.SendBack{Risk: key, Reason: "wrong amount"}
	to := func(node string) engine.SendBack { return engine.SendBack{Risk: key, To: node, Reason: "wrong"} }

	step("resolving early", mei, status(core.Resolved), "resolve_early", "triage", core.Pending)
	step("passing on by the submitter", lin, pass, "may_not_move", "triage", core.Pending)
	step("going back from the first", wei, back, "back_none", "triage", core.Pending)
	step("starting", wei, status(core.InProgress), "", "triage", core.InProgress)
	step("passing on", wei, pass, "", "review", core.Pending)
	step("passing on by the former operator", wei, pass, "may_not_move", "review", core.Pending)
	step("starting by an operator", out, status(core.InProgress), "", "review", core.InProgress)
	step("a note that is too long", out, engine.PassOn{Risk: key, Note: strings.Repeat("x", core.MaxNote+1)}, "too_long", "review", core.InProgress)
	step("passing on by the operator", out, engine.PassOn{Risk: key, Note: "checked"}, "", "release", core.Pending)
	step("passing on from the last", lin, pass, "node_last", "release", core.Pending)
	step("going back without a reason", lin, engine.SendBack{Risk: key, To: "triage"}, "back_reason", "release", core.Pending)
	step("going back to nowhere", lin, to("nowhere"), "node_unknown", "release", core.Pending)
	step("going back to where it is", lin, to("release"), "back_not_there", "release", core.Pending)
	step("going back to any", lin, back, "", "review", core.Pending)
	step("passing on by the lead", mei, pass, "", "release", core.Pending)
	step("going back to one", mei, to("triage"), "", "triage", core.Pending)
	step("resolving early by an administrator", boss, status(core.Resolved), "", "triage", core.Resolved)
	step("passing on when closed", wei, pass, "node_closed", "triage", core.Resolved)
	step("reopening", wei, status(core.Pending), "", "triage", core.Pending)
	step("passing on again", wei, pass, "", "review", core.Pending)
	step("shelving", wei, status(core.Shelved), "", "review", core.Shelved)
	step("reopening it", wei, status(core.InProgress), "", "review", core.InProgress)
	step("passing on to the last", out, pass, "", "release", core.Pending)
	step("resolving by a handler", wei, status(core.Resolved), "may_not_resolve", "release", core.Pending)
	step("resolving by the operator", lin, status(core.Resolved), "", "release", core.Resolved)

	r := b.risk(key)
	if i := slices.IndexFunc(r.Notes, func(n core.Note) bool { return n.Text == "checked" && n.By.Name == "out" }); i < 0 {
		t.Errorf("the notes are %+v", r.Notes)
	}
	b.validWalk(key)
}

// validWalk checks that the nodes in a risk's trail follow each other, that each move was
// allowed and that the last leads to where the risk is. It returns the moves by op.
func (b *bundle) validWalk(key core.RiskKey) map[string]int {
	b.t.Helper()
	keys, at, ops := b.org.NodeKeys(), "triage", map[string]int{}
	trail, err := b.store.Trail(b.ctx(), key, "", 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range slices.Backward(trail) {
		if e.Kind != engine.EventNode {
			continue
		}
		from, to := e.Data["from"], e.Data["to"]
		if e.Data["how"] == "enter" && from == "" && to == at && len(ops) == 0 {
			continue
		}
		ops[e.Op]++
		if from != at {
			b.t.Errorf("it left %s, but was at %s", from, at)
		}
		node, i := b.org.Node(from)
		switch e.Data["how"] {
		case "pass":
			if i+1 >= len(keys) || keys[i+1] != to {
				b.t.Errorf("it passed from %s to %s", from, to)
			}
		case "back":
			if !slices.Contains(node.SendBack, to) {
				b.t.Errorf("it went back from %s to %s", from, to)
			}
		default:
			b.t.Errorf("the event is %+v", e)
		}
		at = to
	}
	if r := b.risk(key); r.Node != at {
		b.t.Errorf("it is at %s, but its trail ends at %s", r.Node, at)
	}
	return ops
}

// TestOldPress checks that a button leaves the node that its card showed, or says where the
// risk is now, even to people who couldn't move it from there.
func TestOldPress(t *testing.T) {
	t.Parallel()
	b := setupProcess(t)
	r := b.file("Ledger", time.Time{})
	press := engine.PassOn{Risk: r.Key, Seen: r.Version}
	if code := b.do("a", wei, press); code != "" {
		t.Errorf("the press is refused with %s", code)
	}
	if code := b.do("a", wei, press); code != "" {
		t.Errorf("its repeat is refused with %s", code)
	}
	_, err := b.engine.Do(b.ctx(), "b", wei, press)
	refusal, _ := errors.AsType[*core.Refusal](err)
	if refusal == nil || refusal.Code != "node_moved" || refusal.Risk == nil || refusal.Risk.Node != "review" {
		t.Errorf("another press is answered with %v", err)
	}
	if code := b.do("c", out, engine.SendBack{Risk: r.Key, Reason: "x"}); code != "" {
		t.Errorf("sending it back is refused with %s", code)
	}
	if code := b.do("d", wei, press); code != "node_moved" {
		t.Errorf("the old press at the same node is answered with %q", code)
	}
	if code := b.do("e", mei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); code != "" {
		t.Errorf("starting is refused with %s", code)
	}
	if code := b.do("f", wei, engine.PassOn{Risk: r.Key, Seen: b.risk(r.Key).Version - 1}); code != "" {
		t.Errorf("a press on a card with another status is refused with %s", code)
	}
	b.validWalk(r.Key)
}

// TestOperatorsRead checks that operators can read and change a risk while it is at their
// node, if only the people involved may.
func TestOperatorsRead(t *testing.T) {
	t.Parallel()
	b := setupProcess(t)
	b.org.Permissions.Read = core.Audience{Involved: true}
	r := b.file("Ledger", time.Time{})
	for i, want := range []string{"not_found", "", "not_found"} {
		if i > 0 {
			if code := b.do("pass"+want, mei, engine.PassOn{Risk: r.Key}); code != "" {
				t.Fatal(code)
			}
		}
		listed, err := b.engine.List(b.ctx(), out, engine.ListQuery{})
		if err != nil || (len(listed.Risks) == 1) != (want == "") {
			t.Errorf("at %s, the list is %+v, %v", b.risk(r.Key).Node, listed.Risks, err)
		}
		note := engine.ChangeStatus{Risk: r.Key, To: core.Pending, Note: "seen"}
		if code := b.do(b.risk(r.Key).Node, out, note); code != want {
			t.Errorf("at %s it is refused with %q, want %q", b.risk(r.Key).Node, code, want)
		}
	}
}

// remindOperators messages the operators if a risk waits at its node.
func remindOperators() flow.Def {
	return flow.Def{Name: "remind", Trigger: flow.TriggerDef{DateField: "node_since", After: "1h"}, If: `status == "pending"`, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"operators"}, Title: "{{ .node }}"}},
	}}
}

// TestNodeSince checks that timers count from when a risk entered its node.
func TestNodeSince(t *testing.T) {
	t.Parallel()
	b := setupProcess(t, remindOperators())
	b.start()
	r := b.file("Ledger", time.Time{})
	b.jump(b.clock.Now().Add(50 * time.Minute))
	b.do("pass", wei, engine.PassOn{Risk: r.Key})
	b.jump(b.clock.Now().Add(50 * time.Minute))
	if n := len(b.platform.postsIn("DWEI")) + len(b.platform.postsIn("DOUT")); n > 0 {
		t.Errorf("%d messages were sent early", n)
	}
	b.jump(b.clock.Now().Add(20 * time.Minute))
	if posts := b.platform.postsIn("DOUT"); len(posts) != 1 || !strings.Contains(core.Text(posts[0].Message.Text), "REVIEW") {
		t.Errorf("the operator got %+v", posts)
	}
	if posts := b.platform.postsIn("DWEI"); len(posts) > 0 {
		t.Errorf("the former operator got %+v", posts)
	}
}

// TestNodeOnCard checks what cards show of the process.
func TestNodeOnCard(t *testing.T) {
	t.Parallel()
	b := setupProcess(t)
	b.org.Process[1].Label["zh-CN"] = "评审"
	r := core.Risk{Key: "R-1", Node: "triage", Status: core.Pending}
	show := func(lang string) (row string, buttons []string) {
		card := b.engine.Card(b.ctx(), engine.View{Risk: r}, "acme", lang)
		for _, c := range card.Rows {
			if c.Label == "Node" || c.Label == "节点" {
				row = core.Text(c.Value)
			}
		}
		for _, c := range card.Buttons {
			if c.Press == core.PressPass || c.Press == core.PressBack || c.Press == core.PressResolve {
				buttons = append(buttons, c.Label)
			}
		}
		return row, buttons
	}
	check := func(node, lang, row, buttons string) {
		t.Helper()
		r.Node = node
		if gotRow, got := show(lang); gotRow != row || strings.Join(got, ", ") != buttons {
			t.Errorf("at %q, in %s: %q with %q, want %q with %q", node, lang, gotRow, got, row, buttons)
		}
	}
	check("triage", "en", "1 of 3: TRIAGE", "Pass to REVIEW")
	check("triage", "zh-CN", "TRIAGE（1/3）", "流转至评审")
	check("review", "en", "2 of 3: REVIEW", "Pass to RELEASE, Send back")
	check("release", "en", "3 of 3: RELEASE", "Resolve, Send back")
	check("gone", "en", "gone (no longer part of the process)", "Send back")
	r.Status = core.Resolved
	check("release", "en", "3 of 3: RELEASE", "")
	b.org.Process = nil
	r.Status = core.Pending
	check("release", "en", "", "Resolve")
}

// TestAdoption checks that open risks enter the first node once when a process is added, and
// that their status stays.
func TestAdoption(t *testing.T) {
	t.Parallel()
	b := setup(t)
	waiting, begun, closed := b.file("Waiting", time.Time{}), b.file("Begun", time.Time{}), b.file("Closed", time.Time{})
	b.do("start", wei, engine.ChangeStatus{Risk: begun.Key, To: core.InProgress})
	b.do("close", wei, engine.ChangeStatus{Risk: closed.Key, To: core.Resolved})

	b.org.Process = nodes()
	def := remindOperators()
	def.Process = b.org.NodeKeys()
	b.options.Flows = b.compile(def)
	b.engine = b.newEngine(b.options)
	if code := b.do("early", wei, engine.PassOn{Risk: waiting.Key}); code != "" {
		t.Errorf("passing it on before it is adopted is refused with %s", code)
	}
	for range 2 { // the second start changes nothing
		stop := b.startEngine(b.newEngine(b.options))
		b.eventually("the risk enters the first node", func() bool { return b.risk(begun.Key).Node == "triage" })
		stop()
	}
	r := b.risk(begun.Key)
	if r.Status != core.InProgress || r.NodeSince.IsZero() || len(b.events(begun.Key, engine.EventNode)) != 1 {
		t.Errorf("the risk is %+v, with the events %+v", r, b.events(begun.Key, engine.EventNode))
	}
	if run := b.run(begun.Key, "remind"); run.State != engine.Armed {
		t.Errorf("the run is %+v", run)
	}
	if r := b.risk(waiting.Key); r.Node != "review" {
		t.Errorf("the risk that was passed on is at %q", r.Node)
	}
	if r := b.risk(closed.Key); r.Node != "" {
		t.Errorf("the closed risk is at %q", r.Node)
	}
	if code := b.do("shelve", wei, engine.ChangeStatus{Risk: closed.Key, To: core.Shelved, Note: "x"}); code != "" {
		t.Fatal(code)
	}
	if code := b.do("reopen", wei, engine.ChangeStatus{Risk: closed.Key, To: core.Pending}); code != "" {
		t.Fatal(code)
	}
	if r := b.risk(closed.Key); r.Node != "triage" || r.NodeSince.IsZero() {
		t.Errorf("the reopened risk is at %q since %v", r.Node, r.NodeSince)
	}
}

// TestRemovedNode checks that administrators are told once about risks whose node was
// removed, and can move them.
func TestRemovedNode(t *testing.T) {
	t.Parallel()
	b := setupProcess(t)
	one, two := b.file("One", time.Time{}), b.file("Two", time.Time{})
	for _, r := range []core.Risk{one, two} {
		b.do("pass-"+string(r.Key), wei, engine.PassOn{Risk: r.Key})
	}
	b.org.Process = []core.Node{nodes()[0], nodes()[2]}
	b.engine = b.newEngine(b.options)
	for range 2 {
		stop := b.startEngine(b.newEngine(b.options))
		b.eventually("administrators are told", func() bool { return len(b.platform.postsIn("CADMIN")) > 0 })
		stop()
	}
	posts := b.platform.postsIn("CADMIN")
	if len(posts) != 1 || !strings.Contains(core.Text(posts[0].Message.Text), "at the node review, which is no longer part of the process: R-1, R-2.") {
		t.Errorf("administrators got %+v", posts)
	}
	move := engine.SendBack{Risk: one.Key, To: "release", Reason: "it was reviewed"}
	for _, c := range []struct {
		by   core.Actor
		o    engine.Operation
		want string
	}{
		{out, move, "node_gone"}, {mei, move, "node_gone"}, {boss, engine.PassOn{Risk: one.Key}, "node_gone"},
		{boss, engine.SendBack{Risk: one.Key, Reason: "x"}, "node_unknown"}, {boss, move, ""},
	} {
		if code := b.do(c.by.Name+c.want, c.by, c.o); code != c.want {
			t.Errorf("%s, %+v: refused with %q, want %q", c.by.Name, c.o, code, c.want)
		}
	}
	if r := b.risk(one.Key); r.Node != "release" {
		t.Errorf("the risk is at %q", r.Node)
	}
}

// Whenever processes die while people press buttons, some twice, a risk walks from node to
// node as the process allows, and each press moves it at most once.
func TestAnyWalk(t *testing.T) {
	t.Parallel()
	withSeeds(t, 3, 40, anyWalk)
}

func anyWalk(t *testing.T, dice *rand.Rand) {
	b := setupOn(t, &fakeClock{}, inMemory(t))
	early := b.file("Unlucky", time.Time{}) // before there is a process
	b.org.Process = nodes()
	def := remindOperators()
	def.Process, def.Trigger.After = b.org.NodeKeys(), "10s"
	b.options.Flows = b.compile(def)
	alive := func() (e *engine.Engine, stop func()) {
		p := &process{steps: 1 + dice.IntN(60)}
		o := b.options
		o.Store, o.Platforms = killableStore{b.store, p}, map[string]core.Platform{"acme": killablePlatform{b.platform, p}}
		e = b.newEngine(o)
		return e, b.startIn(p, e)
	}
	e, stop := alive()
	moved := map[string]bool{}
	for i := range 20 {
		seen := max(1, b.risk(early.Key).Version-int64(dice.IntN(3)))
		var o engine.Operation = engine.PassOn{Risk: early.Key, Seen: seen}
		if dice.IntN(2) == 0 {
			o = engine.SendBack{Risk: early.Key, Seen: seen, Reason: fmt.Sprint(i)}
		}
		op, times := fmt.Sprint("press-", i), 1+dice.IntN(2)
		for done := 0; done < times; {
			_, err := e.Do(context.Background(), op, mei, o)
			if _, refused := errors.AsType[*core.Refusal](err); err == nil || refused {
				if err == nil {
					moved[op] = true
				}
				done++
				continue
			}
			stop()
			e, stop = alive()
		}
		time.Sleep(time.Duration(dice.IntN(15)) * time.Second)
	}
	stop()
	stop = b.startEngine(b.newEngine(b.options))
	time.Sleep(5 * time.Minute)
	stop()
	ops := b.validWalk(early.Key)
	for op, times := range ops {
		if times > 1 || !moved[op] {
			t.Errorf("%s moved it %d times, and was answered with success: %v", op, times, moved[op])
		}
	}
	if len(ops) != len(moved) {
		t.Errorf("%d moves, %d answers", len(ops), len(moved))
	}
	sent := map[string]bool{}
	for _, p := range b.platform.posts {
		if sent[p.Op] {
			t.Errorf("sent twice into %s", p.Ref.Channel)
		}
		sent[p.Op] = true
	}
}
