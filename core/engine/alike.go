package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"riskroom/core"
)

// foldTitle returns the same for titles that differ in case and spaces only.
func foldTitle(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// number returns the key for a new risk, or the open risk that the same person has just
// filed with the same title. Of two such filings at the same moment, perhaps in two
// processes, only the first gets a number. The second gets an error until the first is
// stored.
func (e *Engine) number(ctx context.Context, op string, by core.Actor, d Draft) (core.RiskKey, *core.Risk, error) {
	// If the directory is down, look for the account itself.
	mine, err := e.people.AccountsOf(ctx, by.Account)
	if err != nil {
		mine = []core.Account{by.Account}
	}
	n := Numbering{Op: op, Alike: alikeAs(mine, d.Title), Again: d.Again}
	for {
		got, err := e.store.NextNumber(ctx, n)
		if err != nil {
			return "", nil, err
		}
		if got.Alike == 0 {
			return core.MakeRiskKey(e.org.KeyPrefix, got.Number), nil, nil
		}
		before, err := e.alike(ctx, got, d.Title)
		if before != nil || err != nil {
			return "", before, err
		}
		n.Again = true
	}
}

// alike returns the risk to ask about, nil if op has filed its own already, or if the
// other one doesn't count: it was never stored, it was closed or renamed since, or it is
// old by the program's clock.
func (e *Engine) alike(ctx context.Context, n Numbered, title string) (*core.Risk, error) {
	if n.Number != 0 {
		_, err := e.store.Get(ctx, core.MakeRiskKey(e.org.KeyPrefix, n.Number))
		if core.KindOf(err) != core.NotFound {
			return nil, err
		}
	}
	rec, err := e.store.Get(ctx, core.MakeRiskKey(e.org.KeyPrefix, n.Alike))
	r := rec.Risk
	switch {
	case core.KindOf(err) == core.NotFound && !n.Filing:
		return nil, nil
	case err != nil:
		return nil, core.Unanswered("whether the same title is being filed", err)
	case !r.Status.Open(), foldTitle(r.Title) != foldTitle(title), e.clock.Now().Sub(r.SubmittedAt) > AlikeWithin:
		return nil, nil
	}
	return &r, nil
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
