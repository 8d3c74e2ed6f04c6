package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
)

// docMark begins documents, so that programs before schema 4, whose documents are JSON alone,
// can't read them as risks without anything.
const docMark = "4"

// riskDoc is a risk as stored, after docMark. Its names are short because every risk has them, and what
// nearly always follows from the rest is left out. Its key is that of Redis.
type riskDoc struct {
	Title        string                `json:"t"`
	Module       string                `json:"m"`
	Severity     core.Severity         `json:"s"`
	Description  string                `json:"d,omitempty"`
	Submitter    actorDoc              `json:"by"`
	SubmittedAt  instant               `json:"at"`
	DiscoveredAt *instant              `json:"found,omitempty"` // nil: SubmittedAt
	DueAt        instant               `json:"due,omitzero"`
	Home         *string               `json:"home,omitempty"` // nil: the submitter's workspace
	Fields       map[string]core.Value `json:"fields,omitempty"`
	Source       *core.Quote           `json:"from,omitempty"`
	Files        []core.File           `json:"files,omitempty"`
	Version      int64                 `json:"v,omitempty"` // 0: 1
	Handlers     []core.Ref            `json:"who,omitempty"`
	Status       *core.Status          `json:"st,omitempty"`       // nil: pending
	StatusSince  *instant              `json:"st_since,omitempty"` // nil: SubmittedAt
	StatusBy     actorDoc              `json:"st_by,omitzero"`
	Notes        []core.Note           `json:"notes,omitempty"`
	Resolution   string                `json:"res,omitempty"`
	History      []core.StatusChange   `json:"hist,omitempty"`
	Changed      map[string]int64      `json:"changed,omitempty"`
	Node         string                `json:"node,omitempty"`
	NodeSince    instant               `json:"node_since,omitzero"`
}

// writeRisk returns a risk's document.
func writeRisk(r core.Risk) (string, error) {
	d := riskDoc{
		Title: r.Title, Module: r.Module, Severity: r.Severity, Description: r.Description, Submitter: actorDoc(r.Submitter),
		SubmittedAt: instant(r.SubmittedAt), DueAt: instant(r.DueAt), Fields: r.Fields, Source: r.Source, Files: r.Files,
		Handlers: r.Handlers, StatusBy: actorDoc(r.StatusBy), Notes: r.Notes, Resolution: r.Resolution, History: r.History,
		Changed: r.Changed, Node: r.Node, NodeSince: instant(r.NodeSince),
	}
	if r.Version != 1 {
		d.Version = r.Version
	}
	if r.Home != r.Submitter.Account.Workspace {
		d.Home = &r.Home
	}
	if r.Status != core.Pending {
		d.Status = &r.Status
	}
	if r.DiscoveredAt != r.SubmittedAt {
		d.DiscoveredAt = (*instant)(&r.DiscoveredAt)
	}
	if r.StatusSince != r.SubmittedAt {
		d.StatusSince = (*instant)(&r.StatusSince)
	}
	b, err := json.Marshal(d)
	return docMark + string(b), err
}

// readRisk reads a risk's document.
func readRisk(key core.RiskKey, doc string) (core.Risk, error) {
	text, found := strings.CutPrefix(doc, docMark)
	if !found {
		return readOlderRisk(doc)
	}
	var d riskDoc
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return core.Risk{}, err
	}
	r := core.Risk{
		Key: key, Version: max(d.Version, 1), Title: d.Title, Module: d.Module, Severity: d.Severity, Description: d.Description,
		DiscoveredAt: time.Time(d.SubmittedAt), DueAt: time.Time(d.DueAt), Fields: d.Fields, Source: d.Source, Files: d.Files,
		Submitter: core.Actor(d.Submitter), SubmittedAt: time.Time(d.SubmittedAt), Home: d.Submitter.Account.Workspace,
		Handlers: d.Handlers, Status: core.Pending, StatusSince: time.Time(d.SubmittedAt), StatusBy: core.Actor(d.StatusBy),
		Notes: d.Notes, Resolution: d.Resolution, History: d.History, Changed: d.Changed, Node: d.Node, NodeSince: time.Time(d.NodeSince),
	}
	if d.Home != nil {
		r.Home = *d.Home
	}
	if d.Status != nil {
		r.Status = *d.Status
	}
	if d.DiscoveredAt != nil {
		r.DiscoveredAt = time.Time(*d.DiscoveredAt)
	}
	if d.StatusSince != nil {
		r.StatusSince = time.Time(*d.StatusSince)
	}
	return r, nil
}

// readOlderRisk reads a document that a program before schema 4 wrote. One before schema 3
// left nothing out.
func readOlderRisk(doc string) (core.Risk, error) {
	var d struct {
		core.Risk
		Home         *string    `json:"home"`
		DiscoveredAt *time.Time `json:"discovered_at"`
		StatusSince  *time.Time `json:"status_since"`
	}
	if err := json.Unmarshal([]byte(doc), &d); err != nil {
		return core.Risk{}, err
	}
	r := d.Risk
	r.Home, r.DiscoveredAt, r.StatusSince = r.Submitter.Account.Workspace, r.SubmittedAt, r.SubmittedAt
	if d.Home != nil {
		r.Home = *d.Home
	}
	if d.DiscoveredAt != nil {
		r.DiscoveredAt = *d.DiscoveredAt
	}
	if d.StatusSince != nil {
		r.StatusSince = *d.StatusSince
	}
	return r, nil
}

// instant is a time as stored: in ms, or as text if that would say less.
type instant time.Time

// IsZero reports whether there is none.
func (i instant) IsZero() bool { return time.Time(i).IsZero() }

// MarshalJSON implements json.Marshaler.
func (i instant) MarshalJSON() ([]byte, error) {
	t := time.Time(i)
	if t.Location() == time.UTC && at(t.UnixMilli()).Equal(t) {
		return strconv.AppendInt(nil, t.UnixMilli(), 10), nil
	}
	return t.MarshalJSON()
}

// UnmarshalJSON implements json.Unmarshaler.
func (i *instant) UnmarshalJSON(b []byte) error {
	if n, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		*i = instant(time.UnixMilli(n).UTC())
		return nil
	}
	return (*time.Time)(i).UnmarshalJSON(b)
}

// actorDoc is an Actor as stored: workspace, ID and name.
type actorDoc core.Actor

// MarshalJSON implements json.Marshaler.
func (a actorDoc) MarshalJSON() ([]byte, error) {
	return json.Marshal([]string{a.Account.Workspace, a.Account.ID, a.Name})
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *actorDoc) UnmarshalJSON(b []byte) error {
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	if len(list) != 3 {
		return fmt.Errorf("%s is nobody", b)
	}
	*a = actorDoc{Account: core.Account{Workspace: list[0], ID: list[1]}, Name: list[2]}
	return nil
}
