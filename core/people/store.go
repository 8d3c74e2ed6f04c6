package people

import (
	"context"
	"time"

	"riskroom/core"
)

// Store is what must be stored of linked accounts. A method that writes is one atomic
// step: it may be repeated by a client that lost the answer, and once it has returned
// without error nothing of it is lost. Errors are *core.Error.
type Store interface {
	// OfferLink stores an offer. It replaces any other of the same account.
	OfferLink(ctx context.Context, o Offer) error
	// TryCode looks up an open offer, and counts a try if the code is wrong.
	TryCode(ctx context.Context, t Try) (Tried, error)
	// JoinedBy returns the subject of the Join with that op in the last 26 hours,
	// and zero if there was none.
	JoinedBy(ctx context.Context, op string) (core.Account, error)
	// Joined returns the accounts that a is linked with, a included, in order. It
	// returns nil if there are none.
	Joined(ctx context.Context, a core.Account) ([]core.Account, error)
}

// Journal stores changes of what is linked, in one atomic step with the audit event
// and the notices that follow from them. A change fails with Conflict if a link is not
// as Join.Groups says it was, and with NotFound if the offer is no longer open.
type Journal interface {
	// Linked stores that two people are one.
	Linked(ctx context.Context, l Linked) error
	// Unlinked stores that an account has lost its links.
	Unlinked(ctx context.Context, u Unlinked) error
}

// Offer lets anyone who knows its code link an account of theirs with this one.
type Offer struct {
	Hash    string // of the code, which is stored nowhere
	Account core.Account
	Until   time.Time
}

// Try is a try at a code.
type Try struct {
	Op        string // a repeat is not counted again
	By        core.Account
	Hash      string
	Window    time.Duration // in which there are at most
	Most      int           // wrong ones by the same account, and
	MostInAll int           // by everybody
}

// Tried is the outcome of a Try.
type Tried struct {
	Offer Offer         // zero: no such code is open, or there were too many tries
	Left  int           // how many tries are left
	Wait  time.Duration // until there is one again, if none is left
}

// Join changes which accounts are linked.
type Join struct {
	Op      string
	Hash    string // of the offer that is used up; "" for none
	Groups  []Joined
	Subject core.Account // kept with Op, and returned by JoinedBy
}

// Joined is what an account is linked with before and after a Join, the account
// included, in order. Empty means nothing.
type Joined struct {
	Account core.Account
	Was, To []core.Account
}

// Linked is a Join that links By's account with another one.
type Linked struct {
	Join
	By            core.Actor
	Mine, Theirs  Known // By's account, and the one that was offered
	Administrator bool  // one of the two is an administrator's
}

// Unlinked is a Join that takes the links of its Subject away.
type Unlinked struct {
	Join
	By   core.Actor
	From []core.Account // what Subject was linked with
}
