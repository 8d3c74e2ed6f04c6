package engine

import (
	"cmp"
	"context"
	"slices"

	"riskroom/core"
)

// Attention is what waits for an administrator. Each list has at most maxAttention
// entries.
type Attention struct {
	Parked []RunID        // runs that somebody must retry or drop, the oldest first
	Lost   []core.RiskKey // risks whose group the bot can no longer see, the newest first
}

// maxAttention is how many runs and risks Attention has.
const maxAttention = 20

// Attention returns what waits for an administrator, nothing if by isn't one.
func (e *Engine) Attention(ctx context.Context, by core.Actor) (Attention, error) {
	ctx = core.ForPerson(ctx)
	is, err := e.rights.Administrator(ctx, by.Account)
	if err != nil || !is {
		return Attention{}, err
	}
	var a Attention
	parked, err := e.store.Stuck(ctx, maxAttention)
	if err != nil {
		return Attention{}, err
	}
	for _, r := range parked {
		a.Parked = append(a.Parked, r.ID)
	}
	err = e.store.EachBinding(ctx, func(risk core.RiskKey, b Binding) error {
		if b.State == Lost {
			a.Lost = append(a.Lost, risk)
		}
		return nil
	})
	slices.SortFunc(a.Lost, func(x, y core.RiskKey) int { return cmp.Compare(y.Number(), x.Number()) })
	a.Lost = a.Lost[:min(len(a.Lost), maxAttention)]
	return a, err
}
