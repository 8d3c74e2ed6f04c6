package adaptertest

import (
	"fmt"
	"strings"
	"sync"

	"riskroom/core"
)

// atOnce makes one adapter do many things concurrently and checks that each was
// done in the right place.
func atOnce(r *rig) {
	const each = 4
	var wait sync.WaitGroup
	var checks []func()
	launch := func(a action, check func(res result, u *run)) {
		u := r.start(a, place{})
		var res result
		wait.Go(func() { res, _ = u.try(Script{}, nil) })
		checks = append(checks, func() {
			if res.err != nil {
				r.t.Errorf("%s, concurrently with others: %v", a.name, res.err)
				return
			}
			check(res, u)
		})
	}
	for n := range each {
		text := fmt.Sprintf("message number %d of many", n)
		for _, who := range r.cast.People {
			a := sendMessageTo(func(*rig) core.Account { return who }, func(*rig) core.Message { return plainMessage(text) })
			if a.lacking(r.can) {
				continue
			}
			launch(a, func(res result, _ *run) {
				m, ok := message(r.world.State().With(who), res.message)
				if !ok || !strings.Contains(m.Text, text) {
					r.t.Errorf("%s is not the message %q to %s", res.message, text, who)
				}
			})
		}
		if g := createGroup(core.Ordinary, func(_ *rig, s *core.GroupSpec) { s.Suffix = fmt.Sprintf("r-%d", 20+n) }); !g.lacking(r.can) {
			launch(g, func(res result, u *run) {
				spec := r.spec(core.Ordinary)
				spec.Suffix = fmt.Sprintf("r-%d", 20+n)
				r.wantGroup(res, spec, u)
			})
		}
	}
	wait.Wait()
	for _, check := range checks {
		check()
	}
	for _, who := range r.cast.People {
		if got := len(r.world.State().With(who)); got != each && r.can.Direct.Support != core.Lacking {
			r.t.Errorf("%s got %d messages, want %d", who, got, each)
		}
	}
}
