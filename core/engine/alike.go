package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"riskroom/core"
)

// alikeWithin is how long riskroom asks before filing the same title again.
const alikeWithin = 10 * time.Minute

// trailRead is how many events of a recent risk are read to find how it was filed.
const trailRead = 200

// alike returns the open risk that the same person has just filed with the same
// title, nil if there is none. own reports whether op itself filed one, so that
// riskroom doesn't ask about a repeat.
func (e *Engine) alike(ctx context.Context, op string, mine []core.Account, title string) (before *core.Risk, own bool, err error) {
	var who []core.Ref
	for _, a := range mine {
		who = append(who, core.RefOf(a))
	}
	found, err := e.store.Find(ctx, Query{
		Statuses: OpenStatuses(), By: who, Filed: Period{From: e.clock.Now().Add(-alikeWithin)}, Limit: core.MaxListed,
	})
	if err != nil {
		return nil, false, err
	}
	for _, r := range found.Risks {
		if foldTitle(r.Title) != foldTitle(title) {
			continue
		}
		if own, err := e.filedBy(ctx, op, r.Key); own || err != nil {
			return nil, own, err
		}
		if before == nil {
			before = &r
		}
	}
	return before, false, nil
}

// filedBy reports whether op filed a risk.
func (e *Engine) filedBy(ctx context.Context, op string, risk core.RiskKey) (bool, error) {
	trail, err := e.store.Trail(ctx, risk, "", trailRead)
	return slices.ContainsFunc(trail, func(ev Event) bool { return ev.Kind == EventFiled && ev.Op == op }), err
}

// foldTitle returns the same for titles that differ in case and spaces only.
func foldTitle(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// number returns the key for a new risk, or the open risk that the same person
// has just filed with the same title. Two such filings at the same moment, perhaps
// in two processes, don't find each other in any list. The store gives a number to
// the first only, and the second gets an error until the first is stored.
func (e *Engine) number(ctx context.Context, op string, by core.Actor, d Draft) (core.RiskKey, *core.Risk, error) {
	// If the directory is down, look for the account itself.
	mine, err := e.people.AccountsOf(ctx, by.Account)
	if err != nil {
		mine = []core.Account{by.Account}
	}
	again := d.Again
	if !again {
		before, own, err := e.alike(ctx, op, mine, d.Title)
		if err != nil || before != nil {
			return "", before, err
		}
		again = own
	}
	for {
		n, other, err := e.store.NextNumber(ctx, Numbering{Op: op, Alike: alikeAs(mine, d.Title), Again: again})
		switch {
		case err != nil:
			return "", nil, err
		case other == 0:
			return core.MakeRiskKey(e.org.KeyPrefix, n), nil, nil
		}
		rec, err := e.store.Get(ctx, core.MakeRiskKey(e.org.KeyPrefix, other))
		switch {
		case err != nil:
			return "", nil, core.Unanswered("whether the same title is being filed", err)
		case rec.Risk.Status.Open():
			return "", &rec.Risk, nil
		}
		again = true
	}
}

// alikeAs returns the same for filings of the same person and title.
func alikeAs(mine []core.Account, title string) string {
	var all []string
	for _, a := range mine {
		all = append(all, a.String())
	}
	sum := sha256.Sum256([]byte(slices.Min(all) + "\x00" + foldTitle(title)))
	return hex.EncodeToString(sum[:16])
}
