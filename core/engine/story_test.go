package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store/storetest"
)

// storyFlows returns the flows of the story: a message at once, a reminder after a
// day, a group after two.
func storyFlows() []flow.Def {
	pending := `status == "pending"`
	return []flow.Def{
		{Name: "tell", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
			{Action: &flow.SendMessageDef{To: []string{"handlers"}, Title: "New risk {{ .key }}: {{ .title }}", Card: "risk"}}}},
		{Name: "remind", Trigger: flow.TriggerDef{DateField: "discovered_at", After: "1d"}, If: pending, Steps: []flow.StepDef{
			{Action: &flow.SendMessageDef{To: []string{"handlers"}, Title: "{{ .key }} has waited a day"}}}},
		{Name: "gather", Trigger: flow.TriggerDef{DateField: "discovered_at", After: "2d"}, If: pending, Steps: []flow.StepDef{
			{Action: &flow.CreateGroupDef{ID: "room", Type: core.Item, Name: "{{ .title }}",
				Owner: []string{"handlers"}, Members: []string{"submitter", "handlers", "lead"}}},
			{Action: &flow.SendGroupMessageDef{Group: "room", Mention: []string{"handlers"}, Card: "risk"}}}},
	}
}

func TestStory(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()...)
	b.start()
	r := b.file("Ledger is off by one", time.Time{})
	if r.Key != "R-1" || !slices.Equal(r.Handlers, []core.Ref{"wei"}) {
		t.Fatalf("filed %s for %v, want R-1 for the module's handlers", r.Key, r.Handlers)
	}
	b.eventually("wei is notified", func() bool { return len(b.platform.postsIn("DWEI")) == 1 })

	b.jump(r.DiscoveredAt.AddDate(0, 0, 1).Add(-time.Second))
	if got := b.platform.postsIn("DWEI"); len(got) != 1 {
		t.Fatalf("%d messages before the day is over, want 1", len(got))
	}
	b.jump(r.DiscoveredAt.AddDate(0, 0, 1).Add(time.Second))
	got := b.platform.postsIn("DWEI")
	if len(got) != 2 || core.Text(got[1].Message.Text) != "R-1 has waited a day" {
		t.Fatalf("after a day: %+v", got)
	}

	b.jump(r.DiscoveredAt.AddDate(0, 0, 2).Add(time.Second))
	ids := b.platform.groupIDs()
	if len(ids) != 1 {
		t.Fatalf("groups %v, want one", ids)
	}
	var members []string
	b.platform.changeGroup(ids[0], func(g *fakeGroup) {
		for _, m := range g.Members {
			members = append(members, m.ID)
		}
		if g.Name != "Ledger is off by one-r-1" {
			t.Errorf("group is called %q", g.Name)
		}
	})
	if want := []string{"WEI", "LIN", "MEI"}; !slices.Equal(members, want) {
		t.Errorf("members %v, want %v: the owner first", members, want)
	}
	if n := len(b.platform.postsIn(ids[0])); n != 2 {
		t.Fatalf("%d messages in the group, want the badge and the card", n)
	}
	key, err := b.engine.RiskOf(b.ctx(), core.GroupRef{Workspace: "acme", ID: ids[0]})
	if err != nil || key != r.Key {
		t.Errorf("the group is bound to %q (%v), want %s", key, err, r.Key)
	}

	if _, err := b.engine.Do(b.ctx(), "op-resolve", wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "fixed"}); err != nil {
		t.Fatal(err)
	}
	b.eventually("every card shows the resolution", func() bool {
		for _, p := range append(b.platform.postsIn(ids[0]), b.platform.postsIn("DWEI")[0]) {
			if p.Message.Card == nil || p.Message.Card.Version != 2 || p.Edits != 1 {
				return false
			}
		}
		return true
	})
}

func TestRiskResolvedBeforeItsTimeIsSkipped(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()...)
	b.start()
	r := b.file("Soon over", time.Time{})
	if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved}); err != nil {
		t.Fatal(err)
	}
	b.jump(r.DiscoveredAt.AddDate(0, 0, 3))
	for _, name := range []string{"remind", "gather"} {
		if got := b.run(r.Key, name).State; got != engine.Skipped {
			t.Errorf("%s is %s, want skipped", name, got)
		}
	}
	if ids := b.platform.groupIDs(); len(ids) != 0 {
		t.Errorf("groups %v for a resolved risk", ids)
	}
}

func TestFilingTwiceWithOneOpFilesOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()...)
	d := engine.Draft{Title: "Once", Module: "Payments"}
	first, err := b.engine.File(b.ctx(), "op", lin, d)
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.engine.File(b.ctx(), "op", lin, d)
	if err != nil {
		t.Fatal(err)
	}
	if !second.Repeat || second.Risk.Key != first.Risk.Key {
		t.Errorf("second filing: %+v, want a repeat of %s", second, first.Risk.Key)
	}
	l, err := b.engine.List(b.ctx(), lin, engine.ListQuery{})
	if err != nil || l.Total != 1 {
		t.Errorf("%d risks (%v), want 1", l.Total, err)
	}
}

// A filing whose reply was lost is repeated with the same op, perhaps in another
// process.
func TestRepeatIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()...)
	b.file("Ledger", time.Time{})
	file := func(op string, d engine.Draft) engine.Filed {
		t.Helper()
		d.Module = "Payments"
		got, err := b.engine.File(b.ctx(), op, lin, d)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := file("op-Ledger", engine.Draft{Title: " ledger "}); !got.Repeat || got.Before != nil {
		t.Errorf("their own first try: %+v", got)
	}
	if got := file("another", engine.Draft{Title: " ledger "}); got.Before == nil || got.Before.Key != "R-1" || got.Risk.Key != "" {
		t.Errorf("the same title: %+v", got)
	}
	if got := file("another", engine.Draft{Title: "Ledger", Again: true}); got.Before != nil || got.Risk.Key != "R-2" {
		t.Errorf("the same title, filed anyway: %+v", got)
	}
	if got := file("another", engine.Draft{Title: "Ledger"}); !got.Repeat || got.Risk.Key != "R-2" {
		t.Errorf("a repeat of the one that was filed anyway: %+v", got)
	}
	if got := file("op-Ledger", engine.Draft{Title: "Ledger"}); !got.Repeat || got.Risk.Key != "R-1" {
		t.Errorf("the first, after another: %+v", got)
	}
	for _, key := range []core.RiskKey{"R-1", "R-2"} {
		if _, err := b.engine.Do(b.ctx(), "resolve "+string(key), lin, engine.ChangeStatus{Risk: key, To: core.Resolved}); err != nil {
			t.Fatal(err)
		}
	}
	if got := file("once more", engine.Draft{Title: "Ledger"}); got.Risk.Key != "R-3" {
		t.Errorf("after it was resolved: %+v", got)
	}
	title := "Invoices"
	if _, err := b.engine.Do(b.ctx(), "rename", boss, engine.Edit{Risk: "R-3", Patch: engine.Patch{Title: &title}}); err != nil {
		t.Fatal(err)
	}
	if got := file("under the old name", engine.Draft{Title: "Ledger"}); got.Risk.Key != "R-4" {
		t.Errorf("after it was renamed: %+v", got)
	}
	b.clock.set(b.clock.Now().Add(engine.AlikeWithin + time.Second))
	if got := file("much later", engine.Draft{Title: "Ledger"}); got.Risk.Key != "R-5" {
		t.Errorf("after a while: %+v", got)
	}
}

// Filing costs the same however many risks there are.
func TestFilingDoesNotSearch(t *testing.T) {
	t.Parallel()
	clock := &fakeClock{}
	s := &searches{Store: storetest.Embedded(t, clock)}
	b := setupOn(t, clock, s, storyFlows()...)
	b.file("Ledger", time.Time{})
	if n := s.n.Load(); n > 0 {
		t.Errorf("filing searches %d times", n)
	}
	if _, err := b.engine.List(b.ctx(), lin, engine.ListQuery{}); err != nil || s.n.Load() == 0 {
		t.Errorf("a list searches %d times: %v", s.n.Load(), err)
	}
}

// searches counts the searches.
type searches struct {
	engine.Store
	n atomic.Int64
}

func (s *searches) Find(ctx context.Context, q engine.Query) (engine.Found, error) {
	s.n.Add(1)
	return s.Store.Find(ctx, q)
}

// Commands with the same title that arrive together, as after an outage, are asked
// about like those that arrive one by one.
func TestConcurrentDuplicatesFileOne(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()...)
	var filed atomic.Int64
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for {
				got, err := b.engine.File(b.ctx(), fmt.Sprint(i), lin, engine.Draft{Title: "Ledger", Module: "Payments"})
				switch {
				case core.KindOf(err) == core.Unavailable:
					continue // as bots do: the first is under way
				case err != nil:
					t.Error(err)
				case got.Before == nil:
					filed.Add(1)
				}
				return
			}
		})
	}
	all.Wait()
	l, err := b.engine.List(b.ctx(), lin, engine.ListQuery{})
	if err != nil || l.Total != 1 || filed.Load() != 1 {
		t.Errorf("%d risks (%v), %d commands reported theirs as filed", l.Total, err, filed.Load())
	}
}

func TestFlowsAlreadyDueWhenFiled(t *testing.T) {
	t.Parallel()
	defs := storyFlows()
	defs[2].IfAlreadyDue = "skip"
	b := setup(t, defs...)
	b.start()
	f, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{Title: "Old", Module: "Payments", DiscoveredAt: b.clock.Now().AddDate(0, 0, -5)})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Now, []string{"remind"}) || !slices.Equal(f.Missed, []string{"gather"}) {
		t.Errorf("now %v, missed %v", f.Now, f.Missed)
	}
	b.eventually("the reminder goes out at once", func() bool { return len(b.platform.postsIn("DWEI")) == 2 })
	if !b.hasEvent(f.Risk.Key, engine.EventMissed) {
		t.Error("the missed flow is not in the trail")
	}
}

// A title without a visible character is empty.
func TestInvisibleTitle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, title := range []string{"", " \t", "\u200b\u2060", "\u202e\u202c \ufeff"} {
		_, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{Title: title, Module: "Payments"})
		if ref, ok := errors.AsType[*core.Refusal](err); !ok || ref.Code != "title_empty" {
			t.Errorf("%q: %v, want title_empty", title, err)
		}
	}
	if _, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{Title: "\u200f\u05d0", Module: "Payments"}); err != nil {
		t.Errorf("a title with a direction mark: %v", err)
	}
}

func TestRefusalsNameEveryField(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{
		Title: "two\nlines", Module: "Nowhere", Severity: "awful", DiscoveredAt: b.clock.Now().Add(time.Hour), Handlers: []core.Ref{"nobody"},
	})
	ref, ok := errors.AsType[*core.Refusal](err)
	if !ok {
		t.Fatalf("got %v, want a refusal", err)
	}
	var codes []string
	for _, r := range ref.All() {
		codes = append(codes, r.Code+" "+r.Field)
	}
	want := []string{"one_line title", "module_unknown module", "severity_unknown severity", "discovered_future discovered_at", "handler_unknown handlers"}
	if !slices.Equal(codes, want) {
		t.Errorf("refused %q, want %q", codes, want)
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.org.Permissions.Read = core.Audience{Involved: true}
	r := b.file("Secret", time.Time{})
	if _, err := b.engine.Show(b.ctx(), wei, r.Key); err != nil {
		t.Errorf("a handler may read: %v", err)
	}
	_, hidden := b.engine.Show(b.ctx(), out, r.Key)
	_, absent := b.engine.Show(b.ctx(), out, "R-99")
	for _, err := range []error{hidden, absent} {
		if ref, ok := errors.AsType[*core.Refusal](err); !ok || ref.Code != "not_found" {
			t.Errorf("got %v, want what an unknown key gets", err)
		}
	}
	if l, err := b.engine.List(b.ctx(), out, engine.ListQuery{}); err != nil || l.Total != 0 {
		t.Errorf("an outsider lists %d (%v)", l.Total, err)
	}
	b.org.Permissions.Read = core.Audience{Everyone: true}
	_, err := b.engine.Do(b.ctx(), "op", out, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
	if ref, ok := errors.AsType[*core.Refusal](err); !ok || ref.Code != "may_not_change" {
		t.Errorf("got %v, want may_not_change", err)
	}
	b.platform.profiles["OUT"] = core.Profile{Account: out.Account, Guest: true}
	// A new engine, because profiles are cached.
	fresh := b.newEngine(b.options)
	if err := fresh.MayFile(b.ctx(), out); err == nil {
		t.Error("a guest files where everyone may")
	}
}

func TestStaleCardReturnsTheCurrentState(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.file("Pressed twice", time.Time{})
	if _, err := b.engine.Do(b.ctx(), "a", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress, Seen: 1}); err != nil {
		t.Fatal(err)
	}
	_, err := b.engine.Do(b.ctx(), "b", lin, engine.ChangeStatus{Risk: r.Key, To: core.Shelved, Note: "later", Seen: 1})
	ref, ok := errors.AsType[*core.Refusal](err)
	if !ok || ref.Code != "status_moved" || ref.Risk == nil || ref.Risk.Status != core.InProgress {
		t.Errorf("got %v, want the current state", err)
	}
	again, err := b.engine.Do(b.ctx(), "a", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress, Seen: 1})
	if err != nil || !again.Repeat || again.Risk.Status != core.InProgress {
		t.Errorf("the same press delivered twice: %v", err)
	}
}
