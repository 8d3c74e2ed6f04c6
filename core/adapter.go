package core

import "context"

// Adapter maps the actions of riskroom onto one workspace of one platform.
//
// What holds for every method of the interfaces in this file:
//
//   - It is safe for concurrent use.
//   - It never retries, and waits for nothing but the answer and the rate
//     budget; libraries' retries and limiters are off. What follows from a
//     failure is decided by the caller.
//   - Errors are *Error, found with KindOf. Accounts, groups and messages of
//     another workspace are Invalid, and so is a message with neither text nor
//     card; what Capabilities lack is Unsupported.
//
// And for those with a Once:
//
//   - Every call that changes something goes through once.Do, with a Key that
//     names content ("create", "invite:U12") and never a position.
//   - It is re-entrant: called again with the same once and the same input, it
//     converges on one effect, whatever happened to the earlier call.
//   - An error for which IsStop holds is returned at once and unchanged.
type Adapter interface {
	// Capabilities is constant for a configured adapter and does no I/O.
	Capabilities() Capabilities

	// SendMessage sends m directly to a person. An account that cannot be
	// messaged is Unreachable.
	SendMessage(ctx context.Context, once Once, to Account, m Message) (MessageRef, error)

	// CreateGroup makes a group with its topic, members and badge. It returns
	// the Group as soon as that exists: with a nil error its Report may still
	// list parts and people that failed for good; with an error it tells what
	// is incomplete, and calling again goes on from there.
	//
	// The call that makes it has KeyCreate.
	CreateGroup(ctx context.Context, once Once, spec GroupSpec) (Group, error)

	// SendGroupMessage posts m into g. A group that the bot cannot see is
	// NotFound.
	SendGroupMessage(ctx context.Context, once Once, g GroupRef, m Message) (MessageRef, error)

	// SetGroup changes g, and reports one outcome per part and person. What
	// failed for good stands in the Report alone. The error is of what calling
	// again may overcome, returned after everything else was tried, or of g
	// itself.
	SetGroup(ctx context.Context, once Once, g GroupRef, c GroupChange) (Report, error)

	// EditMessage replaces what the message shows. One that is gone is
	// NotFound.
	EditMessage(ctx context.Context, once Once, ref MessageRef, m Message) error
}

// Directory finds people on one workspace. It answers from the platform each
// time; callers cache. Its methods draw on the workspace's rate budget.
type Directory interface {
	// Find returns the profile of one person. None is NotFound.
	Find(ctx context.Context, who Lookup) (Profile, error)
	// Expand returns the accounts in a user group or role, named without its
	// "@" in any case, or by its ID; deactivated people and bots included. None
	// of that name is NotFound, several are a Conflict; a workspace that has no
	// user groups is Unsupported, with a Detail that says why.
	Expand(ctx context.Context, group string) ([]Account, error)
	// Group returns what a user group or role is called, named and failing as for
	// Expand, whoever is in it.
	Group(ctx context.Context, group string) (UserGroup, error)
}

// Lookup says whom Directory.Find looks for: exactly one of ID and Email is set,
// anything else is Invalid.
type Lookup struct {
	ID    string // the platform's user ID
	Email string
}

// Looker looks at a group as it is now. One that has ended is told as that only
// where the platform says so outright (Capabilities.Endings); else a group that
// is gone looks like one that the bot cannot see, which is NotFound.
type Looker interface {
	LookGroup(ctx context.Context, g GroupRef) (GroupState, error)
}

// Platform is everything that one configured workspace offers the engine.
type Platform interface {
	Adapter
	Directory
	Looker
}
