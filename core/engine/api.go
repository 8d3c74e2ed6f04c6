package engine

import (
	"context"
	"time"

	"riskroom/core"
)

// What ways in (slash commands, buttons, later a web page) may ask of the
// engine. *Engine implements both interfaces. Every method takes the person on
// whose behalf it acts, as the platform's verified payload names them, and
// judges by itself what that person may do: a risk that they may not read is
// answered like one that does not exist.
//
// What people did wrong comes back as *core.Refusal; any other error is *core.Error,
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
	Binding   Binding
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
