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

// alikeWithin is for how long a title that was filed is asked about.
const alikeWithin = 10 * time.Minute

// trailRead is how much of a trail is read to find how a risk of the last minutes
// was filed.
const trailRead = 200

// alike returns the open risk that the same person filed under the same title a
// short while ago, nil if there is none. own tells that op is what filed one, so
// that nobody is asked about their own first try.
func (e *Engine) alike(ctx context.Context, op string, mine []core.Account, title string) (before *core.Risk, own bool, err error) {
	var who []core.Ref
	for _, a := range mine {
		who = append(who, core.RefOf(a))
	}
	risks, _, err := e.store.Find(ctx, Query{
		Who: who, Since: e.clock.Now().Add(-alikeWithin), Limit: core.MaxListed,
	})
	if err != nil {
		return nil, false, err
	}
	for _, r := range risks {
		if !slices.Contains(mine, r.Submitter.Account) || foldTitle(r.Title) != foldTitle(title) {
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

// filedBy reports whether op is what filed a risk.
func (e *Engine) filedBy(ctx context.Context, op string, risk core.RiskKey) (bool, error) {
	trail, err := e.store.Trail(ctx, risk, trailRead)
	return slices.ContainsFunc(trail, func(ev Event) bool { return ev.Kind == EventFiled && ev.Op == op }), err
}

// foldTitle is equal for titles that read alike.
func foldTitle(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// number returns the key for a new risk, or the risk of the same person and title
// that is there already. Two that come in at one moment, perhaps in two
// processes, do not see each other in any list: which of them takes its number
// first is told, and the other is answered once that one is there.
func (e *Engine) number(ctx context.Context, op string, by core.Actor, d Draft) (core.RiskKey, *core.Risk, error) {
	// Whom a directory cannot tell just now is asked about their own account.
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

// alikeAs is equal for risks of the same person and title.
func alikeAs(mine []core.Account, title string) string {
	var all []string
	for _, a := range mine {
		all = append(all, a.String())
	}
	sum := sha256.Sum256([]byte(slices.Min(all) + "\x00" + foldTitle(title)))
	return hex.EncodeToString(sum[:16])
}
