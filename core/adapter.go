package core

import (
	"context"
	"time"
)

// Adapter performs riskroom's actions in one workspace of one platform.
//
// Every method of the interfaces in this file:
//
//   - is safe for concurrent use.
//   - never retries, and waits only for responses and the rate budget. Retries and
//     rate limiters of client libraries are switched off. After a failure, the
//     caller decides what to do.
//   - returns *Error, which callers inspect with KindOf. An account, group or
//     message of another workspace is Invalid, and so is a message with neither
//     text nor card. Whatever Capabilities rules out is Unsupported.
//
// Every method that takes a Once also:
//
//   - makes every call that changes something through once.Do, with a Key that
//     names content ("create", "invite:U12") and never a position.
//   - is re-entrant: called again with the same once and the same input, it
//     converges on one effect, whatever happened to the earlier call.
//   - returns an error for which IsStop is true at once and unchanged.
type Adapter interface {
	// Capabilities is constant for a configured adapter and does no I/O.
	Capabilities() Capabilities

	// SendMessage sends m to a person directly. If the account can't be messaged,
	// the error is Unreachable.
	SendMessage(ctx context.Context, once Once, to Account, m Message) (MessageRef, error)

	// CreateGroup creates a group with its topic, members and badge. Once the
	// group exists, it is returned even with an error. With a nil error, its
	// Report may list parts and people that failed for good. With an error, it
	// lists what is incomplete, and calling again continues from there.
	//
	// The call that creates the group has KeyCreate.
	CreateGroup(ctx context.Context, once Once, spec GroupSpec) (Group, error)

	// SendGroupMessage posts m in g. If the bot can't see the group, the error is
	// NotFound. If m replies to a message, one call posts it, whether that message is
	// still there or not; without a Thread in the result, it was gone.
	SendGroupMessage(ctx context.Context, once Once, g GroupRef, m Message) (MessageRef, error)

	// SetGroup changes g, and reports one outcome per part and person. Permanent
	// failures appear only in the Report. It returns an error if g itself can't be
	// changed, or if calling again may help with some parts. In the latter case,
	// all other parts have been tried.
	SetGroup(ctx context.Context, once Once, g GroupRef, c GroupChange) (Report, error)

	// EditMessage replaces the content of a message. If the message is gone, the
	// error is NotFound.
	EditMessage(ctx context.Context, once Once, ref MessageRef, m Message) error

	// SendFile posts a file in g, which may also be a direct conversation. If the bot
	// can't see g, the error is NotFound. Errors of u.Content are returned as they are.
	SendFile(ctx context.Context, once Once, g GroupRef, u Upload) error
}

// Files fetches files that people have uploaded in one workspace.
type Files interface {
	// FetchFile returns what is in a file. Only the platform's own hosts are asked. The
	// error is NotFound if the file is gone, and Invalid if it has more than MaxFile bytes
	// or isn't on a host of the platform.
	FetchFile(ctx context.Context, f File) ([]byte, error)
}

// Directory finds people in one workspace. It asks the platform each time;
// callers cache. Its methods draw on the workspace's rate budget.
type Directory interface {
	// Find returns the profile of one person, or NotFound.
	Find(ctx context.Context, who Lookup) (Profile, error)
	// Expand returns the accounts in a user group or role, including deactivated
	// people and bots. The group is given by ID, or by name in any case without
	// "@". The error is NotFound if there is none, Conflict if there are several,
	// and Unsupported, with a Detail that says why, if the workspace has no user
	// groups.
	Expand(ctx context.Context, group string) ([]Account, error)
	// Group returns the ID and name of a user group or role. It takes the same
	// argument as Expand and fails in the same ways.
	Group(ctx context.Context, group string) (UserGroup, error)
}

// Lookup is what Directory.Find looks for. Exactly one of ID and Email is set;
// anything else is Invalid.
type Lookup struct {
	ID    string // the platform's user ID
	Email string
}

// Looker looks up a group's current state. It reports that a group has ended only
// where the platform says so explicitly (Capabilities.Endings). Elsewhere a group
// that no longer exists looks like one that the bot can't see: NotFound.
type Looker interface {
	LookGroup(ctx context.Context, g GroupRef) (GroupState, error)
	// Members returns the people in any channel, without bots, if there are at most
	// limit. If there are more it returns none and Conflict. Where the platform doesn't
	// say who can see the channel, the error is Unsupported.
	Members(ctx context.Context, g GroupRef, limit int) ([]Account, error)
	// LastPersonMessage returns when a person last posted in a channel after a message,
	// zero if nobody did. Posts of apps don't count. If it can't see that message, and no
	// later one of a person, the error is NotFound: the history may not be readable.
	LastPersonMessage(ctx context.Context, after MessageRef) (time.Time, error)
}

// Platform is everything that the engine uses of one configured workspace.
type Platform interface {
	Adapter
	Directory
	Looker
	Files
}
