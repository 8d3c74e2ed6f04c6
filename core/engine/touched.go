package engine

import (
	"context"
	"time"

	"riskroom/core"
)

// Touched returns when risks that some people filed, handle or handled last changed since a
// time, at most an hour ago. It has nothing about the others.
func (e *Engine) Touched(ctx context.Context, since time.Time, of []core.Account) (map[core.Account]time.Time, error) {
	refs, err := e.store.Touched(ctx, since)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	groups := func(workspace string) (all []core.Ref) {
		for r := range refs {
			if ws, _, ok := r.Group(); ok && ws == workspace {
				all = append(all, r)
			}
		}
		return all
	}
	last := map[core.Account]time.Time{}
	for _, a := range of {
		names, err := e.people.RefsOf(ctx, a, groups)
		if err != nil {
			return nil, core.Unanswered("who you are", err)
		}
		for _, r := range names {
			if t := refs[r]; t.After(last[a]) {
				last[a] = t
			}
		}
	}
	return last, nil
}
