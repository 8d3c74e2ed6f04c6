package bots

import (
	"context"
	"errors"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/people"
)

// How calls are retried while the engine's store is down.
const (
	attemptTime = 10 * time.Second       // for one try; a call that hangs is made again
	firstWait   = 200 * time.Millisecond // between the first two, doubled each time
	longestWait = 10 * time.Second
)

// persistent retries calls with an unknown outcome until their context ends. That is
// safe, because the engine does an op once.
type persistent struct {
	filing   engine.Filing
	handling engine.Handling
	persons  people.Persons
}

var (
	_ engine.Filing   = persistent{}
	_ engine.Handling = persistent{}
	_ people.Persons  = persistent{}
)

// insist calls f until it succeeds, fails for good, or ctx ends, and returns the last
// result.
func insist[T any](ctx context.Context, f func(ctx context.Context) (T, error)) (T, error) {
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		try, cancel := context.WithTimeout(ctx, attemptTime)
		v, err := f(try)
		late := try.Err() != nil
		cancel()
		if err == nil || ctx.Err() != nil || refused(err) || !late && !passing(err) {
			return v, err
		}
		t := time.NewTimer(max(wait, min(core.RetryAfterOf(err), longestWait)))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return v, err
		}
	}
}

// refused reports whether err refuses what a person did.
func refused(err error) bool {
	_, ok := errors.AsType[*core.Refusal](err)
	return ok
}

// passing reports whether the same call may succeed later.
func passing(err error) bool {
	k := core.KindOf(err)
	return k == core.Unavailable || k == core.RateLimited
}

// MayFile implements engine.Filing.
func (p persistent) MayFile(ctx context.Context, by core.Actor) error {
	_, err := insist(ctx, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.filing.MayFile(ctx, by)
	})
	return err
}

// File implements engine.Filing.
func (p persistent) File(ctx context.Context, op string, by core.Actor, d engine.Draft) (engine.Filed, error) {
	return insist(ctx, func(ctx context.Context) (engine.Filed, error) {
		return p.filing.File(ctx, op, by, d)
	})
}

// Do implements engine.Handling.
func (p persistent) Do(ctx context.Context, op string, by core.Actor, o engine.Operation) (engine.Outcome, error) {
	return insist(ctx, func(ctx context.Context) (engine.Outcome, error) {
		return p.handling.Do(ctx, op, by, o)
	})
}

// Reject implements engine.Handling.
func (p persistent) Reject(ctx context.Context, op string, by core.Actor, o engine.Operation, refusal *core.Refusal) error {
	return p.handling.Reject(ctx, op, by, o, refusal)
}

// Show implements engine.Handling.
func (p persistent) Show(ctx context.Context, by core.Actor, key core.RiskKey) (engine.View, error) {
	return insist(ctx, func(ctx context.Context) (engine.View, error) {
		return p.handling.Show(ctx, by, key)
	})
}

// List implements engine.Handling.
func (p persistent) List(ctx context.Context, by core.Actor, q engine.ListQuery) (engine.Listing, error) {
	return insist(ctx, func(ctx context.Context) (engine.Listing, error) {
		return p.handling.List(ctx, by, q)
	})
}

// History implements engine.Handling.
func (p persistent) History(ctx context.Context, by core.Actor, key core.RiskKey, in core.GroupRef, cursor string) (engine.History, error) {
	return insist(ctx, func(ctx context.Context) (engine.History, error) {
		return p.handling.History(ctx, by, key, in, cursor)
	})
}

// Explain implements engine.Handling.
func (p persistent) Explain(ctx context.Context, by *core.Account, key core.RiskKey, flow string) (engine.Explanation, error) {
	return insist(ctx, func(ctx context.Context) (engine.Explanation, error) { return p.handling.Explain(ctx, by, key, flow) })
}

// FlowNames implements engine.Handling.
func (p persistent) FlowNames() []string { return p.handling.FlowNames() }

// RiskOf implements engine.Handling.
func (p persistent) RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error) {
	return insist(ctx, func(ctx context.Context) (core.RiskKey, error) {
		return p.handling.RiskOf(ctx, g)
	})
}

// Replaced implements engine.Handling. It doesn't retry: a button then acts as usual.
func (p persistent) Replaced(ctx context.Context, key core.RiskKey, at core.GroupRef) (engine.Group, error) {
	return p.handling.Replaced(ctx, key, at)
}

// Card implements engine.Handling.
func (p persistent) Card(ctx context.Context, v engine.View, workspace, lang string) core.Card {
	return p.handling.Card(ctx, v, workspace, lang)
}

// Value implements engine.Handling.
func (p persistent) Value(ctx context.Context, field string, v core.Value, workspace, lang string) []core.Span {
	return p.handling.Value(ctx, field, v, workspace, lang)
}

// DoGroup implements engine.Handling.
func (p persistent) DoGroup(ctx context.Context, op string, by core.Actor, o engine.GroupOperation) (engine.GroupOutcome, error) {
	return insist(ctx, func(ctx context.Context) (engine.GroupOutcome, error) { return p.handling.DoGroup(ctx, op, by, o) })
}

// Opened implements engine.Handling. It doesn't retry: the group can be found later.
func (p persistent) Opened(ctx context.Context, run string) (engine.Group, error) {
	return p.handling.Opened(ctx, run)
}

// Groups implements engine.Handling.
func (p persistent) Groups(ctx context.Context, by core.Actor, key core.RiskKey, at core.GroupRef, lang string) ([]engine.GroupView, error) {
	return insist(ctx, func(ctx context.Context) ([]engine.GroupView, error) {
		return p.handling.Groups(ctx, by, key, at, lang)
	})
}

// Topics implements engine.Handling.
func (p persistent) Topics(ctx context.Context, by core.Actor, key core.RiskKey, at core.GroupRef) ([]engine.Group, error) {
	return insist(ctx, func(ctx context.Context) ([]engine.Group, error) { return p.handling.Topics(ctx, by, key, at) })
}

// Members implements engine.Handling. It doesn't retry: they are only offered.
func (p persistent) Members(ctx context.Context, g core.GroupRef, limit int) ([]core.Account, error) {
	return p.handling.Members(ctx, g, limit)
}

// OfferLink implements people.Persons. On a retry the new code replaces the one before,
// which nobody has seen.
func (p persistent) OfferLink(ctx context.Context, by core.Actor) (people.Code, error) {
	return insist(ctx, func(ctx context.Context) (people.Code, error) { return p.persons.OfferLink(ctx, by) })
}

// Offered implements people.Persons.
func (p persistent) Offered(ctx context.Context, op string, by core.Actor, code string) (people.Known, error) {
	return insist(ctx, func(ctx context.Context) (people.Known, error) { return p.persons.Offered(ctx, op, by, code) })
}

// Link implements people.Persons.
func (p persistent) Link(ctx context.Context, op string, by core.Actor, code string) (people.Known, error) {
	return insist(ctx, func(ctx context.Context) (people.Known, error) { return p.persons.Link(ctx, op, by, code) })
}

// Unlink implements people.Persons.
func (p persistent) Unlink(ctx context.Context, op string, by core.Actor, who core.Ref) (people.Known, error) {
	return insist(ctx, func(ctx context.Context) (people.Known, error) { return p.persons.Unlink(ctx, op, by, who) })
}

// Accounts implements people.Persons. It doesn't retry: the accounts are shown in
// addition to something else, or the person can ask again.
func (p persistent) Accounts(ctx context.Context, by core.Actor) ([]people.Known, error) {
	return p.persons.Accounts(ctx, by)
}

// Name implements people.Persons.
func (p persistent) Name(ctx context.Context, ref core.Ref, workspace, lang string) core.Span {
	return p.persons.Name(ctx, ref, workspace, lang)
}
