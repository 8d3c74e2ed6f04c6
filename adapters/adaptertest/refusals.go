package adaptertest

import (
	"errors"
	"slices"
	"time"

	"riskroom/core"
)

// expectation is the error that an adapter must return for a fault in an action's
// first call that changes something.
type expectation struct {
	fault  FaultKind
	kind   core.Kind
	effect core.Effect
	wait   time.Duration // the error's RetryAfter
}

func expectations() []expectation {
	return []expectation{
		{fault: RateLimit, kind: core.RateLimited, effect: core.None, wait: 7 * time.Second},
		{fault: RateLimitBare, kind: core.RateLimited, effect: core.None},
		{fault: RateLimitBody, kind: core.RateLimited, effect: core.None},
		{fault: RateLimitGlobal, kind: core.RateLimited, effect: core.None, wait: 7 * time.Second},
		{fault: RateLimitPage, kind: core.RateLimited, effect: core.None},
		{fault: Forbidden, kind: core.Denied, effect: core.None},
		{fault: Revoked, kind: core.Unauthorized, effect: core.None},
		{fault: CutBefore, kind: core.Unavailable, effect: core.Maybe},
		{fault: CutAfter, kind: core.Unavailable, effect: core.Maybe},
		{fault: ErrorAfter, kind: core.Unavailable, effect: core.Maybe},
		{fault: GatewayBefore, kind: core.Unavailable, effect: core.Maybe},
		{fault: GatewayAfter, kind: core.Unavailable, effect: core.Maybe},
		{fault: EmptyFailure, kind: core.Unknown},
	}
}

// refusals check which kind of error each failure of a platform becomes.
func refusals() []scenario {
	var out []scenario
	for _, e := range expectations() {
		out = append(out, perAction(string(e.fault)+" is "+string(e.kind)+": ", func(r *rig, h Harness, a action) {
			struckFirst(r, h, a, e)
		})...)
	}
	return out
}

// firstWrite returns a fault for the first call that changes something.
func firstWrite(calls []APICall) (f Fault, ok bool) {
	i := slices.IndexFunc(calls, func(c APICall) bool { return c.Write })
	if i < 0 {
		return Fault{}, false
	}
	return Fault{Method: calls[i].Method, Nth: 1, Times: 1}, true
}

func struckFirst(r *rig, h Harness, a action, e expectation) {
	f, ok := firstWrite(undisturbed(r.t, h, a).calls)
	if !ok {
		r.t.Fatalf("the action changes nothing")
	}
	at := a.on(r)
	f.Kind, f.Wait = e.fault, e.wait
	if !r.world.Inject(f) {
		return
	}
	res, _ := r.start(a, at).try(Script{Crash: r.noRetry()}, nil)
	r.wantKind("failed at "+f.Method, res, e.kind)
	ours, ok := errors.AsType[*core.Error](res.err)
	if res.err != nil && (!ok || ours.Op == "") {
		r.t.Errorf("failed at %s: the error is no *core.Error or has no Op: %v", f.Method, res.err)
	}
	if passing(e.kind) && core.KindOf(res.err) != e.kind {
		r.t.Errorf("failed at %s: it returns %v, so nobody will try again", f.Method, res.err)
	}
	if res.err != nil && e.effect != "" && core.EffectOf(res.err) != e.effect {
		r.t.Errorf("failed at %s: the error's effect is %s, want %s", f.Method, core.EffectOf(res.err), e.effect)
	}
	if e.wait > 0 && core.RetryAfterOf(res.err) != e.wait {
		r.t.Errorf("failed at %s: it says to wait %v, want %v", f.Method, core.RetryAfterOf(res.err), e.wait)
	}
}

// noRetry checks that an adapter doesn't repeat a failed call: the caller decides
// what follows a failure.
func (r *rig) noRetry() func(Point, string) bool {
	before := 0
	return func(p Point, key string) bool {
		calls := r.world.Calls()
		if p == BeforeMake {
			before = len(calls)
			return false
		}
		made := calls[before:]
		if i := slices.IndexFunc(made, func(c APICall) bool { return c.Struck }); i >= 0 {
			if slices.ContainsFunc(made[i+1:], func(c APICall) bool { return c.Method == made[i].Method }) {
				r.t.Errorf("%s was called again for %s after it had failed", made[i].Method, key)
			}
		}
		return false
	}
}
