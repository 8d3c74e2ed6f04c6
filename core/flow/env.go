package flow

import (
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// Env is the environment of conditions, templates and people lists when a step begins.
type Env struct {
	Risk           core.Risk
	Now            time.Time
	Lead           core.Ref   // lead of the risk's module, "" if none
	Administrators []core.Ref // whom the keyword "administrators" means
	Operators      []core.Ref // of the risk's node
	Count          int        // of the risks in a digest
	Cause          Cause      // of the run of an event. Its By is the submitter's account if both are one person's

	Text   text.Printer                      // formats statuses, severities, dates and lists
	Name   func(core.Ref) string             // the name of a person in a text; nil or "": as the Ref is written; called only for people that a template shows
	Option func(field, option string) string // the label of a choice of an own select field; nil or "": its key
	Node   func(key string) string           // the label of a node; nil or "": its key

	Until func(*Condition, Env) // called before an until is evaluated, for simulations; may be nil
}

// name returns the name of a person or group.
func (e Env) name(ref core.Ref) string {
	if e.Name != nil {
		if s := e.Name(ref); s != "" {
			return s
		}
	}
	return string(ref)
}

// refOf returns who did something, "" for riskroom itself.
func refOf(a core.Actor) core.Ref {
	if a.Account.IsZero() {
		return ""
	}
	return core.RefOf(a.Account)
}

// actorName returns the name of somebody who did something.
func (e Env) actorName(a core.Actor) string {
	if a.Name != "" {
		return a.Name
	}
	return e.name(refOf(a))
}

// option returns the label of a choice of an own select field.
func (e Env) option(field, key string) string {
	if e.Option != nil {
		if s := e.Option(field, key); s != "" {
			return s
		}
	}
	return key
}

// node returns the label of a node.
func (e Env) node(key string) string {
	if e.Node != nil {
		if s := e.Node(key); s != "" {
			return s
		}
	}
	return key
}

// samples returns environments that everything compiled must work in: a risk on which
// nothing is set, and one on which everything is set.
func samples(s *scope) []Env {
	when := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	number := 1.5
	full := core.Risk{
		Key: "R-17", Title: "Ledger", Module: "Payments", Severity: core.High, Description: "off by one",
		DiscoveredAt: when, DueAt: when, SubmittedAt: when, StatusSince: when, Status: core.Pending,
		Submitter: core.Actor{Account: core.Account{Workspace: "acme", ID: "U1"}}, Handlers: []core.Ref{"lin"},
		Resolution: "fixed", Fields: map[string]core.Value{},
	}
	for _, v := range s.own {
		full.Fields[ownKey(v.name)] = core.Value{Text: "x", Number: &number, Date: when, People: []core.Ref{"lin"}}
	}
	if node, ok := s.lookup(nodeName); ok {
		full.Node, full.NodeSince = node.words[0], when
	}
	return []Env{{}, {
		Risk: full, Now: when, Lead: "wei", Administrators: []core.Ref{"lin"}, Operators: []core.Ref{"lin"}, Count: 3,
		Cause: Cause{By: full.Submitter, Note: "fixed", From: core.Pending, To: core.Resolved, NewHandlers: full.Handlers, Group: "ledger-r-17", GroupType: core.Item},
	}}
}
