package demo

import (
	"slices"
	"time"

	"riskroom/adapters/stage"
	"riskroom/adapters/stage/browser"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/core/text"
)

// Troubles that the page offers in addition to ordered.
const (
	killNow    = "kill"
	killInCall = "kill_in_call"
)

// ordered maps troubles to faults of the emulators. The faults only affect calls that
// change something, because reads would use them up unnoticed.
var ordered = map[string]stage.Fault{
	"rate_limit":  {Kind: stage.RateLimit, RetryAfter: 30 * time.Second},
	"error_after": {Kind: stage.ErrorAfter},
	"slow":        {Kind: stage.Slow, Delay: 3 * time.Second},
}

// troubles lists the troubles.
func (b *backstage) troubles(p text.Printer) []browser.Fault {
	var out []browser.Fault
	for _, id := range []string{"rate_limit", "error_after", "slow", killInCall, killNow} {
		f := browser.Fault{
			ID: id, Label: p.S("browser.trouble." + id), Help: p.S("browser.trouble." + id + ".help"),
			Grave: id == killNow || id == killInCall,
		}
		if fault, ok := ordered[id]; ok {
			f.Waiting = b.pending(fault.Kind)
		} else {
			f.Waiting = id == killInCall && b.inCall
		}
		out = append(out, f)
	}
	return out
}

// pending reports whether a fault is ordered and has not affected a call yet.
func (b *backstage) pending(kind stage.FaultKind) bool {
	for _, p := range b.w.workspaces {
		if slices.ContainsFunc(p.Faults().Waiting(), func(f stage.Fault) bool { return f.Kind == kind }) {
			return true
		}
	}
	return false
}

// Trouble implements browser.Driver. Ordering a pending fault again cancels it.
func (b *backstage) Trouble(id string) {
	switch id {
	case killNow:
		b.kill(extra{kind: "killed"})
		return
	case killInCall:
		b.mu.Lock()
		b.inCall = !b.inCall
	default:
		fault, ok := ordered[id]
		if !ok {
			return
		}
		b.mu.Lock()
		if b.pending(fault.Kind) {
			b.callOff()
		} else {
			b.order(fault)
		}
	}
	b.notify()
	b.mu.Unlock()
}

// order orders a fault for the engine's next change.
func (b *backstage) order(fault stage.Fault) {
	for _, p := range b.w.workspaces {
		for _, method := range p.Platform.Demo.Changes {
			fault.Method = method
			p.Faults().Order(fault)
		}
	}
}

// callOff cancels every pending fault.
func (b *backstage) callOff() {
	for _, p := range b.w.workspaces {
		p.Faults().Clear()
	}
}

// called is called for every call to an emulator, after its effect and before its answer,
// which is the worst time to die. It records the call's faults.
func (b *backstage) called(p *emulated.Place, c stage.Call) {
	b.mu.Lock()
	for _, kind := range c.Met {
		b.extras = append(b.extras, extra{at: c.At, kind: "struck", call: c.Method, err: string(kind)})
	}
	if len(c.Met) > 0 {
		b.callOff() // each order affects one call
		b.notify()
	}
	now := b.inCall && c.Write && c.Effect && slices.Contains(p.Platform.Demo.Changes, c.Method)
	if now {
		b.inCall = false
		b.unsure = append(b.unsure, unsure{p.Name, c})
	}
	b.mu.Unlock()
	if now {
		b.kill(extra{kind: "killed.in", call: c.Method})
	}
}

// reborn is the pause before another engine starts.
const reborn = 1200 * time.Millisecond

// kill kills the engine and starts another.
func (b *backstage) kill(e extra) {
	if b.w.ctx.Err() != nil || !b.w.kill() {
		return
	}
	e.at = b.w.clock.Now()
	b.mu.Lock()
	b.extras = append(b.extras, e)
	b.notify()
	b.mu.Unlock()
	b.tasks.Go(func() {
		select {
		case <-time.After(reborn):
		case <-b.w.ctx.Done():
			return
		}
		err := b.w.begin(b.w.ctx)
		b.mu.Lock()
		defer b.mu.Unlock()
		e := extra{at: b.w.clock.Now(), kind: "restarted"}
		if err != nil {
			e.kind, e.err = "not_started", err.Error()
		}
		b.extras = append(b.extras, e)
		b.notify()
	})
}

// noteOnce records which calls of a killed engine were recognised as done: the run went
// on without repeating the call. The caller holds the lock.
func (b *backstage) noteOnce() {
	b.unsure = slices.DeleteFunc(b.unsure, func(u unsure) bool {
		for _, p := range b.w.workspaces {
			if p.Name != u.place {
				continue
			}
			for _, later := range p.Log().Since(u.call.Seq) {
				if later.Write && later.Method == u.call.Method && later.Args == u.call.Args {
					return true // the call was repeated
				}
			}
		}
		for _, r := range b.seen.risks {
			for _, e := range r.trail {
				if e.At.After(u.call.At) && e.Kind == "step" {
					b.extras = append(b.extras, extra{at: e.At, kind: "once", call: u.call.Method})
					return true
				}
			}
		}
		return false
	})
}
