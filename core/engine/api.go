package engine

import (
	"context"
	"time"

	"riskroom/core"
)

// The engine's interfaces for slash commands and buttons. *Engine implements
// both. Every method takes the person that it acts for, as the platform's
// verified payload names them, and checks their permissions. A risk that they
// may not read is treated like one that doesn't exist.
//
// Mistakes of people are returned as *core.Refusal. Any other error is a
// *core.Error. If its Kind is Unavailable, the call may be repeated with the same
// op until it succeeds; it takes effect once.

// Filing files risks.
type Filing interface {
	// MayFile returns a Refusal if the person may not file risks.
	MayFile(ctx context.Context, by core.Actor) error
	// File files a risk. op identifies what the person did. If the same person
	// filed an open risk with the same title in the last ten minutes, File returns
	// that risk as Filed.Before and files nothing, unless Draft.Again is set.
	File(ctx context.Context, op string, by core.Actor, d Draft) (Filed, error)
}

// Handling reads and changes risks.
type Handling interface {
	// Do performs an operation for by. op identifies what the person did: an
	// operation with the same op takes effect once. If the risk changes
	// meanwhile, Do tries again.
	Do(ctx context.Context, op string, by core.Actor, o Operation) (Outcome, error)
	// Reject records that a person who may read a risk was refused an operation before Do,
	// as Do does after it, and returns refusal.
	Reject(ctx context.Context, op string, by core.Actor, o Operation, refusal *core.Refusal) error
	// DoGroup sets an operation on a group going for by. op identifies what the person
	// did: an operation with the same op takes effect once.
	DoGroup(ctx context.Context, op string, by core.Actor, o GroupOperation) (GroupOutcome, error)
	// Show returns a risk that by may read.
	Show(ctx context.Context, by core.Actor, key core.RiskKey) (View, error)
	// List returns risks that by may read and that match q, a page at a time.
	List(ctx context.Context, by core.Actor, q ListQuery) (Listing, error)
	// History returns a page of what happened to a risk that by may read, or to a topic
	// group with a key of its own that by can see; in is the channel where they ask. cursor
	// is History.Next of the page before, "" for the newest.
	History(ctx context.Context, by core.Actor, key core.RiskKey, in core.GroupRef, cursor string) (History, error)
	// Explain returns what each flow, or the one with that name, did about a risk and will
	// do, and why. The risk must be one that by may read; nil may read every risk.
	Explain(ctx context.Context, by *core.Account, key core.RiskKey, flow string) (Explanation, error)
	// FlowNames returns the names of the flows that Explain explains.
	FlowNames() []string
	// Opened returns the group that an OpenTopic or an OpenGroup creates, by the run that
	// they name. It waits until the group exists, and fails with NotFound if it can't be
	// created and with Unavailable if ctx ends before.
	Opened(ctx context.Context, run string) (Group, error)
	// Groups returns the groups of a key that by can see, or without a key the one at a
	// place, with texts in a language. Whoever may read a risk sees its groups, except
	// private topic groups: those are seen by the people invited, and where they are. A
	// group's owner and admins, and administrators, see it anyway.
	Groups(ctx context.Context, by core.Actor, key core.RiskKey, at core.GroupRef, lang string) ([]GroupView, error)
	// Topics returns the topic groups of a key that by can see, or without a key the one
	// at a place.
	Topics(ctx context.Context, by core.Actor, key core.RiskKey, at core.GroupRef) ([]Group, error)
	// Members returns the people in a channel that by is in, if they are known and at most
	// limit.
	Members(ctx context.Context, g core.GroupRef, limit int) ([]core.Account, error)
	// RiskOf returns the risk that the group g belongs to, or NotFound.
	RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error)
	// Replaced returns the item group that a risk has now, if at is one that it had
	// before. Otherwise, and if it has none, the error is NotFound.
	Replaced(ctx context.Context, key core.RiskKey, at core.GroupRef) (Group, error)
	// Card returns a risk's card in a language, for one workspace.
	Card(ctx context.Context, v View, workspace, lang string) core.Card
	// Value returns the content of the field with that name (as in core.Refusal.Field)
	// in a language, for one workspace: nil if there is none.
	Value(ctx context.Context, field string, v core.Value, workspace, lang string) []core.Span
}

// Draft is a risk that somebody wants to file. Empty fields get defaults:
// discovered now, severity medium, the module's handlers.
type Draft struct {
	Title        string
	Module       string
	Severity     core.Severity
	Description  string
	DiscoveredAt time.Time
	DueAt        time.Time
	Fields       map[string]core.Value // own fields of the reported part
	Handlers     []core.Ref            // nil: all of the module's
	Source       *core.Quote           // the message that it is filed from
	Files        []core.File           // uploaded by the same person
	Again        bool                  // file it even if the same title was just filed
}

// Filed is the outcome of filing a Draft.
type Filed struct {
	Risk   core.Risk
	Repeat bool     // the same op had filed it before
	Now    []string // flows that were already due and run now
	Missed []string // flows that were already due and are skipped

	Before *core.Risk // if set, nothing was filed: the same person has just filed this risk
}

// View is a risk with what is shown with it.
type View struct {
	Risk      core.Risk
	Lead      core.Ref
	Binding   Binding
	Unreached []Unreached // people involved who can't be reached
	MayChange bool        // may change its status, and add notes
	MayReport bool        // may change the reported part and the handlers
	MayHandle bool        // may change the handling part
	MayTake   bool        // may become its handler
	// Why the reader can't resolve it, pass it on or send it back at its node of the
	// process; nil if they can, or if there is no process.
	CantResolve, CantMove *core.Refusal
}
