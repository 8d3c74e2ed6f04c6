package core

import (
	"context"
	"time"
)

// Leadership is what one of several processes that share a store has at a time,
// for a while that it renews: a connection of which there must be one, say.
//
// Who leads must stop on its own before the time it took is over, counted on its
// own clock from before it asked; the store's clock then never ends it sooner.
// Repeating a call whose answer was lost gets the first answer. Errors are
// *Error: Lost to a leader who is none any more, Unavailable when the store
// cannot be asked.
type Leadership interface {
	// Claim takes the leadership for so long if nobody has it, and tells who has
	// it now.
	Claim(ctx context.Context, length time.Duration) (Term, error)
	// Renew has the term end so long from now, and keeps a memo for whoever leads
	// next.
	Renew(ctx context.Context, t Term, length time.Duration, memo string) error
	// Resign ends the term at once, with a last memo.
	Resign(ctx context.Context, t Term, memo string) error
}

// Term is one process's time of leading.
type Term struct {
	Mine   bool   // it is that of the process which asked
	Leader string // whose it is, for people to read
	Fence  int64  // higher than that of every earlier term
	Memo   string // what the leader before left; "" for nothing
}
