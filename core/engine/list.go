package engine

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/people"
	"riskroom/core/text"
)

// ListQuery selects risks: those that match every field that is set. Its zero value
// selects all open ones, newest first.
type ListQuery struct {
	Statuses   []core.Status // any of them; nil: the open ones
	Mine       bool          // the asker is a handler or the submitter
	Overdue    bool          // the due date has passed
	Due        Period
	Filed      Period
	Closed     Period
	Module     string
	Severities []core.Severity   // any of them
	Handlers   []core.Ref        // any of these people or groups is a handler
	By         []core.Ref        // any of these people filed it
	Fields     map[string]string // own select fields with the key of an option
	Words      []string          // all of them are in the title, in any case

	ByDue bool  // only risks that have a due date, the earliest first
	After Place // Listing.Next of an earlier page
	Limit int   // of Listing.Risks; 0: core.MaxListed
}

// Listing is a page of a list of risks.
type Listing struct {
	Risks []core.Risk
	Total int // how many the asker may see in all; -1 if that isn't known
	// Next is where the next page starts, zero if this is the last one. If the page isn't
	// full, the search ended there because it had read enough.
	Next Place
	// Read is how many risks were read to find those on the page; 0 if the asker may not see
	// all of them.
	Read int
	// Unindexed means that older closed risks may be missing for now.
	Unindexed bool
}

// listRead is how many risks are read for one page if the indexes don't answer a query
// alone.
const listRead = 500

// List implements Handling.
func (e *Engine) List(ctx context.Context, by core.Actor, q ListQuery) (Listing, error) {
	ctx = core.ForPerson(ctx)
	all, err := e.rights.MayReadAll(ctx, by.Account)
	if err != nil {
		return Listing{}, core.Unanswered("rights to read", err)
	}
	if !all && !e.org.Permissions.Read.Involved {
		return Listing{}, nil
	}
	var groups func(workspace string) []core.Ref
	if q.Mine || !all || len(q.Handlers) > 0 {
		if groups, err = e.groupsInUse(ctx); err != nil {
			return Listing{}, err
		}
	}
	query, err := e.query(ctx, by, q, groups)
	if err != nil {
		return Listing{}, err
	}
	operator := false
	if !all && !q.Mine {
		if operator, err = e.mayBeOperator(ctx, by.Account); err != nil {
			return Listing{}, core.Unanswered("who you are", err)
		}
	}
	var failed error
	switch {
	case operator: // no index holds operators
		query.Keep = e.keepsReadable(ctx, by.Account, query.Keep, &failed)
	case q.Mine || !all:
		if query.Who, err = e.people.RefsOf(ctx, by.Account, groups); err != nil {
			return Listing{}, core.Unanswered("who you are", err)
		}
	}
	if !all && !q.Mine && !operator {
		for _, m := range e.org.Modules {
			if slices.Contains(query.Who, m.Lead) {
				query.Led = append(query.Led, m.Name)
			}
		}
	}
	found, err := e.store.Find(ctx, query)
	if err != nil {
		return Listing{}, err
	}
	if failed != nil {
		return Listing{}, core.Unanswered("rights to read", failed)
	}
	if operator {
		found.Read = 0
	}
	return Listing{Risks: found.Risks, Total: found.Total, Next: found.Next, Read: found.Read, Unindexed: found.Unindexed}, nil
}

// query returns what to look for, without the asker's rights.
func (e *Engine) query(ctx context.Context, by core.Actor, q ListQuery, groups func(workspace string) []core.Ref) (Query, error) {
	out := Query{
		Statuses: q.Statuses, Due: q.Due, Filed: q.Filed, Closed: q.Closed,
		ByDue: q.ByDue, After: q.After, Limit: q.Limit, Read: listRead,
	}
	if out.Statuses == nil {
		out.Statuses = OpenStatuses()
	}
	if out.Limit == 0 {
		out.Limit = core.MaxListed
	}
	if q.Module != "" {
		out.Modules = []string{q.Module}
	}
	if now := e.clock.Now(); q.Overdue && (out.Due.Before.IsZero() || out.Due.Before.After(now)) {
		out.Due.Before = now
	}
	var err error
	if out.Handlers, err = e.refsOfAll(ctx, by, q.Handlers, groups); err != nil {
		return Query{}, err
	}
	noGroups := func(string) []core.Ref { return nil }
	if out.By, err = e.refsOfAll(ctx, by, q.By, noGroups); err != nil {
		return Query{}, err
	}
	if len(q.Severities)+len(q.Fields)+len(q.Words) > 0 {
		out.Keep = q.keeps
	}
	return out, nil
}

// refsOfAll returns every Ref that may mean any of these people or groups.
func (e *Engine) refsOfAll(ctx context.Context, by core.Actor, refs []core.Ref, groups func(workspace string) []core.Ref) ([]core.Ref, error) {
	var out []core.Ref
	for _, ref := range people.Qualify(refs, by.Account.Workspace) {
		more, err := e.people.Meaning(ctx, ref, groups)
		if err != nil {
			return nil, core.Unanswered("who that is", err)
		}
		out = append(out, more...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// keeps reports whether a risk matches what the indexes don't hold.
func (q ListQuery) keeps(r core.Risk) bool {
	if len(q.Severities) > 0 && !slices.Contains(q.Severities, r.Severity) {
		return false
	}
	for key, option := range q.Fields {
		if r.Fields[key].Text != option {
			return false
		}
	}
	title := searched(r.Title)
	return !slices.ContainsFunc(q.Words, func(w string) bool { return !strings.Contains(title, searched(w)) })
}

// searched returns the same for texts that differ in case, width and spaces only.
func searched(s string) string { return foldTitle(text.Fold(s)) }
