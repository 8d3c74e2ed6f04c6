package engine

import (
	"context"
	"sync"

	"riskroom/core"
	"riskroom/core/flow"
)

// pinnedFlows looks up flows by hash, including those of earlier config files.
type pinnedFlows struct {
	plans Plans
	mu    *sync.Mutex
	known map[string]*flow.Flow
}

func newPinnedFlows(plans Plans, current []*flow.Flow) pinnedFlows {
	p := pinnedFlows{plans: plans, mu: new(sync.Mutex), known: map[string]*flow.Flow{}}
	for _, f := range current {
		p.known[f.Hash()] = f
	}
	return p
}

// flowNotRead is the reason of a run that waits because its flow couldn't be read.
const flowNotRead = "flow_unreadable"

// get returns the flow with that hash. It fails with Unavailable if this version
// can't read the flow: during an upgrade another replica may be able to.
func (p pinnedFlows) get(ctx context.Context, hash string) (*flow.Flow, error) {
	p.mu.Lock()
	f, ok := p.known[hash]
	p.mu.Unlock()
	if ok {
		return f, nil
	}
	canonical, err := p.plans.Flow(ctx, hash)
	if err == nil {
		f, err = flow.Parse(canonical)
	}
	if err != nil {
		return nil, &core.Error{Op: "pinned flow " + hash, Kind: core.Unavailable, Detail: flowNotRead, Err: err}
	}
	p.mu.Lock()
	p.known[hash] = f
	p.mu.Unlock()
	return f, nil
}

// env returns the environment of conditions and templates for a risk.
func (e *Engine) env(ctx context.Context, r core.Risk, lang string) flow.Env {
	p := e.text.In(lang)
	operators, err := e.operatorsOf(r)
	if err != nil {
		e.log.ErrorContext(ctx, "operators could not be determined", "risk", r.Key, "node", r.Node, "err", err)
	}
	env := flow.Env{
		Risk: r, Now: e.clock.Now(), Lead: e.lead(r),
		Administrators: e.org.Permissions.Administrators,
		Operators:      operators,
		Node:           func(key string) string { return p.Node(e.org, key) },
		Text:           p,
		Name:           func(ref core.Ref) string { return e.people.Name(ctx, p, ref, "").Text },
		Option: func(field, option string) string {
			f, _ := e.org.Field(field)
			for _, o := range f.Options {
				if o.Key == option {
					return core.LabelIn(o.Label, lang, option)
				}
			}
			return option
		},
	}
	e.watchUntil(&env)
	return env
}

// lead returns the lead of a risk's module, "" if there is none.
func (e *Engine) lead(r core.Risk) core.Ref {
	m, _ := e.org.Module(r.Module)
	return m.Lead
}
