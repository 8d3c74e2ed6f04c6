package engine

import (
	"context"
	"encoding/json"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
	"riskroom/core/text"
)

// MayFile implements Filing.
func (e *Engine) MayFile(ctx context.Context, by core.Actor) error {
	ctx = core.ForPerson(ctx)
	ok, err := e.rights.MayFile(ctx, by.Account)
	switch {
	case err != nil:
		return core.Unanswered("rights to file", err)
	case !ok:
		return core.Refuse(core.Denied, "may_not_file", "")
	}
	return nil
}

// filedResult is stored with the op and returned for a repeat.
type filedResult struct {
	Now    []string `json:"now,omitempty"`
	Missed []string `json:"missed,omitempty"`
}

// File implements Filing.
func (e *Engine) File(ctx context.Context, op string, by core.Actor, d Draft) (Filed, error) {
	ctx = core.ForPerson(ctx)
	if err := e.MayFile(ctx, by); err != nil {
		return Filed{}, err
	}
	now, dated := e.now(), !d.DiscoveredAt.IsZero()
	d, unresolved, err := e.checkDraft(ctx, by, d, now)
	if err != nil {
		return Filed{}, err
	}
	key, before, err := e.number(ctx, op, by, d)
	if err != nil || before != nil {
		return Filed{Before: before}, err
	}
	r := core.Risk{
		Key: key, Version: 1, Home: by.Account.Workspace,
		Title: d.Title, Module: d.Module, Severity: d.Severity, Description: d.Description,
		DiscoveredAt: d.DiscoveredAt, DueAt: d.DueAt, Fields: people.QualifyFields(d.Fields, by.Account.Workspace),
		Source: d.Source, Files: d.Files, Submitter: by, SubmittedAt: now, Handlers: people.Qualify(d.Handlers, by.Account.Workspace), Status: core.Pending, StatusSince: now,
	}
	e.enterFirst(&r, now)
	p := plan(e.flows, flow.Change{After: r, By: by, Now: now, Env: e.envs(ctx)}, nil)
	result, err := json.Marshal(filedResult{Now: p.now, Missed: p.missed})
	if err != nil {
		return Filed{}, err
	}
	filed := Event{At: now, V: 1, Kind: EventFiled, Actor: by, Op: op,
		Data: map[string]string{"module": r.Module, "severity": string(r.Severity)}}
	got, err := e.store.Apply(ctx, Change{
		Op: op, New: r, Result: string(result), File: e.file, Timers: p.timers, Events: append([]Event{filed}, p.events...),
	})
	if err != nil {
		return Filed{}, err
	}
	if !dated {
		r.DiscoveredAt = got.Risk.DiscoveredAt // both by default
	}
	if got.Repeat && report(r) != report(got.Risk) {
		return Filed{}, core.Refuse(core.Conflict, "already_filed", "", "Key", string(got.Risk.Key), "Command", e.org.Command)
	}
	if err := e.notifyUnresolved(ctx, "module", text.Args{"Module": r.Module}, unresolved); err != nil {
		e.log.ErrorContext(ctx, "administrators could not be notified", "module", r.Module, "handlers", unresolved, "err", err)
	}
	e.Wake()
	var res filedResult
	if err := json.Unmarshal([]byte(got.Result), &res); err != nil {
		return Filed{}, invalid("stored result of "+op, err)
	}
	return Filed{Risk: got.Risk, Repeat: got.Repeat, Now: res.Now, Missed: res.Missed}, nil
}

// report returns the same for risks that were reported in the same words.
func report(r core.Risk) string {
	same, _ := json.Marshal(core.Risk{ // has been stored as JSON: can't fail
		Title: foldTitle(r.Title), Module: r.Module, Severity: r.Severity, Description: r.Description,
		DiscoveredAt: r.DiscoveredAt, DueAt: r.DueAt, Fields: r.Fields, Handlers: r.Handlers,
	})
	return string(same)
}
