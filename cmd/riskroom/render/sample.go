package render

import (
	"maps"
	"slices"
	"time"

	"riskroom/cmd/riskroom/cast"
	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// sampleNumber is the number of the made-up risk.
const sampleNumber = 17

// sample makes up a risk that fills every field.
func (w *world) sample() core.Risk {
	org := &w.cfg.Organisation
	now := w.clock.Now().UTC().Truncate(time.Millisecond)
	day := func(days int) time.Time { return org.DateOf(now.In(org.Zone).AddDate(0, 0, days).Date()) }
	by := w.actor()
	reporter := core.Actor{Account: core.Account{Workspace: w.home, ID: w.place(w.home).IDs[cast.Reporter]}, Name: cast.Reporter}
	r := core.Risk{
		Key: core.MakeRiskKey(org.KeyPrefix, sampleNumber), Version: 1, Home: w.home,
		Title:        w.say("Ledger is off by one"),
		Description:  w.say("Yesterday's totals differ from the bank's by one cent. The report is in https://example.com/ledger."),
		DiscoveredAt: day(-1), DueAt: day(3), Fields: map[string]core.Value{},
		Source:    &core.Quote{By: by, Link: "https://example.com/message"},
		Submitter: reporter, SubmittedAt: now, StatusSince: now,
		Notes: []core.Note{{At: now, By: by, Text: w.say("I have asked the bank.")}},
	}
	if len(org.Modules) > 0 {
		m := org.Modules[0]
		r.Module, r.Handlers = m.Name, m.Handlers
	}
	if len(org.Process) > 0 {
		r.Node, r.NodeSince = org.Process[0].Key, now
	}
	number := 1500.0
	for _, f := range org.Fields {
		switch f.Type {
		case core.TextField:
			r.Fields[f.Key] = core.Value{Text: w.say("an example")}
		case core.NumberField:
			r.Fields[f.Key] = core.Value{Number: &number}
		case core.SelectField:
			r.Fields[f.Key] = core.Value{Text: f.Options[0].Key}
		case core.DateField:
			r.Fields[f.Key] = core.Value{Date: day(2)}
		case core.PeopleField:
			r.Fields[f.Key] = core.Value{People: []core.Ref{core.RefOf(by.Account)}}
		}
	}
	w.suit(&r)
	if r.StatusBy = by; r.Status == core.Pending {
		r.StatusBy = core.Actor{}
	}
	if !r.Status.Open() {
		r.Resolution = w.say("The rounding is fixed.")
	}
	return r
}

// suit gives a risk a status and a severity with which the flow's condition is true, if there
// are any.
func (w *world) suit(r *core.Risk) {
	statuses := core.Statuses()
	if def := w.given.Def().Trigger; len(def.To) > 0 {
		statuses = nil
		for _, s := range def.To {
			statuses = append(statuses, core.Status(s))
		}
	} else if def.On == "status" {
		slices.Reverse(statuses[:3]) // resolved first
	}
	severities := append([]core.Severity{core.High}, core.Severities()...)
	for _, r.Status = range statuses {
		for _, r.Severity = range severities {
			env := flow.Env{Risk: *r, Now: w.clock.Now(), Administrators: w.cfg.Organisation.Permissions.Administrators}
			if c := w.cause(*r); c != nil {
				env.Cause = *c
			}
			if holds, err := w.given.If.Holds(env); err == nil && holds {
				return
			}
		}
	}
	r.Status, r.Severity = statuses[0], severities[0]
}

// actor returns somebody from the config file, or else who files the risks.
func (w *world) actor() core.Actor {
	p := w.place(w.home)
	for _, name := range slices.Sorted(maps.Keys(w.cfg.Organisation.People)) {
		if id := p.IDs[name]; id != "" {
			return core.Actor{Account: core.Account{Workspace: p.Name, ID: id}, Name: name}
		}
	}
	return core.Actor{Account: core.Account{Workspace: p.Name, ID: p.IDs[cast.Reporter]}, Name: cast.Reporter}
}

// say returns a phrase in the language of the config file.
func (w *world) say(s string) string {
	return text.NewWording(w.cfg.Organisation.Language, chinese()).Say(text.Plain(s))
}
