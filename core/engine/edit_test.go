package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// ownFields returns a field of each part.
func ownFields() []core.Field {
	return []core.Field{
		{Key: "region", Type: core.TextField, Label: map[string]string{"en": "Region"}, Part: core.Reported, Required: true},
		{Key: "fix_by", Type: core.DateField, Label: map[string]string{"en": "Fix by"}, Part: core.Handling, Required: true},
	}
}

// editable files a risk of an organisation with own fields, due in ten days.
func editable(t *testing.T, flows ...flow.Def) (*bundle, core.Risk) {
	t.Helper()
	b := setup(t, flows...)
	b.org.Fields = ownFields()
	b.org.Modules[1].Handlers = []core.Ref{"mei"}
	f, err := b.engine.File(b.ctx(), "file", lin, engine.Draft{
		Title: "Ledger", Module: "Payments", DueAt: b.clock.Now().AddDate(0, 0, 10).UTC().Truncate(time.Hour),
		Fields: map[string]core.Value{"region": {Text: "EU"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, f.Risk
}

// code returns the code of a refusal, "" for none, or else the error.
func code(err error) string {
	if err == nil {
		return ""
	}
	if r, ok := errors.AsType[*core.Refusal](err); ok {
		return r.Code
	}
	return err.Error()
}

// perform performs an operation under an op of its own.
func (b *bundle) perform(by core.Actor, o engine.Operation) (engine.Outcome, error) {
	b.t.Helper()
	b.ops++
	return b.engine.Do(b.ctx(), fmt.Sprint("op", b.ops), by, o)
}

func (b *bundle) must(by core.Actor, o engine.Operation) engine.Outcome {
	b.t.Helper()
	out, err := b.perform(by, o)
	if err != nil {
		b.t.Fatalf("%+v: %v", o, err)
	}
	return out
}

func TestEditBothParts(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	due, fix := r.DueAt.AddDate(0, 0, 3), r.DueAt.AddDate(0, 0, 2)
	out := b.must(wei, engine.Edit{Risk: r.Key, Seen: r.Version, Patch: engine.Patch{
		Title: new(" Ledger is off "), Severity: new(core.High), DueAt: &due,
		Fields: map[string]core.Value{"fix_by": {Date: fix}},
	}})
	got := out.Risk
	if got.Title != "Ledger is off" || got.Severity != core.High || !got.DueAt.Equal(due) || !got.Fields["fix_by"].Date.Equal(fix) || got.Fields["region"].Text != "EU" {
		t.Errorf("the risk is %+v", got)
	}
	var changed []string
	for _, c := range out.Changes {
		changed = append(changed, c.Field)
		if got.Changed[c.Field] != 2 {
			t.Errorf("version %d changed %s", got.Changed[c.Field], c.Field)
		}
	}
	if want := []string{"title", "severity", "due_at", "fields.fix_by"}; !slices.Equal(changed, want) {
		t.Errorf("changed %v, want %v", changed, want)
	}
	e := b.events(r.Key, engine.EventEdited)
	if len(e) != 1 || e[0].Actor != wei || e[0].Data["from.title"] != "Ledger" || e[0].Data["to.title"] != "Ledger is off" || e[0].Data["from.fields.fix_by"] != "" {
		t.Errorf("the trail has %+v", e)
	}
	cleared := b.must(wei, engine.Edit{Risk: r.Key, Patch: engine.Patch{
		DueAt: new(time.Time{}), Fields: map[string]core.Value{"fix_by": {}}}}).Risk
	if _, left := cleared.Fields["fix_by"]; left || !cleared.DueAt.IsZero() {
		t.Errorf("cleared to %+v", cleared)
	}
}

func TestEditIsChecked(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	future, early := b.clock.Now().AddDate(0, 0, 5), r.DiscoveredAt.AddDate(0, 0, -1)
	for want, p := range map[string]engine.Patch{
		"title_empty":           {Title: new(" ")},
		"one_line":              {Title: new("a\nb")},
		"too_long":              {Description: new(strings.Repeat("x", core.MaxDescription+1))},
		"module_unknown":        {Module: new("Nothing")},
		"severity_unknown":      {Severity: new(core.Severity("bad"))},
		"discovered_future":     {DiscoveredAt: &future},
		"due_before_discovered": {DueAt: &early},
		"handler_unknown":       {Handlers: &[]core.Ref{"nobody"}},
		"field_required":        {Fields: map[string]core.Value{"region": {}}},
		"field_type":            {Fields: map[string]core.Value{"fix_by": {Text: "soon"}}},
		"field_unknown":         {Fields: map[string]core.Value{"colour": {Text: "red"}}},
		"nothing_changed":       {Title: new("Ledger"), Handlers: &[]core.Ref{"wei"}},
	} {
		if _, err := b.perform(wei, engine.Edit{Risk: r.Key, Patch: p}); code(err) != want {
			t.Errorf("%s: got %v", want, err)
		}
	}
	b.clock.set(r.DueAt.AddDate(0, 0, 2))
	late := engine.Patch{DiscoveredAt: new(r.DueAt.AddDate(0, 0, 1))}
	if _, err := b.perform(wei, engine.Edit{Risk: r.Key, Patch: late}); code(err) != "due_before_discovered" {
		t.Errorf("discovered after it is due: %v", err)
	}
	rec, err := b.store.Get(b.ctx(), r.Key)
	if err != nil || rec.Risk.Version != 1 {
		t.Errorf("version %d, %v", rec.Risk.Version, err)
	}
}

// Two people have a form of the same version open. A form submits every field.
func TestEditsMerge(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	form := func(title string, severity core.Severity) engine.Edit {
		return engine.Edit{Risk: r.Key, Seen: 1, Patch: engine.Patch{
			Title: &title, Severity: &severity, Handlers: &[]core.Ref{"wei"},
			DiscoveredAt: new(r.DiscoveredAt.Truncate(time.Minute)), // as forms show it
		}}
	}
	b.must(wei, form("Ledger is off", core.Medium))
	b.must(mei, engine.Assign{Risk: r.Key, To: []core.Ref{"mei"}})
	got := b.must(mei, form("Ledger", core.Critical)).Risk
	if got.Title != "Ledger is off" || got.Severity != core.Critical || !slices.Equal(got.Handlers, []core.Ref{"mei"}) || !got.DiscoveredAt.Equal(r.DiscoveredAt) {
		t.Errorf("merged to %+v", got)
	}
	_, err := b.perform(boss, form("Ledger is wrong", core.Low))
	refusal, ok := errors.AsType[*core.Refusal](err)
	if !ok || refusal.Kind != core.Conflict || refusal.Risk == nil || refusal.Risk.Version != got.Version || len(refusal.All()) != 2 {
		t.Fatalf("got %+v", err)
	}
	for i, want := range []string{"severity Low Critical", "title Ledger is wrong Ledger is off"} {
		c := refusal.All()[i]
		if s := fmt.Sprint(c.Field, " ", c.Args["Mine"], " ", c.Args["Theirs"]); c.Code != "field_moved" || s != want {
			t.Errorf("refusal %s: %q, want %q", c.Code, s, want)
		}
	}
	if want := []string{"handlers"}; !slices.Equal(refusal.Left, want) {
		t.Errorf("left %v as they were, want %v", refusal.Left, want)
	}
	again := form("Ledger is wrong", core.Low)
	again.Patch.Handlers = nil // as it isn't typed
	again.Seen = refusal.Risk.Version
	if got := b.must(boss, again).Risk; got.Title != "Ledger is wrong" || got.Severity != core.Low {
		t.Errorf("submitted again: %+v", got)
	}
}

// Some forms show times to the minute, and some submit them to the second.
func TestUntouchedTimeIsUnchanged(t *testing.T) {
	t.Parallel()
	for _, precision := range []time.Duration{time.Minute, time.Second} {
		b, r := editable(t)
		due := r.DueAt.Add(-90*time.Minute + 42*time.Second + 123*time.Millisecond)
		b.must(wei, engine.Edit{Risk: r.Key, Patch: engine.Patch{DueAt: &due}})
		got := b.must(wei, engine.Edit{Risk: r.Key, Seen: 2, Patch: engine.Patch{
			Title: new("Ledger is off"), DueAt: new(due.Truncate(precision)),
		}})
		if len(got.Changes) != 1 || !got.Risk.DueAt.Equal(due) {
			t.Errorf("submitted to the %v: %+v", precision, got.Changes)
		}
	}
}

// Whatever two people do with forms of the same version, each field ends up as one of
// them typed it or, if neither changed it, as it was; only the same field conflicts.
func TestAnyTwoEditsMerge(t *testing.T) {
	t.Parallel()
	b, _ := editable(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		f, err := b.engine.File(b.ctx(), fmt.Sprint("file", n), lin, engine.Draft{
			Title: "a", Module: "Payments", Description: "a", Again: true, Fields: map[string]core.Value{"region": {Text: "a"}}})
		if err != nil {
			rt.Fatal(err)
		}
		fields := []string{"title", "description", "fields.region"}
		form := func(who string) (engine.Edit, map[string]string) {
			typed := map[string]string{}
			for _, field := range fields {
				typed[field] = rapid.SampledFrom([]string{"a", "a", "b", who}).Draw(rt, who+" "+field)
			}
			return engine.Edit{Risk: f.Risk.Key, Seen: 1, Patch: engine.Patch{
				Title: new(typed["title"]), Description: new(typed["description"]),
				Fields: map[string]core.Value{"region": {Text: typed["fields.region"]}}}}, typed
		}
		one, first := form("x")
		two, second := form("y")
		_, err1 := b.perform(wei, one)
		_, err2 := b.perform(mei, two)
		clash := false
		for _, field := range fields {
			clash = clash || first[field] != "a" && second[field] != "a" && first[field] != second[field]
		}
		rec, err := b.store.Get(b.ctx(), f.Risk.Key)
		if err != nil {
			rt.Fatal(err)
		}
		if clash != (code(err2) == "field_moved") || code(err1) != "" && code(err1) != "nothing_changed" {
			rt.Fatalf("%v and %v: %v and %v", first, second, err1, err2)
		}
		for _, field := range fields {
			want := first[field]
			if !clash && want == "a" {
				want = second[field]
			}
			if got := rec.Risk.Value(field).Text; got != want {
				rt.Fatalf("%v and %v: %s is %q, want %q", first, second, field, got, want)
			}
		}
	})
}

// Another module brings its handlers, unless somebody chose others.
func TestEditOfTheModule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, patch, want []core.Ref
	}{
		"as they were":        {nil, nil, []core.Ref{"mei"}},
		"as the form showed":  {nil, []core.Ref{"wei"}, []core.Ref{"mei"}},
		"others in the form":  {nil, []core.Ref{"boss"}, []core.Ref{"boss"}},
		"others were handled": {[]core.Ref{"boss"}, nil, []core.Ref{"boss"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, r := editable(t)
			if c.before != nil {
				b.must(mei, engine.Assign{Risk: r.Key, To: c.before})
			}
			p := engine.Patch{Module: new("Web")}
			if c.patch != nil {
				p.Handlers = &c.patch
			}
			if got := b.must(mei, engine.Edit{Risk: r.Key, Patch: p}).Risk; got.Module != "Web" || !slices.Equal(got.Handlers, c.want) {
				t.Errorf("%s is handled by %v, want %v", got.Module, got.Handlers, c.want)
			}
		})
	}
}

// The outcome says which timers moved, and so does a repeat.
func TestEditMovesTimers(t *testing.T) {
	t.Parallel()
	late := func(name, do string) flow.Def {
		return flow.Def{Name: name, Trigger: flow.TriggerDef{DateField: "due_at", After: "1d"}, If: `status == "pending"`, IfAlreadyDue: do,
			Steps: []flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"handlers"}, Title: "late"}}}}
	}
	b, r := editable(t, late("late", "run"), late("late-once", "skip"))
	day := func(n int) time.Time { return r.DueAt.AddDate(0, 0, n) }
	edit := func(op string, due time.Time) []engine.MovedTimer {
		t.Helper()
		e := engine.Edit{Risk: r.Key, Patch: engine.Patch{DueAt: &due}}
		out, err := b.engine.Do(b.ctx(), op, wei, e)
		again, err2 := b.engine.Do(b.ctx(), op, wei, e)
		if err != nil || err2 != nil || !again.Repeat || fmt.Sprint(again.Moved, again.Changes) != fmt.Sprint(out.Moved, out.Changes) {
			t.Fatalf("%v, %v: a repeat answers %+v, not %+v", err, err2, again, out)
		}
		return out.Moved
	}
	for _, c := range []struct {
		op   string
		due  time.Time
		want engine.MovedTimer // of late
	}{
		{"later", day(2), engine.MovedTimer{From: day(1), To: day(3)}},
		{"none", time.Time{}, engine.MovedTimer{From: day(3)}},
		{"some", day(3), engine.MovedTimer{To: day(4)}},
	} {
		for _, got := range edit(c.op, c.due) {
			if !got.From.Equal(c.want.From) || !got.To.Equal(c.want.To) || got.Now || got.Missed {
				t.Errorf("%s: %+v, want %+v", c.op, got, c.want)
			}
		}
	}
	b.clock.set(day(2))
	discovered := engine.Edit{Risk: r.Key, Patch: engine.Patch{DueAt: new(day(0))}}
	got := b.must(wei, discovered).Moved
	if len(got) != 2 || !got[0].Now || got[0].Missed || !got[1].Missed || got[1].Now || !got[0].From.Equal(day(4)) {
		t.Errorf("already due: %+v", got)
	}
}
