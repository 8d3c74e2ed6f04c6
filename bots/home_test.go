package bots

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

func TestHome(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	attention := engine.Attention{Parked: []engine.RunID{{Risk: "R-3", Flow: "remind"}, {Risk: "R-0", Flow: "notice"}}, Lost: []core.RiskKey{"R-5"}}
	b := newBot(t, f, func(c *Config) {
		c.Attention = func(context.Context, core.Actor) (engine.Attention, error) { return attention, nil }
	})
	c := Command{Actor: lin}
	h, err := b.Home(t.Context(), c)
	if err != nil || len(h.Sections) != 4 || h.New != "New risk" {
		t.Fatalf("%+v, %v", h, err)
	}
	wants(t, h.Sections[0].Title+h.Sections[0].Note, "Risks that you handle", "No open risks.")
	parked := h.Sections[2]
	wants(t, parked.Title+parked.Lines[0].Text+parked.Note, "Runs that need you", "R-3: remind", "riskroom runs")
	if parked.Lines[0].Open == "" || parked.Lines[1].Open != "" {
		t.Errorf("the buttons are %+v", parked.Lines)
	}
	wants(t, h.Sections[3].Title+h.Sections[3].Note, "Lost channels", "/risk group release")
	me := []core.Ref{"acme/U0LIN"}
	if q := f.queries; len(q) != 3 || !q[0].Mine || !q[0].Overdue || q[1].Handlers[0] != me[0] || q[2].By[0] != me[0] || q[1].Limit != shownHome {
		t.Errorf("asked for %+v", q)
	}

	attention = engine.Attention{}
	f.listing = engine.Listing{Risks: []core.Risk{{Key: "R-17", Title: "Ledger", Severity: core.High, Status: core.Pending, DueAt: now.Add(-core.Day)}}, Total: 12}
	h, err = b.Home(t.Context(), c)
	if err != nil || len(h.Sections) != 3 {
		t.Fatalf("%+v, %v", h, err)
	}
	wants(t, h.Sections[0].Title+h.Sections[0].Lines[0].Text+h.Sections[0].Note, "Overdue", "R-17 Ledger", "overdue since", "11 more: /risk mine")
	f.before = func(context.Context, string) error { return errors.New("down") }
	if _, err = b.Home(t.Context(), c); err == nil {
		t.Error("a home is made of nothing")
	}
}

// TestOutdated checks that a home is made again only after a change of the person's risks,
// or after a while.
func TestOutdated(t *testing.T) {
	t.Parallel()
	of := func(id string) core.Account { return core.Account{Workspace: "acme", ID: id} }
	made := map[core.Account]time.Time{of("old"): now.Add(-homeFor - 1), of("same"): now.Add(-homeFor), of("changed"): now, of("before"): now}
	byName := func(a, b core.Account) int { return strings.Compare(a.ID, b.ID) }
	all := append(slices.Collect(maps.Keys(made)), of("new"))
	slices.SortFunc(all, byName)
	var failure error
	b := newBot(t, &fakeEngine{}, func(c *Config) {
		c.Touched = func(_ context.Context, since time.Time, asked []core.Account) (map[core.Account]time.Time, error) {
			if want := now.Add(-homeFor - homeSkew); !since.Equal(want) || len(asked) != 3 {
				t.Errorf("asked since %s for %v", since, asked)
			}
			return map[core.Account]time.Time{of("changed"): now.Add(-homeSkew), of("before"): now.Add(-homeSkew - 1)}, failure
		}
	})
	got, err := b.Outdated(t.Context(), all, func(a core.Account) time.Time { return made[a] })
	slices.SortFunc(got, byName)
	if want := []core.Account{of("changed"), of("new"), of("old")}; err != nil || !slices.Equal(got, want) {
		t.Errorf("outdated are %v, %v", got, err)
	}
	failure = errors.New("down")
	if _, err := b.Outdated(t.Context(), all, func(a core.Account) time.Time { return made[a] }); err == nil {
		t.Error("nothing is outdated while nothing is known")
	}
}
