package people

import (
	"context"
	"log/slog"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// Persons manages people's accounts and returns their names. Linked accounts have each
// other's permissions. Mistakes of people are returned as *core.Refusal; any other error is a
// *core.Error.
type Persons interface {
	// OfferLink returns a code. Whoever uses it in another workspace, once and in time,
	// links their account with by's. It replaces any earlier code.
	OfferLink(ctx context.Context, by core.Actor) (Code, error)
	// Offered returns the account that Link would link with by's. A wrong code counts as
	// a try; op identifies what the person did.
	Offered(ctx context.Context, op string, by core.Actor, code string) (Known, error)
	// Link links by's account with the one that offered the code, and returns the latter.
	Link(ctx context.Context, op string, by core.Actor, code string) (Known, error)
	// Unlink removes the links of an account and returns it. If who is "" it is by's
	// account. Only administrators may remove the links of others.
	Unlink(ctx context.Context, op string, by core.Actor, who core.Ref) (Known, error)
	// Accounts returns all accounts of the person, by's first.
	Accounts(ctx context.Context, by core.Actor) ([]Known, error)
	// Name returns a person or group for readers of lang in a workspace: as a mention if
	// they have an account there, otherwise as a name.
	Name(ctx context.Context, ref core.Ref, workspace, lang string) core.Span
}

// Code links accounts until it expires.
type Code struct {
	Text  string
	Until time.Time
}

// Known is an account with its name in its workspace.
type Known struct {
	Account core.Account
	Name    string
	Linked  bool // by a code, and not their own or from the config file
}

// Options are what NewLinks needs. All members are needed.
type Options struct {
	Organisation *core.Organisation
	Directory    *Directory
	Rights       *Rights
	Store        Store
	Journal      Journal
	Text         *text.Catalogue
	Instance     string // this installation's ID: codes of another one are worth nothing
	Clock        core.Clock
	Log          *slog.Logger
}

// Links is how people link their accounts with codes. It implements Persons.
type Links struct {
	org      *core.Organisation
	dir      *Directory
	rights   *Rights
	store    Store
	journal  Journal
	text     *text.Catalogue
	instance string
	clock    core.Clock
	log      *slog.Logger
}

var _ Persons = (*Links)(nil)

// NewLinks returns a Links.
func NewLinks(o Options) *Links {
	return &Links{
		org: o.Organisation, dir: o.Directory, rights: o.Rights, store: o.Store, journal: o.Journal,
		text: o.Text, instance: o.Instance, clock: o.Clock, log: o.Log,
	}
}

// now returns the time in UTC, to the millisecond.
func (l *Links) now() time.Time { return l.clock.Now().UTC().Truncate(time.Millisecond) }
