package adaptertest

import (
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
)

// truth checks that the capabilities match what the adapter does.
func truth() []scenario {
	out := []scenario{
		{"are constant", nil, func(r *rig, _ Harness) {
			n := len(r.world.Calls())
			if diff := cmp.Diff(r.world.Platform().Capabilities(), r.world.Platform().Capabilities()); diff != "" {
				r.t.Errorf("two calls differ:\n%s", diff)
			}
			if calls := r.world.Calls()[n:]; len(calls) > 0 {
				r.t.Errorf("Capabilities makes API calls:\n%s", trace(calls))
			}
		}},
		{"say why and how much", nil, func(r *rig, _ Harness) { wellFormed(r) }},
		{"declare every call with its policy", nil, func(r *rig, _ Harness) { declaredPolicies(r) }},
	}
	out = append(out, perAction("declare every write of: ", everyWriteDeclared)...)
	out = append(out, perAction("are kept within the rate budget by: ", everyCallCosts)...)
	return append(out, unsupported()...)
}

// wellFormed checks the abilities and limits as data.
func wellFormed(r *rig) {
	check := func(what string, a core.Ability) {
		if known := a.Support == core.Native || a.Support == core.Emulated || a.Support == core.Lacking; !known {
			r.t.Errorf("the support for %s is %q", what, a.Support)
		}
		if a.Support != core.Native && a.Why == "" {
			r.t.Errorf("the support for %s is %s without a reason", what, a.Support)
		}
	}
	c := r.can
	check("direct messages", c.Direct)
	check("editing", c.Edit)
	check("deleting groups", c.Delete)
	for _, g := range []core.GroupType{core.Ordinary, core.Topic, core.Item} {
		if a, ok := c.Groups[g]; ok {
			check("the group type "+string(g), a)
		}
	}
	for part, a := range c.Set {
		check("setting the "+string(part), a)
	}
	l := c.Limits
	if c.Platform == "" || min(l.GroupName, l.Topic, l.Purpose, l.MessageText, l.ButtonLabel, l.GroupMembers) <= 0 {
		r.t.Errorf("the platform's name is %q and its limits are %+v", c.Platform, l)
	}
}

func declaredPolicies(r *rig) {
	for _, p := range r.can.Calls {
		if p.Key == "" || strings.Contains(p.Key, ":") || p.Method == "" || p.How == "" {
			r.t.Errorf("%+v needs a Key without content, a Method and a How", p)
		}
		if (p.Risk != "") != (p.Unsure == core.Resend || p.Unsure == core.Park) {
			r.t.Errorf("%s: the risk is %q and the policy %q", p.Key, p.Risk, p.Unsure)
		}
	}
}

func everyWriteDeclared(r *rig, _ Harness, a action) {
	at := a.on(r)
	n := len(r.world.Calls())
	_, u := r.perform(a, at)
	for _, c := range r.world.Calls()[n:] {
		if c.Write && !slices.ContainsFunc(r.can.Calls, func(p core.CallPolicy) bool { return p.Method == c.Method }) {
			r.t.Errorf("the call %s is not declared", c.Method)
		}
		if c.Effect && !c.Write {
			r.t.Errorf("the call %s changed something although Write is false", c.Method)
		}
	}
	for _, key := range u.journal.Keys() {
		kind, _, _ := strings.Cut(key, ":")
		if !slices.ContainsFunc(r.can.Calls, func(p core.CallPolicy) bool { return p.Key == kind }) {
			r.t.Errorf("the key %s is not declared", kind)
		}
	}
}

// everyCallCosts checks that each call draws on the rate budget of its workspace.
func everyCallCosts(r *rig, _ Harness, a action) {
	at := a.on(r)
	drawn := 0
	u := r.start(a, at)
	res, _ := u.try(Script{Wait: func(cost []core.Bucket) time.Duration {
		drawn++
		if len(cost) == 0 {
			r.t.Errorf("call %d draws on nothing", drawn)
		}
		for _, b := range cost {
			if b.Workspace != r.cast.Workspace || b.Name == "" || b.N < 0 || b.N > 0 && b.Window <= 0 {
				r.t.Errorf("call %d draws on %+v", drawn, b)
			}
		}
		return 0
	}}, nil)
	if res.err != nil || drawn == 0 {
		r.t.Errorf("%d calls drew on the budget: %v", drawn, res.err)
	}
}

// unsupported checks that an unsupported action returns Unsupported and has no
// effect.
func unsupported() []scenario {
	supports := func(a action) func(core.Capabilities) bool {
		return func(c core.Capabilities) bool { return !a.lacking(c) }
	}
	var out []scenario
	for _, a := range actions() {
		if a.name == badgeKept().name || a.name == badgedAgain().name || a.name == reopen().name {
			continue // they lack the group to act on
		}
		out = append(out, scenario{"what is unsupported is answered so: " + a.name, supports(a), func(r *rig, _ Harness) {
			if a.prepare != nil && lacksGroups(r.can) {
				return // there is nothing to act on
			}
			at := place{}
			if a.prepare != nil {
				at = aGroup(r)
				at.message = r.cast.Missing(at.group.Ref)
			}
			n := len(r.world.Calls())
			res, _ := r.start(a, at).try(Script{}, nil)
			r.wantKind(a.name, res, core.Unsupported)
			if r.effectsSince(n) > 0 {
				r.t.Errorf("it made these calls:\n%s", trace(r.world.Calls()[n:]))
			}
		}})
	}
	return out
}
