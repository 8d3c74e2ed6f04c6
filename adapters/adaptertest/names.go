package adaptertest

import (
	"fmt"
	"slices"
	"strings"

	"riskroom/core"
)

// scriptName is a name in letters that a platform may refuse or alter.
const scriptName = "账目差一分钱"

// names check groups whose names aren't ASCII. Whatever the platform makes of such a
// name, there is one group, and later attempts find it.
func names() []scenario {
	create := createGroup(core.Ordinary, func(_ *rig, s *core.GroupSpec) { s.Name = scriptName })
	rename := setGroup(core.PartName, func(*rig, place) core.GroupChange {
		return core.GroupChange{Name: new(scriptName), Suffix: "r-17"}
	})
	kept := scriptName + "-r-17"
	out := []scenario{
		{"letters of all scripts stay", create.lacking, func(r *rig, _ Harness) {
			r.perform(create, place{})
			r.wantNamed(kept)
		}},
		{"letters of all scripts stay in a new name", rename.lacking, func(r *rig, _ Harness) {
			r.perform(rename, rename.on(r))
			r.wantNamed(kept)
		}},
		{"the key appears once", create.lacking, func(r *rig, _ Harness) {
			r.perform(createGroup(core.Ordinary, func(_ *rig, s *core.GroupSpec) { s.Name = "R-17-" + scriptName }), place{})
			r.wantNamed(kept)
		}},
		{"a new name that the platform refuses", rename.lacking, func(r *rig, _ Harness) {
			at := rename.on(r)
			if r.world.Inject(Fault{Kind: RefuseName, Nth: 1, Times: Forever}) {
				r.perform(rename, at)
				r.wantNamed("r-17")
			}
		}},
	}
	for _, kind := range []FaultKind{AlterName, RefuseName} {
		for _, lost := range []bool{false, true} {
			name := fmt.Sprintf("a name that the platform meets with %s, answer lost: %v", kind, lost)
			out = append(out, scenario{name, create.lacking, func(r *rig, h Harness) { createNamed(r, create, kind, lost) }})
		}
	}
	return out
}

// createNamed creates a group whose name meets the fault. If lost is set, the answer is
// lost, and an hour passes.
func createNamed(r *rig, create action, kind FaultKind, lost bool) {
	i := slices.IndexFunc(r.can.Calls, func(c core.CallPolicy) bool { return c.Key == core.KeyCreate })
	method := r.can.Calls[i].Method
	if !r.world.Inject(Fault{Kind: kind, Method: method, Nth: 1, Times: Forever}) {
		return
	}
	u := r.start(create, place{})
	if lost {
		nth := map[FaultKind]int{AlterName: 1, RefuseName: 2}[kind]
		if !r.world.Inject(Fault{Kind: CutAfter, Method: method, Nth: nth, Times: 1}) {
			return
		}
	}
	res, _ := u.try(Script{}, nil)
	if lost {
		if len(u.journal.Open()) == 0 {
			r.t.Fatal("no intent is open")
		}
		r.clock.Advance(outage)
		res, _ = u.retry(res, false)
	}
	if res.err != nil || len(u.journal.Notes()) > 0 && !lost {
		r.t.Fatalf("%v, decisions %v", res.err, u.journal.Notes())
	}
	if got := r.wantNamed("r-17"); got.Ref != res.group.Ref || got.Name != res.group.Name {
		r.t.Errorf("it returned %v called %q, want %v called %q", res.group.Ref, res.group.Name, got.Ref, got.Name)
	}
}

// wantNamed returns the only group, which must have the name.
func (r *rig) wantNamed(name string) GroupView {
	r.t.Helper()
	groups := r.world.State().Groups
	if len(groups) != 1 || strings.TrimLeft(groups[0].Name, "-") != name {
		r.t.Fatalf("the groups are %v, want one named %q", groups, name)
	}
	return groups[0]
}
