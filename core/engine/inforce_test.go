package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// saying returns a flow that sends wei a text when a risk is filed.
func saying(text string) flow.Def {
	return flow.Def{Name: "say", Trigger: flow.TriggerDef{On: "filed"}, If: `status == "pending"`, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"wei"}, Text: text}}}}
}

// withFile returns an engine with other flows that is not running.
func (b *bundle) withFile(defs ...flow.Def) *engine.Engine {
	b.t.Helper()
	o := b.options
	o.Flows = b.compile(defs...)
	return b.newEngine(o)
}

// TestTwoFiles checks that a process with a file that was replaced answers people and runs
// nothing, until its file is put in force again.
func TestTwoFiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, twoFiles)
}

func twoFiles(t *testing.T) {
	b := setupOn(t, &fakeClock{}, inMemory(t), saying("old"))
	old, renewed := b.engine, b.withFile(saying("new"))
	inForce := func(e *engine.Engine) bool { return e.InForce(b.ctx()) == nil }
	file := func(e *engine.Engine, title string) {
		t.Helper()
		if _, err := e.File(b.ctx(), "op-"+title, lin, engine.Draft{Title: title, Module: "Payments", DiscoveredAt: b.clock.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	told := func(n int) func() bool { return func() bool { return len(b.platform.postsIn("DWEI")) == n } }

	b.startEngine(old)
	file(old, "One")
	b.eventually("the first process runs flows", told(1))
	if !inForce(old) {
		t.Error("its file is not in force")
	}
	stop := b.startEngine(renewed)
	b.eventually("the second file is in force", func() bool { return inForce(renewed) && !inForce(old) })
	file(old, "Two") // with the text that the process has
	file(renewed, "Three")
	b.eventually("the second process runs the flows of both", told(3))
	stop()
	file(old, "Four")
	time.Sleep(time.Minute)
	if !told(3)() {
		t.Error("a process whose file was replaced runs flows")
	}
	if err := old.PutInForce(b.ctx()); err != nil {
		t.Fatal(err)
	}
	b.eventually("the first process runs flows again", told(4))
	if inForce(renewed) || !inForce(old) {
		t.Error("the second file is still in force")
	}
	texts := toldDirectly(b.platform, "WEI")
	if len(texts) != 4 || texts[0] != "new" || texts[1] != "old" {
		t.Errorf("wei was told %q", texts)
	}
}

// TestOtherPeople checks that a file with other people and the same flows is another one.
func TestOtherPeople(t *testing.T) {
	t.Parallel()
	b := setup(t, saying("x"))
	if err := b.engine.PutInForce(b.ctx()); err != nil {
		t.Fatal(err)
	}
	b.org.People["wei"] = core.Person{Name: "wei", Email: "wei@example.com"}
	if err := b.newEngine(b.options).InForce(b.ctx()); err == nil {
		t.Error("the file is in force")
	}
}
