package adaptertest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
)

// reentrance checks that the same Once leads to one effect, wherever an earlier try
// stopped.
func reentrance() []scenario {
	return slices.Concat(
		perAction("every write goes through Once: ", writesGoThroughOnce),
		perAction("a step that is done is not done again: ", doneIsDone),
		perAction("from every recorded key on: ", fromEveryKey),
		perAction("a cancelled run only resolves its intents: ", onlyResolved),
		perAction("nothing happens after the context ended: ", nothingAfterTheContext),
		perAction("nobody reads an op: ", showsNoOp),
		anyOrder(),
		laterStays(),
		resumedAfterOthers(),
		[]scenario{{"many actions at once", nil, func(r *rig, _ Harness) { atOnce(r) }}},
	)
}

func writesGoThroughOnce(r *rig, _ Harness, a action) {
	at := a.on(r)
	n := len(r.world.Calls())
	keys, watch := r.keysOfCalls(n)
	u := r.start(a, at)
	if res, _ := u.try(Script{Crash: watch}, nil); res.err != nil {
		r.t.Fatalf("undisturbed: %v", res.err)
	}
	calls := r.world.Calls()[n:]
	for i, key := range keys(len(calls)) {
		if calls[i].Write && key == "" {
			r.t.Errorf("%s was called outside of Make", calls[i].Method)
		}
	}
}

func doneIsDone(r *rig, _ Harness, a action) {
	at := a.on(r)
	first, u := r.perform(a, at)
	n := len(r.world.Calls())
	again, _ := u.try(Script{}, nil)
	if r.effectsSince(n) > 0 {
		r.t.Errorf("a second try with the same Once made these calls:\n%s", trace(r.world.Calls()[n:]))
	}
	if diff := cmp.Diff(first, again, cmp.AllowUnexported(result{})); diff != "" {
		r.t.Errorf("a second try with the same Once returned something else (-first +again):\n%s", diff)
	}
}

// fromEveryKey refuses each key of an action in turn, lets the rest through, and
// compares with a run without refusals.
func fromEveryKey(r *rig, h Harness, a action) {
	base := undisturbed(r.t, h, a)
	_, whole := r.perform(a, a.on(r))
	for _, key := range whole.journal.Keys() {
		x := newRig(r.t, h)
		u := x.start(a, a.on(x))
		x.refuseAt(u, key)
		res, converged := u.retry(result{err: core.Stop(&core.Error{Op: "refused", Kind: core.Unavailable})}, false)
		if !converged || res.err != nil {
			r.t.Errorf("refused at %s: it ends with %v", key, res.err)
			continue
		}
		if diff := cmp.Diff(base.state, plain(x.world.State())); diff != "" {
			r.t.Errorf("refused at %s: it ends in another state (-undisturbed +now):\n%s", key, diff)
		}
		if problem := u.wrong(res, base); problem != "" {
			r.t.Errorf("refused at %s: %s", key, problem)
		}
	}
}

// refuseAt makes a try whose Once refuses one key. The refusal must end the try.
func (r *rig) refuseAt(u *run, key string) {
	r.t.Helper()
	refusal := core.Stop(&core.Error{Op: "once: " + key, Kind: core.RateLimited, RetryAfter: lull})
	refused, calls, later := false, 0, ""
	res, _ := u.try(Script{Refuse: func(k string) error {
		switch {
		case refused:
			later = k
			return refusal
		case k == key:
			refused, calls = true, len(r.world.Calls())
			return refusal
		}
		return nil
	}}, nil)
	if !refused {
		return
	}
	if res.err != refusal { // not errors.Is: it must be returned unchanged
		r.t.Errorf("refused at %s: it returns %v, not the refusal itself", key, res.err)
	}
	if later != "" || r.effectsSince(calls) > 0 {
		r.t.Errorf("refused at %s: it goes on with %q and these calls:\n%s", key, later, trace(r.world.Calls()[calls:]))
	}
}

// onlyResolved crashes the process after the first call and cancels the run. After
// that, intents may be resolved, but no call may be made.
func onlyResolved(r *rig, _ Harness, a action) {
	at := a.on(r)
	n := len(r.world.Calls())
	u := r.start(a, at)
	_, once := u.try(Script{Crash: func(p Point, _ string) bool { return p == AfterMake }}, nil)
	if !once.Crashed() {
		r.t.Fatalf("nothing went through Once")
	}
	u.journal.Cancel()
	before := r.effectsSince(n)
	res, converged := u.retry(result{}, true)
	if after := r.effectsSince(n); after != before {
		r.t.Errorf("%d more effects after the run was cancelled:\n%s", after-before, trace(r.world.Calls()[n:]))
	}
	if !converged || len(u.journal.Open()) > 0 {
		r.t.Errorf("it ends with %v and open intents %v", res.err, u.journal.Open())
	}
}

// nothingAfterTheContext cancels the context just before the first call, and then
// just before the last one.
func nothingAfterTheContext(r *rig, h Harness, a action) {
	_, whole := r.perform(a, a.on(r))
	keys := whole.journal.Keys()
	if len(keys) == 0 {
		r.t.Fatalf("nothing went through Once")
	}
	for _, key := range []string{keys[0], keys[len(keys)-1]} {
		x := newRig(r.t, h)
		u := x.start(a, a.on(x))
		ctx, cancel := context.WithCancel(u.ctx)
		u.ctx = ctx
		calls := -1
		res, _ := u.try(Script{Crash: func(p Point, k string) bool {
			if p == BeforeMake && k == key {
				cancel()
				calls = len(x.world.Calls())
			}
			return false
		}}, nil)
		cancel()
		if calls >= 0 && x.effectsSince(calls) > 0 {
			r.t.Errorf("the context ended before %s, and these calls followed:\n%s", key, trace(x.world.Calls()[calls:]))
		}
		if len(res.kinds()) == 0 {
			r.t.Errorf("the context ended before %s, and no failure is reported", key)
		}
	}
}

// showsNoOp checks that an op is nowhere in what people read.
func showsNoOp(r *rig, _ Harness, a action) {
	_, u := r.perform(a, a.on(r))
	shown := fmt.Sprintf("%+v", plain(r.world.State()))
	for _, key := range u.journal.Keys() {
		if op := u.journal.intent(key, &entry{}).Op; strings.Contains(shown, op) {
			r.t.Errorf("people read the op of %s: %s", key, shown)
		}
	}
}

// anyOrder checks that keys name people, not positions in a list: a try that gets
// the same people in another order continues where the previous one stopped.
func anyOrder() []scenario {
	forward := createGroup(core.Ordinary, func(r *rig, s *core.GroupSpec) { s.Members = r.cast.People[:4] })
	backward := createGroup(core.Ordinary, func(r *rig, s *core.GroupSpec) {
		p := r.cast.People
		s.Members = []core.Account{p[0], p[3], p[2], p[1]}
	})
	return []scenario{{"keys name people, not places in a list", forward.lacking, func(r *rig, h Harness) {
		_, whole := r.perform(forward, place{})
		for _, key := range whole.journal.Keys() {
			x := newRig(r.t, h)
			u := x.start(forward, place{})
			x.refuseAt(u, key)
			u.action = backward
			res, _ := u.retry(result{err: core.Stop(&core.Error{Op: "refused", Kind: core.Unavailable})}, false)
			if res.err != nil {
				r.t.Errorf("refused at %s: it ends with %v", key, res.err)
				continue
			}
			x.wantMembers(x.view(res.group.Ref), x.cast.People[:4]...)
		}
	}}}
}
