package engine_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store/storetest"
	"riskroom/core/text"
)

// bundle is an engine on an embedded store with one workspace, "acme". There, lin
// files risks, wei is the handler, mei the lead and boss the administrator.
type bundle struct {
	t        *testing.T
	clock    *fakeClock
	platform *fakePlatform
	store    engine.Store
	engine   *engine.Engine
	org      *core.Organisation
	options  engine.Options
	ops      int // how many ops perform has used
}

var (
	lin = core.Actor{Account: core.Account{Workspace: "acme", ID: "LIN"}, Name: "lin"}
	wei = core.Actor{Account: core.Account{Workspace: "acme", ID: "WEI"}, Name: "wei"}
	out = core.Actor{Account: core.Account{Workspace: "acme", ID: "OUT"}, Name: "out"}
)

func setup(t *testing.T, defs ...flow.Def) *bundle {
	t.Helper()
	clock := &fakeClock{}
	return setupOn(t, clock, storetest.Embedded(t, clock), defs...)
}

// setupOn returns a bundle on a given store.
func setupOn(t *testing.T, clock *fakeClock, s engine.Store, defs ...flow.Def) *bundle {
	t.Helper()
	b := &bundle{t: t, clock: clock, store: s}
	b.platform = newFake("acme", b.clock, "LIN", "WEI", "MEI", "BOSS", "OUT")
	b.org = &core.Organisation{
		Zone: time.UTC, Language: "en", DayStartsAt: 9 * time.Hour, Command: "/risk", KeyPrefix: "R",
		Workspaces: map[string]core.Workspace{"acme": {Name: "acme", Platform: "fake"}},
		People: map[string]core.Person{
			"lin": {Name: "lin", Email: "lin@example.com"}, "wei": {Name: "wei", Accounts: map[string]string{"acme": "WEI"}},
			"mei": {Name: "mei", Email: "mei@example.com"}, "boss": {Name: "boss", Email: "boss@example.com"},
		},
		Modules:      []core.Module{{Name: "Payments", Handlers: []core.Ref{"wei"}, Lead: "mei"}, {Name: "Web"}},
		Permissions:  core.Permissions{Administrators: []core.Ref{"boss"}, File: core.Audience{Everyone: true}, Read: core.Audience{Everyone: true}},
		AdminChannel: core.GroupRef{Workspace: "acme", ID: "CADMIN"},
	}
	words, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	b.options = engine.Options{
		Organisation: b.org, Flows: b.compile(defs...), Platforms: map[string]core.Platform{"acme": b.platform},
		Store: b.store, Text: words, Instance: "test", Clock: b.clock, Log: slog.New(slog.NewTextHandler(logTo(t), nil)),
		CallTimeout: 200 * time.Millisecond, Settle: 100 * time.Millisecond,
	}
	b.engine = b.newEngine(b.options)
	return b
}

// newEngine returns an engine that is not running.
func (b *bundle) newEngine(o engine.Options) *engine.Engine {
	b.t.Helper()
	e, err := engine.New(o)
	if err != nil {
		b.t.Fatal(err)
	}
	return e
}

func logTo(*testing.T) io.Writer {
	if os.Getenv("RISKROOM_TEST_LOG") != "" {
		return os.Stderr
	}
	return io.Discard
}

func (b *bundle) compile(defs ...flow.Def) []*flow.Flow {
	b.t.Helper()
	var flows []*flow.Flow
	for _, d := range defs {
		d.Zone, d.DayStartsAt = "UTC", "09:00"
		f, problems := flow.Compile(d)
		if f == nil {
			b.t.Fatalf("flow %s: %v", d.Name, problems)
		}
		flows = append(flows, f)
	}
	return flows
}

// start runs the engine until the test ends.
func (b *bundle) start() {
	b.t.Helper()
	b.startEngine(b.engine)
}

func (b *bundle) startEngine(e *engine.Engine) (stop func()) {
	b.t.Helper()
	return b.startIn(&process{steps: -1}, e)
}

// startIn runs an engine in l, which may be killed before it has started.
func (b *bundle) startIn(l *process, e *engine.Engine) (stop func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil && !l.dead() {
			b.t.Errorf("engine: %v", err)
		}
	}
	b.t.Cleanup(stop)
	return stop
}

// file files a risk of module Payments as lin.
func (b *bundle) file(title string, discovered time.Time) core.Risk {
	b.t.Helper()
	f, err := b.engine.File(b.ctx(), "op-"+title, lin, engine.Draft{Title: title, Module: "Payments", DiscoveredAt: discovered})
	if err != nil {
		b.t.Fatal(err)
	}
	return f.Risk
}

func (b *bundle) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	b.t.Cleanup(cancel)
	return ctx
}

// eventually waits until ok holds.
func (b *bundle) eventually(what string, ok func() bool) {
	b.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	b.t.Fatalf("never: %s", what)
}

// jump moves the clock to t and stops at every timer on the way, like the demo.
func (b *bundle) jump(t time.Time) {
	b.t.Helper()
	ctx := b.ctx()
	for {
		if err := b.engine.Pause(ctx); err != nil {
			b.t.Fatal(err)
		}
		_, next, err := b.store.Counts(ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		if next.IsZero() || next.After(t) {
			b.clock.set(t)
			b.engine.Resume()
			return
		}
		if next.After(b.clock.Now()) {
			b.clock.set(next)
		}
		b.engine.Resume()
		b.eventually("due runs act", func() bool {
			_, again, err := b.store.Counts(ctx)
			return err == nil && (again.IsZero() || again.After(b.clock.Now()))
		})
	}
}

// run returns the summary of a flow's newest run on a risk.
func (b *bundle) run(key core.RiskKey, name string) engine.RunSummary {
	b.t.Helper()
	rec, err := b.store.Get(b.ctx(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	var found engine.RunSummary
	for _, r := range rec.Runs {
		if r.ID.Flow == name {
			found = r
		}
	}
	return found
}

func (b *bundle) hasEvent(key core.RiskKey, kind string) bool {
	b.t.Helper()
	trail, err := b.store.Trail(b.ctx(), key, "", 200)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range trail {
		if e.Kind == kind {
			return true
		}
	}
	return false
}
