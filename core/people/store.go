package people

import (
	"context"
	"time"

	"riskroom/core"
)

// Store stores linked accounts. A method that writes is one atomic step. A client that lost
// the reply may repeat it, and once it has returned without error nothing of it is lost. Errors
// are *core.Error.
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

// Journal stores changes of links, in one atomic step with their audit events and notices. A
// change fails with Conflict if a link has changed since Join.Groups was read, and with
// NotFound if the offer is no longer open.
type Journal interface {
	// Linked stores a new link.
	Linked(ctx context.Context, l Linked) error
	// Unlinked stores that the links of an account were removed.
	Unlinked(ctx context.Context, u Unlinked) error
}

// Offer lets the person who types its code link their account with this one.
type Offer struct {
	Hash    string // of the code, which itself is not stored
	Account core.Account
	Until   time.Time
}

// Try is a try at a code.
type Try struct {
	Op        string // a repeat is not counted again
	By        core.Account
	Hash      string
	Window    time.Duration // for counting wrong codes
	Most      int           // wrong codes from the same account in Window
	MostInAll int           // wrong codes from everybody in Window
}

// Tried is the outcome of a Try.
type Tried struct {
	Offer Offer         // zero if no such code is open, or there were too many tries
	Left  int           // how many tries are left
	Wait  time.Duration // until there is another one, if none is left
}

// Join changes which accounts are linked.
type Join struct {
	Op      string
	Hash    string // of the offer to use up, "" for none
	Groups  []Joined
	Subject core.Account // kept with Op, and returned by JoinedBy
}

// Joined lists the accounts that an account is linked with before and after a Join, including
// itself, in order. An empty list means no links.
type Joined struct {
	Account core.Account
	Was, To []core.Account
}

// Linked is a Join that links By's account with another one.
type Linked struct {
	Join
	By            core.Actor
	Mine, Theirs  Known // By's account, and the one that was offered
	Administrator bool  // one of the two belongs to an administrator
}

// Unlinked is a Join that removes the links of its Subject.
type Unlinked struct {
	Join
	By   core.Actor
	From []core.Account // what Subject was linked with
}
