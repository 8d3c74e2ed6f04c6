package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

// handled returns the handlers of a risk after an operation.
func handled(out engine.Outcome) string {
	return core.Value{People: out.Risk.Handlers}.String()
}

func TestAssign(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	for _, c := range []struct {
		by        core.Actor
		do        engine.Assign
		want, how string
	}{
		{wei, engine.Assign{To: []core.Ref{"acme/OUT", "acme/OUT"}}, "acme/OUT", "assign"},
		{out, engine.Assign{To: []core.Ref{"lin"}, Add: true}, "acme/OUT, lin", "add"},
		{mei, engine.Assign{To: []core.Ref{"@oncall"}}, "acme:@oncall", "assign"},
		{mei, engine.Assign{Take: true}, "acme/MEI", "take"},
		{mei, engine.Assign{To: []core.Ref{"boss"}, Hand: true, Reason: " on leave "}, "boss", "hand"},
		{boss, engine.Assign{Module: true}, "wei", "assign"},
		{mei, engine.Assign{To: []core.Ref{"mei"}, Add: true}, "wei, mei", "add"},
		{mei, engine.Assign{Take: true}, "mei", "take"}, // as the risk named her
	} {
		c.do.Risk = r.Key
		out := b.must(c.by, c.do)
		if got := handled(out); got != c.want || out.Risk.Status != core.Pending || out.Risk.StatusBy != (core.Actor{}) {
			t.Errorf("%+v: %s, %+v", c.do, got, out.Risk)
		}
		e := b.events(r.Key, engine.EventAssigned)[0]
		if e.Actor != c.by || e.Data["how"] != c.how || e.Data["to"] != c.want || e.Data["reason"] != strings.TrimSpace(c.do.Reason) {
			t.Errorf("%+v: the trail has %+v", c.do, e)
		}
	}
}

func TestAssignIsChecked(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	b.platform.profiles["GST"] = core.Profile{Account: core.Account{Workspace: "acme", ID: "GST"}, Name: "gst", Guest: true}
	var crowd []core.Ref
	for i := range core.MaxHandlers {
		crowd = append(crowd, core.Ref(fmt.Sprint("acme/U", i)))
	}
	for want, do := range map[string]engine.Assign{
		"handler_unknown":   {To: []core.Ref{"@gone"}},
		"handler_guest":     {To: []core.Ref{"acme/GST"}},
		"handlers_empty":    {},
		"handlers_same":     {To: []core.Ref{"wei"}},
		"hand_reason":       {To: []core.Ref{"lin"}, Hand: true, Reason: " "},
		"too_long":          {To: []core.Ref{"lin"}, Reason: strings.Repeat("x", core.MaxNote+1)},
		"too_many_handlers": {To: crowd, Add: true},
	} {
		do.Risk = r.Key
		if _, err := b.perform(wei, do); code(err) != want {
			t.Errorf("%s: got %v", want, err)
		} else if r, ok := errors.AsType[*core.Refusal](err); want == "handler_unknown" && ok && r.Args["Handler"] != "@gone" {
			t.Errorf("it names %v, which nobody typed", r.Args["Handler"])
		}
	}
	b.org.People["gst"] = core.Person{Name: "gst", Accounts: map[string]string{"acme": "GST"}}
	if got := handled(b.must(wei, engine.Assign{Risk: r.Key, To: []core.Ref{"acme/GST"}})); got != "acme/GST" {
		t.Errorf("a guest whom the config names: %s", got)
	}
}

// A button carries the handlers that it showed: if they have changed, it asks.
func TestTakeAsks(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	b.must(wei, engine.AddNote{Risk: r.Key, Text: "another version"})
	take := engine.Assign{Risk: r.Key, Seen: 1, Take: true}
	b.must(mei, take)
	_, err := b.perform(boss, take)
	refusal, ok := errors.AsType[*core.Refusal](err)
	if !ok || refusal.Code != "handlers_moved" || refusal.Kind != core.Conflict || refusal.Args["Handlers"] != "mei" || refusal.Risk == nil {
		t.Fatalf("got %+v", err)
	}
	again := take
	again.Seen = refusal.Risk.Version
	anyway := take
	anyway.Anyway = true
	if got := handled(b.must(boss, anyway)); got != "acme/BOSS" {
		t.Errorf("taken anyway by %s", got)
	}
	if _, err := b.perform(mei, again); code(err) != "handlers_moved" {
		t.Errorf("taken again: %v", err)
	}
}

// Where only those involved may read, an operation names those who can since.
func TestWhoGainsAccess(t *testing.T) {
	t.Parallel()
	b, r := editable(t)
	b.org.Permissions.Read = core.Audience{Involved: true, Refs: []core.Ref{"boss"}}
	if _, err := b.engine.Show(b.ctx(), out, r.Key); code(err) != "not_found" {
		t.Fatalf("an outsider reads it: %v", err)
	}
	got := b.must(mei, engine.Assign{Risk: r.Key, To: []core.Ref{"acme/OUT", "lin", "boss", "mei"}}).Gained
	if !slices.Equal(got, []core.Ref{"acme/OUT"}) {
		t.Errorf("%v gained access", got)
	}
	if _, err := b.engine.Show(b.ctx(), out, r.Key); err != nil {
		t.Errorf("the new handler doesn't: %v", err)
	}
	got = b.must(mei, engine.Edit{Risk: r.Key, Patch: engine.Patch{Handlers: &[]core.Ref{"acme:@oncall"}}}).Gained
	if !slices.Equal(got, []core.Ref{"acme:@oncall"}) {
		t.Errorf("%v gained access, want the group with wei", got)
	}
}

// TestWhoMayWork checks who may edit, assign, take and annotate a risk.
func TestWhoMayWork(t *testing.T) {
	t.Parallel()
	actor := func(id string) core.Actor {
		return core.Actor{Account: core.Account{Workspace: "acme", ID: id}, Name: strings.ToLower(id)}
	}
	operations := map[string]func(core.Risk) engine.Operation{
		"edit": func(r core.Risk) engine.Operation {
			return engine.Edit{Risk: r.Key, Patch: engine.Patch{Title: new("x")}}
		},
		"own": func(r core.Risk) engine.Operation {
			return engine.Edit{Risk: r.Key, Patch: engine.Patch{Fields: map[string]core.Value{"region": {Text: "US"}}}}
		},
		"handle": func(r core.Risk) engine.Operation {
			return engine.Edit{Risk: r.Key, Patch: engine.Patch{Fields: map[string]core.Value{"fix_by": {Date: r.DueAt}}}}
		},
		"assign": func(r core.Risk) engine.Operation { return engine.Assign{Risk: r.Key, To: []core.Ref{"boss"}} },
		"hand": func(r core.Risk) engine.Operation {
			return engine.Assign{Risk: r.Key, To: []core.Ref{"boss"}, Hand: true, Reason: "x"}
		},
		"take": func(r core.Risk) engine.Operation { return engine.Assign{Risk: r.Key, Take: true} },
		"note": func(r core.Risk) engine.Operation { return engine.AddNote{Risk: r.Key, Text: "x"} },
		"status": func(r core.Risk) engine.Operation {
			return engine.ChangeStatus{Risk: r.Key, To: core.Shelved, Note: "x"}
		},
	}
	const all = "edit own handle assign hand take note status"
	// LIN is the submitter, HAN and GST (a guest) handlers, MEI the lead and WEI a handler
	// of the module.
	for who, may := range map[string][2]string{ // while it is pending and later
		"LIN": {"edit own assign hand take note status", "note status"}, "HAN": {all, all}, "MEI": {all, all}, "BOSS": {all, all},
		"WEI": {"take", "take"}, "OUT": {"", ""}, "GST": {"note status", "note status"}, "GSN": {all, all},
	} {
		for later, allowed := range may {
			t.Run(who+[]string{" pending", " in progress"}[later], func(t *testing.T) {
				t.Parallel()
				for name, operation := range operations {
					b, r := editable(t)
					for _, id := range []string{"HAN", "GST", "GSN"} {
						b.platform.profiles[id] = core.Profile{Account: actor(id).Account, Name: id, Guest: id != "HAN"}
					}
					f, err := b.engine.File(b.ctx(), "again", lin, engine.Draft{
						Title: "Ledger", Module: "Payments", Again: true, DueAt: r.DueAt, Fields: map[string]core.Value{"region": {Text: "EU"}},
						Handlers: []core.Ref{"acme/HAN", "acme/GST", "acme/GSN"}})
					if err != nil {
						t.Fatal(err)
					}
					b.org.Permissions.File.Refs = []core.Ref{"acme/GSN"}
					b.org.Permissions.Read.Involved = true
					if later == 1 {
						b.must(actor("HAN"), engine.ChangeStatus{Risk: f.Risk.Key, To: core.InProgress})
					}
					_, err = b.perform(actor(who), operation(f.Risk))
					if want := slices.Contains(strings.Fields(allowed), name); want != (err == nil) {
						t.Errorf("%s: %v", name, err)
					} else if r, refused := errors.AsType[*core.Refusal](err); !want && (!refused || r.Kind != core.Denied) {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
	}
}
