package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// twoSteps is a flow whose first step sends to some people and whose second tells mei.
func twoSteps(then flow.OnError, to ...string) flow.Def {
	return flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
		{OnError: then, Action: &flow.SendMessageDef{To: to, Title: "first"}},
		{Action: &flow.SendMessageDef{To: []string{"mei"}, Title: "second"}},
	}}
}

// After a step that fails for good the run goes on, unless the step says stop. A step that
// reaches somebody, or is skipped, hasn't failed.
func TestStopAfterAFailedStep(t *testing.T) {
	t.Parallel()
	skipped := twoSteps(flow.Stop, "wei")
	skipped.Steps[0].If = `status == "resolved"`
	last := twoSteps("", "wei")
	last.Steps = append(last.Steps, flow.StepDef{OnError: flow.Stop, Action: &flow.SendMessageDef{To: []string{"ghost"}, Title: "third"}})
	grouped := twoSteps(flow.Stop, "wei")
	grouped.Steps[0].Action = &flow.SendGroupMessageDef{Group: "acme/CGONE", Title: "first"}
	for name, c := range map[string]struct {
		flow   flow.Def
		goesOn bool
	}{
		"without on_error":   {twoSteps("", "ghost"), true},
		"continue":           {twoSteps(flow.Continue, "ghost"), true},
		"stop":               {twoSteps(flow.Stop, "ghost"), false},
		"stop, the group":    {grouped, false},
		"stop, done in part": {twoSteps(flow.Stop, "ghost", "wei"), true},
		"stop, skipped":      {skipped, true},
		"stop, the last one": {last, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, c.flow)
			b.org.People["ghost"] = core.Person{Name: "ghost", Email: "ghost@example.com"}
			b.platform.setFail(func(method, about string) error {
				if about == "CGONE" {
					return &core.Error{Op: "fake", Kind: core.NotFound, Detail: "channel_not_found"}
				}
				return nil
			})
			b.start()
			r := b.file("Ledger", time.Time{})
			want, told := engine.Finished, []string{"second"}
			if !c.goesOn {
				want, told = engine.Cancelled, nil
			}
			if got := b.endState(r.Key, "tell"); got != want {
				t.Errorf("the run is %s, want %s", got, want)
			}
			if got := toldDirectly(b.platform, "MEI"); !slices.Equal(got, told) {
				t.Errorf("mei got %q, want %q", got, told)
			}
			for _, e := range b.events(r.Key, engine.EventFailed) {
				if stops := e.Data["then"] == "stop"; stops == c.goesOn {
					t.Errorf("the trail says %v", e.Data)
				}
			}
			run, err := b.store.Load(b.ctx(), b.run(r.Key, "tell").ID)
			if err != nil || (run.Reason == "step_failed") == c.goesOn {
				t.Errorf("the reason is %q, %v", run.Reason, err)
			}
		})
	}
}

// With continue, a run goes on where it would be parked. If a call may have happened, it is
// parked all the same.
func TestContinueInsteadOfParking(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		then flow.OnError
		kind core.Kind
		open bool // the call may have happened
		want engine.RunState
	}{
		"without on_error":       {"", core.Unavailable, false, engine.Parked},
		"stop":                   {flow.Stop, core.Unavailable, false, engine.Parked},
		"continue":               {flow.Continue, core.Unavailable, false, engine.Finished},
		"continue, unknown":      {flow.Continue, core.Unknown, false, engine.Finished},
		"continue, perhaps done": {flow.Continue, core.Unavailable, true, engine.Parked},
		"continue, perhaps, odd": {flow.Continue, core.Unknown, true, engine.Parked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := setupOn(t, &fakeClock{}, inMemory(t), twoSteps(c.then, "wei"))
				b.platform.blind = c.open
				b.platform.setFail(func(method, about string) error {
					switch {
					case about != "DWEI":
						return nil
					case method == "post" && c.open:
						return &core.Error{Op: "fake", Kind: c.kind, Effect: core.Maybe}
					}
					return &core.Error{Op: "fake", Kind: c.kind, Effect: core.None}
				})
				stop := b.startEngine(b.engine)
				r := b.file("Ledger", time.Time{})
				time.Sleep(time.Hour)
				stop() // for most of the day in which it tries
				time.Sleep(21 * time.Hour)
				defer b.startEngine(b.newEngine(b.options))()
				for range 26 {
					if time.Sleep(time.Hour); !b.run(r.Key, "tell").State.Live() {
						break
					}
				}
				if got := b.run(r.Key, "tell").State; got != c.want {
					t.Errorf("the run is %s, want %s", got, c.want)
				}
				if told := len(toldDirectly(b.platform, "MEI")) > 0; told != (c.want == engine.Finished) {
					t.Errorf("mei is told: %v", told)
				}
			})
		})
	}
}
