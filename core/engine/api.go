package engine

import (
	"context"
	"time"

	"riskroom/core"
)

// What ways in (slash commands, buttons, later a web page) may ask of the
// engine. *Engine implements all interfaces. Every method takes the person on
// whose behalf it acts, as the platform's verified payload names them, and
// judges by itself what that person may do: a risk that they may not read is
// answered like one that does not exist.
//
// What people did wrong comes back as *Refusal; any other error is *core.Error,
// with Kind Unavailable if nothing is known to be stored: the same call with
// the same op may then be repeated until it succeeds, and acts once.

// Filing is how risks come in.
type Filing interface {
	// MayFile refuses a person who must not file risks.
	MayFile(ctx context.Context, by core.Actor) error
	// File files a risk. op names what the person did. A title under which the
	// same person filed an open risk in the last ten minutes is not filed unless
	// Draft.Again says so: Filed.Before is what they filed.
	File(ctx context.Context, op string, by core.Actor, d Draft) (Filed, error)
}

// Handling is how risks are looked at and changed.
type Handling interface {
	// Do performs an operation of by. op names what the person did: the same op
	// acts once. A risk that has changed meanwhile is looked at again.
	Do(ctx context.Context, op string, by core.Actor, o Operation) (Outcome, error)
	// Show returns a risk as by may see it.
	Show(ctx context.Context, by core.Actor, key core.RiskKey) (View, error)
	// List returns open risks that by may read.
	List(ctx context.Context, by core.Actor, q ListQuery) (Listing, error)
	// RiskOf returns the risk whose item group g is, or NotFound.
	RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error)
	// Card words a risk for one workspace and language.
	Card(ctx context.Context, v View, workspace, lang string) core.Card
}

// Persons is who people are: which accounts are one person's, and what they are
// called. Linked accounts may do what each of them may.
type Persons interface {
	// OfferLink returns a code: whoever types it elsewhere, once and in time,
	// links their account with by's. It takes the place of any code before.
	OfferLink(ctx context.Context, by core.Actor) (Code, error)
	// Offered tells whose account Link would link by's with. A wrong code counts
	// as a try; op names what the person did.
	Offered(ctx context.Context, op string, by core.Actor, code string) (Known, error)
	// Link links by's account with the one whose code it is, and returns that.
	Link(ctx context.Context, op string, by core.Actor, code string) (Known, error)
	// Unlink lets go of an account's links, by's if who is "", and returns it.
	// Those of others only administrators let go of.
	Unlink(ctx context.Context, op string, by core.Actor, who core.Ref) (Known, error)
	// Accounts returns the accounts of whoever has by's, that one first.
	Accounts(ctx context.Context, by core.Actor) ([]Known, error)
	// Name shows whom ref means to readers of lang in a workspace: as a mention
	// where they have an account there, else as they are called where they have
	// one.
	Name(ctx context.Context, ref core.Ref, workspace, lang string) core.Span
}

// Code is what links accounts for a while.
type Code struct {
	Text  string
	Until time.Time
}

// Known is an account, and what it is called where it is.
type Known struct {
	Account core.Account
	Name    string
	Linked  bool // by a code; else it is the asker's own, or the config file's word
}

// Draft is a risk as somebody wants to file it. Zero members take defaults:
// discovered now, medium, the module's handlers.
type Draft struct {
	Title        string
	Module       string
	Severity     core.Severity
	Description  string
	DiscoveredAt time.Time
	DueAt        time.Time
	Fields       map[string]core.Value // own fields of the reported part
	Handlers     []core.Ref            // nil: all of the module's
	Again        bool                  // a title that was just filed is meant once more
}

// Filed is what became of a Draft.
type Filed struct {
	Risk   core.Risk
	Repeat bool     // the same op had filed it before
	Now    []string // flows that were already due and act now
	Missed []string // flows that were already due and are skipped, as they say

	Before *core.Risk // nothing was filed: the same person has just filed this one
}

// View is a risk with what belongs beside it.
type View struct {
	Risk      core.Risk
	Lead      core.Ref
	Link      Link
	MayChange bool // may change its status
}

// ListQuery says what to list: everything open, or less.
type ListQuery struct {
	Mine    bool // a handler or the submitter is the asker
	Overdue bool
	Module  string
}

// Listing is a list of risks, newest first.
type Listing struct {
	Risks []core.Risk // at most core.MaxListed
	Total int
}

// Refusal is an answer to what a person did wrong, or may not do. Its wording is
// the text "refusal.<Code>" with Args.
type Refusal struct {
	Kind  core.Kind // Invalid, NotFound, Conflict or Denied
	Code  string
	Field string         // of the form: title, module, severity, discovered_at, due_at, description, handlers, status, note, fields.<key>; "" for none
	Args  map[string]any // for the wording
	Also  []*Refusal     // further ones, for other fields
	Risk  *core.Risk     // how the risk stands, of a Conflict
}

// Error returns the code: what people read is worded by whoever shows it.
func (r *Refusal) Error() string { return "refused: " + r.Code }

// All returns r and the further refusals.
func (r *Refusal) All() []*Refusal { return append([]*Refusal{r}, r.Also...) }
