package core

import (
	"context"
	"time"
)

// Leadership elects one of several processes that share a store, for a term that
// it renews. It is for things that only one process may do, such as holding a
// connection.
//
// A leader must stop by itself before its term is over, counted on its own clock
// from before it called Claim or Renew. The store's clock never ends a term sooner.
// Repeating a call whose answer was lost returns the first answer. Errors are
// *Error: Lost if the caller no longer leads, Unavailable if the store can't be
// reached.
type Leadership interface {
	// Claim starts a term of the given length unless another process leads, and
	// returns the current term.
	Claim(ctx context.Context, length time.Duration) (Term, error)
	// Renew makes the term end length from now, and stores a memo for the next
	// leader.
	Renew(ctx context.Context, t Term, length time.Duration, memo string) error
	// Resign ends the term immediately, with a final memo.
	Resign(ctx context.Context, t Term, memo string) error
}

// Term is the time during which one process leads.
type Term struct {
	Mine   bool   // it belongs to the process that asked
	Leader string // the name of the leader, for people to read
	Fence  int64  // higher than in every earlier term
	Memo   string // what the previous leader left, if anything
}
