package store

import (
	"context"
	"time"

	"riskroom/core"
)

// leadership implements core.Leadership.
type leadership struct {
	store *Store
	name  string
	self  string
}

// Leadership returns the leadership of that name, which one of the processes that share
// the store has at a time. self is the name of this process.
func (s *Store) Leadership(name, self string) core.Leadership {
	return leadership{store: s, name: name, self: self}
}

// Claim implements core.Leadership.
func (l leadership) Claim(ctx context.Context, length time.Duration) (core.Term, error) {
	a, err := l.store.do(ctx, "claim leadership", l.call("claimlead").add(nonce(), l.self, length.Milliseconds()))
	if err != nil {
		return core.Term{}, err
	}
	return core.Term{Mine: a.int(1) == 1, Fence: a.int(2), Leader: a.text(3), Memo: a.text(4)}, nil
}

// Renew implements core.Leadership.
func (l leadership) Renew(ctx context.Context, t core.Term, length time.Duration, memo string) error {
	_, err := l.store.do(ctx, "renew leadership", l.call("renewlead").add(t.Fence, length.Milliseconds(), memo))
	return err
}

// Resign implements core.Leadership.
func (l leadership) Resign(ctx context.Context, t core.Term, memo string) error {
	return l.Renew(ctx, t, 0, memo)
}

func (l leadership) call(script string) *call {
	return l.store.call(script, l.store.keys.leader(l.name))
}
