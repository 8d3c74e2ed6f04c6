package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// process is one process that is killed after so many steps. A step is the time
// before or after a call to the store or the platform. A killed process makes no
// more calls and gets no more results.
type process struct {
	mu    sync.Mutex
	steps int // left; negative: never killed
}

func (l *process) killed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.steps > 0 {
		l.steps--
	}
	return l.steps == 0
}

// dead reports whether the process was killed.
func (l *process) dead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.steps == 0
}

// step makes a call, unless the process is killed before or after it.
func step[T any](l *process, call func() (T, error)) (T, error) {
	var none T
	dead := &core.Error{Op: "killed", Kind: core.Unavailable, Effect: core.Maybe}
	if l.killed() {
		return none, dead
	}
	got, err := call()
	if l.killed() {
		return none, dead
	}
	return got, err
}

// step does the same with a call that returns only an error.
func (l *process) step(call func() error) error {
	_, err := step(l, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

// killableStore is the store as a process sees it. Processes that share a store count as one,
// so a run isn't parked, however often they die in its calls.
type killableStore struct {
	engine.Store
	*process
}

func (s killableStore) Claim(ctx context.Context, file string, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	var next time.Time
	runs, err := step(s.process, func() (runs []engine.Run, err error) {
		runs, next, err = s.Store.Claim(ctx, file, limit, lease)
		return runs, err
	})
	return runs, next, err
}

func (s killableStore) Get(ctx context.Context, key core.RiskKey) (engine.Record, error) {
	return step(s.process, func() (engine.Record, error) { return s.Store.Get(ctx, key) })
}

func (s killableStore) Load(ctx context.Context, id engine.RunID) (engine.Run, error) {
	return step(s.process, func() (engine.Run, error) { return s.Store.Load(ctx, id) })
}

func (s killableStore) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	return step(s.process, func() (engine.Begun, error) { return s.Store.Begin(ctx, b) })
}

func (s killableStore) Close(ctx context.Context, c engine.Close) (engine.Wish, error) {
	return step(s.process, func() (engine.Wish, error) { return s.Store.Close(ctx, c) })
}

func (s killableStore) Complete(ctx context.Context, st engine.Complete) (engine.Completed, error) {
	return step(s.process, func() (engine.Completed, error) { return s.Store.Complete(ctx, st) })
}

func (s killableStore) Take(ctx context.Context, id, walk engine.RunID, e engine.Event) error {
	return s.step(func() error { return s.Store.Take(ctx, id, walk, e) })
}

func (s killableStore) Hold(ctx context.Context, l engine.Lease, until time.Time) (engine.Lease, error) {
	return step(s.process, func() (engine.Lease, error) { return s.Store.Hold(ctx, l, until) })
}

func (s killableStore) Live(ctx context.Context, risk core.RiskKey) ([]engine.RunSummary, error) {
	return step(s.process, func() ([]engine.RunSummary, error) { return s.Store.Live(ctx, risk) })
}

func (s killableStore) ReserveBinding(ctx context.Context, l engine.Lease) (engine.Binding, error) {
	return step(s.process, func() (engine.Binding, error) { return s.Store.ReserveBinding(ctx, l) })
}

func (s killableStore) Apply(ctx context.Context, c engine.Change) (engine.Applied, error) {
	return step(s.process, func() (engine.Applied, error) { return s.Store.Apply(ctx, c) })
}

func (s killableStore) Arm(ctx context.Context, risk core.RiskKey, timers []engine.TimerChange) error {
	return s.step(func() error { return s.Store.Arm(ctx, risk, timers) })
}

func (s killableStore) Realign(ctx context.Context, risk core.RiskKey, version int64, file string, timers []engine.TimerChange) error {
	return s.step(func() error { return s.Store.Realign(ctx, risk, version, file, timers) })
}

func (s killableStore) PutInForce(ctx context.Context, file string) (int64, error) {
	return step(s.process, func() (int64, error) { return s.Store.PutInForce(ctx, file) })
}

func (s killableStore) SetBinding(ctx context.Context, risk core.RiskKey, g core.GroupRef, to engine.BindingState, timers []engine.TimerChange, events []engine.Event) error {
	return s.step(func() error { return s.Store.SetBinding(ctx, risk, g, to, timers, events) })
}

func (s killableStore) BindAgain(ctx context.Context, a engine.BindingAgain) (engine.Binding, error) {
	return step(s.process, func() (engine.Binding, error) { return s.Store.BindAgain(ctx, a) })
}

func (s killableStore) ReportEnded(ctx context.Context, risk core.RiskKey, g core.GroupRef, how core.Ending, timers []engine.TimerChange) error {
	return s.step(func() error { return s.Store.ReportEnded(ctx, risk, g, how, timers) })
}

func (s killableStore) ChangeGroup(ctx context.Context, u engine.GroupUpdate) error {
	return s.step(func() error { return s.Store.ChangeGroup(ctx, u) })
}

func (s killableStore) GroupAt(ctx context.Context, g core.GroupRef) (engine.Group, error) {
	return step(s.process, func() (engine.Group, error) { return s.Store.GroupAt(ctx, g) })
}

// killablePlatform is a workspace as a process sees it.
type killablePlatform struct {
	*fakePlatform
	*process
}

func (p killablePlatform) SendMessage(ctx context.Context, once core.Once, to core.Account, m core.Message) (core.MessageRef, error) {
	return p.fakePlatform.SendMessage(ctx, killableOnce{once, p.process}, to, m)
}

func (p killablePlatform) SendGroupMessage(ctx context.Context, once core.Once, g core.GroupRef, m core.Message) (core.MessageRef, error) {
	return p.fakePlatform.SendGroupMessage(ctx, killableOnce{once, p.process}, g, m)
}

func (p killablePlatform) SendFile(ctx context.Context, once core.Once, g core.GroupRef, u core.Upload) error {
	return p.fakePlatform.SendFile(ctx, killableOnce{once, p.process}, g, u)
}

func (p killablePlatform) CreateGroup(ctx context.Context, once core.Once, spec core.GroupSpec) (core.Group, error) {
	return p.fakePlatform.CreateGroup(ctx, killableOnce{once, p.process}, spec)
}

func (p killablePlatform) SetGroup(ctx context.Context, once core.Once, g core.GroupRef, c core.GroupChange) (core.Report, error) {
	return p.fakePlatform.SetGroup(ctx, killableOnce{once, p.process}, g, c)
}

func (p killablePlatform) EditMessage(ctx context.Context, once core.Once, ref core.MessageRef, m core.Message) error {
	return p.fakePlatform.EditMessage(ctx, killableOnce{once, p.process}, ref, m)
}

type killableOnce struct {
	core.Once
	*process
}

func (o killableOnce) Do(ctx context.Context, c core.Call) (string, error) {
	make := c.Make
	c.Make = func(ctx context.Context, in core.Intent) (string, error) {
		return step(o.process, func() (string, error) { return make(ctx, in) })
	}
	return o.Once.Do(ctx, c)
}

// Processes die at any step or go on with another file, platforms fail in any way, and the
// risk changes at any moment. Whatever happens, everything is done once, and every run ends.
func TestAnySchedule(t *testing.T) {
	t.Parallel()
	withSeeds(t, 1, 40, anySchedule)
}

// withSeeds runs a test with n seeds, each on its own clock. With the race detector, it runs
// a fifth of them: it takes five times as long for each.
func withSeeds(t *testing.T, kind, n uint64, test func(*testing.T, *rand.Rand)) {
	t.Helper()
	if storetest.Raced || testing.Short() {
		n = (n + 4) / 5
	}
	if s := os.Getenv("RISKROOM_TEST_SEEDS"); s != "" {
		if _, err := fmt.Sscan(s, &n); err != nil {
			t.Fatal(err)
		}
	}
	for seed := range n {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, rand.New(rand.NewPCG(seed, kind))) })
		})
	}
}

// atSteps runs a test for each of the first n steps at which a process can be killed. With
// the race detector, it runs every sixth.
func atSteps(t *testing.T, n int, test func(t *testing.T, steps int)) {
	t.Helper()
	for steps := 1; steps <= n; steps++ {
		if storetest.Raced && steps%6 != 1 {
			continue
		}
		t.Run(fmt.Sprint(steps), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, steps) })
		})
	}
}

// inMemory returns a store in memory.
func inMemory(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.OpenEmbedded(t.Context(), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

// startProcess starts an engine in l.
func (b *bundle) startProcess(l *process) (stop func()) {
	b.t.Helper()
	return b.startIn(l, b.engineIn(l))
}

// engineIn returns an engine in l that is not running.
func (b *bundle) engineIn(l *process) *engine.Engine {
	b.t.Helper()
	o := b.options
	o.Store, o.Platforms = killableStore{b.store, l}, map[string]core.Platform{"acme": killablePlatform{b.platform, l}}
	return b.newEngine(o)
}

func anySchedule(t *testing.T, dice *rand.Rand) {
	tell, gather, rival := storyFlows()[0], storyFlows()[2], storyFlows()[2]
	rival.Name = "gather-too"
	for _, f := range []flow.Def{gather, rival} {
		f.Steps[0].Action.(*flow.CreateGroupDef).Topic = "first"
	}
	report := flow.Def{Name: "report", Trigger: flow.TriggerDef{On: "status"}, If: `by != submitter and note != ""`, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"mei"}, Title: "From {{ .from }} to {{ .to }}"}}}}
	detour := fallingBack([]string{"ghost"}, "item", "acme/COPS")
	detour.Name = "detour"
	defs := append(flowsOnOneGroup()[1:], gather, rival, report, detour, heldForAMinute(), waitingFlow("10s"), life("brief", core.Ordinary, "10s"))
	defs = append(defs, onGroups()...)
	b := setupOn(t, &fakeClock{}, inMemory(t), append(defs, tell)...)
	b.inIndia("OUT")
	b.org.People["ghost"] = core.Person{Name: "ghost", Email: "ghost@example.com"}
	b.engine = b.newEngine(b.options)
	b.platform.setFail(randomFailures(dice.IntN(4), dice.Uint64()))
	if err := b.engine.PutInForce(context.Background()); err != nil {
		t.Fatal(err)
	}
	r := b.fileWith("Unlucky", attached())
	reworded := tell
	reworded.Steps = slices.Clone(tell.Steps)
	reworded.Steps[0].Action = &flow.SendMessageDef{To: []string{"handlers"}, Title: "A risk: {{ .key }}", Card: "risk"}
	files := [][]*flow.Flow{b.options.Flows, b.compile(append(defs, reworded)...)}
	change := time.Duration(dice.IntN(3000)) * time.Millisecond
	todo := someWork(r, dice)
	for kills := 2; kills >= 0; kills-- {
		p := &process{steps: 1 + dice.IntN(80)}
		if kills == 0 {
			p.steps = -1
		}
		b.options.Flows = files[dice.IntN(len(files))]
		stop := b.startProcess(p)
		time.Sleep(change)
		if dice.IntN(2) == 0 {
			b.options.Flows = files[dice.IntN(len(files))]
			stop = b.reload(p, stop)
		}
		for i, o := range todo {
			if _, err := b.engine.Do(context.Background(), fmt.Sprint("op", i), wei, o); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(dice.IntN(2000)) * time.Millisecond)
		}
		todo = nil
		time.Sleep(time.Minute)
		stop()
	}
	b.checkFinalState(r.Key)
	b.checkNotes(r.Key)
	b.checkAnnouncements(r.Key)
	b.checkDetour()
	b.checkHeld(r.Key)
	b.checkFiles()
	b.checkWaited(r.Key)
	b.checkGroupEvents()
}

// reload has a process go on with the file that the bundle has now, unless it is killed
// before the file is in force. stop stops its present engine.
func (b *bundle) reload(p *process, stop func()) (stopNext func()) {
	b.t.Helper()
	next := b.engineIn(p)
	if err := next.PutInForce(context.Background()); err != nil {
		return stop
	}
	stopNext = b.startEngine(next)
	stop()
	return stopNext
}

// checkDetour checks that the message for somebody without an account went to one place, once.
func (b *bundle) checkDetour() {
	b.t.Helper()
	var got []string
	for _, p := range b.platform.posts {
		if strings.HasPrefix(core.Text(p.Message.Text), "For ghost, ") {
			got = append(got, p.Ref.Channel)
		}
	}
	if len(got) != 1 {
		b.t.Errorf("the message for ghost went to %q", got)
	}
}

// someWork returns what wei does to a risk: nothing, one thing or several.
func someWork(r core.Risk, dice *rand.Rand) []engine.Operation {
	all := []engine.Operation{
		engine.ChangeStatus{Risk: r.Key, To: core.InProgress, Note: "started"},
		engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "x"},
		engine.Edit{Risk: r.Key, Patch: engine.Patch{Severity: new(core.Critical), DueAt: new(r.DiscoveredAt.AddDate(0, 1, 0))}},
		engine.Assign{Risk: r.Key, To: []core.Ref{"mei"}, Add: true},
		engine.AddNote{Risk: r.Key, Text: "noted"},
	}
	dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:dice.IntN(4)]
}

// checkNotes checks that every run that posts a note posted it once.
func (b *bundle) checkNotes(key core.RiskKey) {
	b.t.Helper()
	finished := 0
	for _, e := range b.events(key, engine.EventEnded) {
		if strings.Contains(e.Run, "/"+engine.NoteFlow+"/") && e.Data["reason"] == "" {
			finished++
		}
	}
	posted := map[string]int{}
	for _, p := range b.platform.posts {
		if text := core.Text(p.Message.Text); strings.HasPrefix(text, "wei: ") {
			posted[text]++
		}
	}
	for text, n := range posted {
		if n != 1 {
			b.t.Errorf("%q was posted %d times", text, n)
		}
	}
	if len(posted) != finished {
		b.t.Errorf("%v were posted by %d runs", posted, finished)
	}
}

// checkAnnouncements checks that every change of the status was announced once.
func (b *bundle) checkAnnouncements(key core.RiskKey) {
	b.t.Helper()
	var got []string
	for _, text := range toldDirectly(b.platform, "MEI") {
		if strings.HasPrefix(text, "From ") {
			got = append(got, text)
		}
	}
	var want []string
	p := b.options.Text.In("en")
	for _, e := range b.events(key, engine.EventStatus) {
		want = append(want, "From "+p.Status(core.Status(e.Data["from"]))+" to "+p.Status(core.Status(e.Data["to"])))
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		b.t.Errorf("announced %q, want %q", got, want)
	}
}

// randomFailures returns a function that makes n calls fail, at random. People are always found:
// otherwise their own commands would fail.
func randomFailures(n int, seed uint64) func(string, string) error {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(seed, 2))
	return func(method, _ string) error {
		mu.Lock()
		defer mu.Unlock()
		if n == 0 || method == "find" || dice.IntN(3) > 0 {
			return nil
		}
		n--
		return &core.Error{Op: "fake", Kind: core.Unavailable, Effect: []core.Effect{core.None, core.Maybe}[dice.IntN(2)]}
	}
}

// checkFinalState checks what must hold whatever happened.
func (b *bundle) checkFinalState(key core.RiskKey) {
	t := b.t
	rec, err := b.store.Get(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rec.Runs {
		if r.State.Live() || r.State == engine.Parked {
			t.Errorf("%s is %s", r.ID, r.State)
		}
	}
	ops := map[string]bool{}
	for _, p := range b.platform.posts {
		if ops[p.Op] {
			t.Errorf("sent twice into %s", p.Ref.Channel)
		}
		ops[p.Op] = true
		if c := p.Message.Card; c != nil && c.Version != rec.Risk.Version {
			t.Errorf("a card in %s shows version %d of %d", p.Ref.Channel, c.Version, rec.Risk.Version)
		}
	}
	if n := len(b.platform.postsIn("DWEI")) - len(b.filesIn("DWEI")); n != 1 {
		t.Errorf("wei has %d messages", n)
	}
	made := slices.DeleteFunc(b.platform.groupIDs(), func(id string) bool { return b.platform.groups[id].Spec.Type == core.Ordinary })
	switch l := rec.Binding; {
	case len(made) == 0 && l.State == engine.Free:
	case len(made) == 1 && l.State == engine.Bound && l.Group.ID == made[0]:
	default:
		t.Errorf("groups %v, binding %+v", made, l)
	}
	if rec.Risk.Version == 1 && len(made) == 0 {
		t.Error("no group was created")
	}
	for _, id := range made {
		b.checkSharedGroup(rec.Risk, id)
	}
}

// checkSharedGroup checks what flowsOnOneGroup did in it.
func (b *bundle) checkSharedGroup(r core.Risk, id string) {
	b.t.Helper()
	n, topics := b.hellos(id), b.topics(id)
	if n > 1 || r.Version == 1 && n == 0 {
		b.t.Errorf("%d messages are in the group", n)
	}
	changed := slices.Index(topics, "second")
	if changed < 0 && r.Version == 1 || changed >= 0 && slices.Contains(topics[changed:], "first") {
		b.t.Errorf("its topics were %q", topics)
	}
}
