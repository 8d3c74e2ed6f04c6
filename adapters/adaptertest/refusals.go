package adaptertest

import (
	"errors"
	"slices"
	"time"

	"riskroom/core"
)

// expectation is what an adapter makes of a fault that strikes the first call
// by which an action changes something.
type expectation struct {
	fault  FaultKind
	kind   core.Kind
	effect core.Effect
	wait   time.Duration // that the error has to pass on
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

// refusals are the kinds of error that a platform's failures become.
func refusals() []scenario {
	var out []scenario
	for _, e := range expectations() {
		out = append(out, perAction(string(e.fault)+" is "+string(e.kind)+": ", func(r *rig, h Harness, a action) {
			struckFirst(r, h, a, e)
		})...)
	}
	return out
}

// firstWrite finds the first call of an action that changes something.
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
		r.t.Fatalf("it changes nothing")
	}
	at := a.on(r)
	f.Kind, f.Wait = e.fault, e.wait
	if !r.world.Inject(f) {
		return
	}
	res, _ := r.start(a, at).try(Script{Crash: r.noRetry()}, nil)
	r.wantKind("struck at "+f.Method, res, e.kind)
	ours, ok := errors.AsType[*core.Error](res.err)
	if res.err != nil && (!ok || ours.Op == "") {
		r.t.Errorf("struck at %s it returns an error that is not one of ours or does not say what was tried: %v", f.Method, res.err)
	}
	if passing(e.kind) && core.KindOf(res.err) != e.kind {
		r.t.Errorf("struck at %s it returns %v: nobody will try again", f.Method, res.err)
	}
	if res.err != nil && e.effect != "" && core.EffectOf(res.err) != e.effect {
		r.t.Errorf("struck at %s the effect is said to be %s, want %s", f.Method, core.EffectOf(res.err), e.effect)
	}
	if e.wait > 0 && core.RetryAfterOf(res.err) != e.wait {
		r.t.Errorf("struck at %s it says to wait %v, want %v", f.Method, core.RetryAfterOf(res.err), e.wait)
	}
}

// noRetry watches that no call is made again after it was struck: what follows
// from a failure is decided by the caller.
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
