package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// mortalStore is a store whose process is killed when it changes the record of a group in
// some way: before the change, or after it.
type mortalStore struct {
	killableStore
	when  func(engine.GroupUpdate) bool
	after bool
	die   func() // closes a channel once
}

func (s mortalStore) ChangeGroup(ctx context.Context, u engine.GroupUpdate) error {
	if !s.when(u) {
		return s.Store.ChangeGroup(ctx, u)
	}
	if s.after {
		if err := s.Store.ChangeGroup(ctx, u); err != nil {
			return err
		}
	}
	s.kill()
	s.die()
	return &core.Error{Op: "killed", Kind: core.Unavailable}
}

// killedWhen runs do with an engine that is killed at a change of a group's record, and then
// starts another.
func (b *bundle) killedWhen(when func(engine.GroupUpdate) bool, after bool, do func()) (stop func()) {
	b.t.Helper()
	dead := make(chan struct{})
	o := b.options
	o.Store = mortalStore{killableStore{b.store, &process{steps: -1}}, when, after, sync.OnceFunc(func() { close(dead) })}
	b.engine = b.newEngine(o)
	stop = b.startEngine(b.engine)
	do()
	<-dead
	stop()
	b.engine = b.newEngine(b.options)
	return b.startEngine(b.engine)
}

// If a worker is killed after it has ended a group and before it has recorded that, a sync
// doesn't take that for the deed of a person: nobody is told, and the trail has the end once.
func TestEndedBeforeItIsRecorded(t *testing.T) {
	t.Parallel()
	dissolve := flow.Def{Name: "dissolve", Trigger: flow.TriggerDef{On: "filed"}, If: `title == "Dissolve"`, Steps: []flow.StepDef{
		{Action: &flow.SetGroupDef{Group: "acme/C1", Operator: "wei", Dissolve: true}},
	}}
	gather := groupFlow(core.Item)
	gather.If = `title == "Ledger"`
	for name, end := range map[string]func(b *bundle) core.RiskKey{
		"the risk has been closed for long": func(b *bundle) core.RiskKey {
			r := b.file("Ledger", time.Now())
			time.Sleep(time.Minute)
			b.doThen("resolve", engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "done"})
			b.pass(47 * time.Hour)
			return r.Key
		},
		"a person dissolves it": func(b *bundle) core.RiskKey {
			r := b.file("Ledger", time.Now())
			time.Sleep(time.Minute)
			b.mustSet(engine.SetGroup{Group: core.GroupRef{Workspace: "acme", ID: "C1"}, Dissolve: true})
			return r.Key
		},
		"another risk's flow dissolves it": func(b *bundle) core.RiskKey {
			r := b.file("Ledger", time.Now())
			time.Sleep(time.Minute)
			b.file("Dissolve", time.Now())
			return r.Key
		},
		"a person ends a topic": func(b *bundle) core.RiskKey {
			g := b.open("open", engine.OpenTopic{Name: "Who rounds?"})
			time.Sleep(time.Minute)
			b.mustSet(engine.EndTopic{Group: g.Ref})
			return g.Key
		},
	} {
		for _, told := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", an event says so: ", told), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := setupClosing(t)
					b.options.Flows = b.compile(gather, dissolve)
					b.org.CloseAfter = 2
					b.platform.can.End = core.End{Leaves: true}
					ends := func(u engine.GroupUpdate) bool {
						return u.Group.Life == engine.GoneGroup || u.Group.State == core.Ended
					}
					var key core.RiskKey
					defer b.killedWhen(ends, false, func() { key = end(b) })()
					g := b.groups(key)[0]
					if g.State == core.Ended || g.Life == engine.GoneGroup {
						t.Fatalf("recorded is %+v", g)
					}
					b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) { f.Hidden = true })
					var err error
					if told {
						err = b.engine.Ended(t.Context(), g.Ref, core.Archived)
					} else {
						err = b.engine.Noticed(t.Context(), g.Ref)
					}
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(10 * time.Minute)
					b.checkEndedOnce(key)
				})
			})
		}
	}
}

// mustSet performs a GroupOperation as wei.
func (b *bundle) mustSet(o engine.GroupOperation) {
	b.t.Helper()
	if _, err := b.doGroup(wei, o); err != nil {
		b.t.Fatal(err)
	}
}

// checkEndedOnce checks that the only group of a key ended once, by riskroom.
func (b *bundle) checkEndedOnce(key core.RiskKey) {
	b.t.Helper()
	for _, where := range []string{"CADMIN", "DWEI"} {
		if got := b.notices(where); len(got) > 0 {
			b.t.Errorf("in %s is posted %q", where, got)
		}
	}
	g := b.groups(key)[0]
	if g.Type == core.Topic && (g.Ended == nil || g.Ended.By.Name != "wei") || g.Type == core.Item && g.Life != engine.GoneGroup || g.Ending != "" {
		b.t.Errorf("recorded is %+v", g)
	}
	if got := b.binding(key); got.State != engine.Free {
		b.t.Errorf("the binding is %+v", got)
	}
	ends := slices.DeleteFunc(b.events(key, engine.EventGroup), func(e engine.Event) bool {
		return e.Data["state"] == "" && e.Data["what"] != string(core.PartDissolve)
	})
	if len(ends) > 1 || len(ends) == 1 && ends[0].Data["state"] == string(core.Archived) {
		b.t.Errorf("the trail has %+v", ends)
	}
}
