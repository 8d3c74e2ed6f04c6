package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/people"
	"riskroom/core/text"
)

// Unreached is a person involved in a risk to whom a direct message couldn't be delivered.
type Unreached struct {
	As        core.Ref     `json:"as"`               // the handler, operator or lead who can't be reached, or the group that they are in
	Account   core.Account `json:"account,omitzero"` // zero if there was none
	Workspace string       `json:"workspace"`        // where they were looked for
	Code      string       `json:"code"`
	At        time.Time    `json:"at"`
}

// same reports whether two are about one person in one part.
func (u Unreached) same(o Unreached) bool { return u.As == o.As && u.Account == o.Account }

// involved returns the handlers, operators and lead of a risk.
func (e *Engine) involved(r core.Risk) []core.Ref {
	operators, err := e.operatorsOf(r)
	if err != nil {
		e.log.Error("operators could not be determined", "risk", r.Key, "node", r.Node, "err", err)
	}
	all := slices.Concat(r.Handlers, operators)
	if lead := e.lead(r); lead != "" {
		all = append(all, lead)
	}
	return people.Qualify(all, r.Home)
}

// stillUnreached returns those who can't be reached and are still involved.
func (e *Engine) stillUnreached(rec Record) []Unreached {
	if len(rec.Unreached) == 0 {
		return nil
	}
	involved := e.involved(rec.Risk)
	return slices.DeleteFunc(slices.Clone(rec.Unreached), func(u Unreached) bool { return !slices.Contains(involved, u.As) })
}

// marks returns what a card shows of people who can't be reached, in a form to compare.
func marks(all []Unreached) string {
	var out []string
	for _, u := range all {
		out = append(out, string(u.As)+" "+u.Account.String()+" "+u.Code)
	}
	return strings.Join(out, "\n")
}

// unreachedNames names people who can't be reached, each with the reason.
func (e *Engine) unreachedNames(ctx context.Context, p text.Printer, all []Unreached, workspace string) []core.Span {
	var out []core.Span
	for i, u := range all {
		if i > 0 {
			out = append(out, core.Plain(p.S("common.list.between")))
		}
		if i == maxNamed {
			return append(out, core.Plain(p.S("card.people.more", text.Args{"Count": len(all) - i})))
		}
		who := u.As
		if !u.Account.IsZero() {
			who = core.RefOf(u.Account)
		}
		why := p.First(text.Args{"Workspace": u.Workspace}, "card.unreached."+u.Code, "card.unreached.other")
		out = append(out, insert(p.S("card.unreached", text.Args{"Who": place, "Why": why}), e.people.Name(ctx, p, who, workspace))...)
	}
	return out
}

// place marks in a text where people go, who may be mentions.
const place = "\uFFFC"

// insert puts people in their place in a text.
func insert(s string, who ...core.Span) []core.Span {
	before, after, _ := strings.Cut(s, place)
	return slices.Concat(plain(before), who, plain(after))
}

// noteReach records who of the people involved couldn't be reached by a direct message,
// and who can be again. The cards that show it are brought up to date.
func (t *turn) noteReach(ctx context.Context, home string, p *performed) {
	if t.flow == nil {
		return // a notice
	}
	involved := t.e.involved(t.rec.Risk)
	for _, f := range p.out.Failed {
		as := t.involvedAs(ctx, home, involved, core.Ref(f.What))
		if !f.undeliverable() || as == "" {
			continue
		}
		u := Unreached{As: as, Workspace: home, Code: f.Code, At: t.e.clock.Now()}
		if a, ok := core.Ref(f.What).Account(); ok {
			u.Account, u.Workspace = a, a.Workspace
		}
		if !slices.ContainsFunc(t.rec.Unreached, func(o Unreached) bool { return o.same(u) && o.Code == u.Code }) {
			p.unreached = append(p.unreached, u)
		}
	}
	for _, u := range t.rec.Unreached {
		if !slices.Contains(involved, u.As) || t.reachedAgain(ctx, home, p, u) {
			u.Code = ""
			p.unreached = append(p.unreached, u)
		}
	}
	if len(p.unreached) > 0 {
		t.notices = append(t.notices, t.e.syncAt(t.run.ID.Risk, t.e.clock.Now()))
	}
}

// involvedAs returns which of the people involved a recipient is, "" if none.
func (t *turn) involvedAs(ctx context.Context, home string, involved []core.Ref, who core.Ref) core.Ref {
	a, isAccount := who.Account()
	for _, r := range involved {
		if r == who {
			return r
		}
		if !isAccount {
			continue
		}
		// If a directory can't be asked, the person is recorded the next time.
		if accounts, err := t.e.people.ResolveOne(ctx, r, home, people.ForDisplay); err == nil && slices.Contains(accounts, a) {
			return r
		}
	}
	return ""
}

// reachedAgain reports whether the step reached somebody who couldn't be reached before. A
// person who had no account and has one now has another entry if that can't be reached.
func (t *turn) reachedAgain(ctx context.Context, home string, p *performed, u Unreached) bool {
	reached := func(a core.Account) bool { return slices.Contains(p.out.Done, a.String()) }
	if !u.Account.IsZero() {
		return reached(u.Account)
	}
	accounts, err := t.e.people.ResolveOne(ctx, u.As, home, people.ForDisplay)
	return err == nil && slices.ContainsFunc(accounts, func(a core.Account) bool { return reached(a) || p.out.failed(a.String()) })
}
