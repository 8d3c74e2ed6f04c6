package store

import (
	"context"

	"riskroom/core"
)

// Limits of the remembered homes of a workspace.
const (
	homeFor  = 30 * core.Day
	maxHomes = 500
)

// OpenedHome records that a person has opened their home. It is forgotten after 30 days,
// or if 500 others of the workspace have opened theirs since.
func (s *Store) OpenedHome(ctx context.Context, a core.Account) error {
	if a.IsZero() {
		return invalid("opened home", "account", nil)
	}
	_, err := s.homes(ctx, "opened home", a.Workspace, a.ID)
	return err
}

// Homes returns the people of a workspace whose OpenedHome is recorded, the last one first.
func (s *Store) Homes(ctx context.Context, workspace string) ([]core.Account, error) {
	return s.homes(ctx, "homes", workspace, "")
}

func (s *Store) homes(ctx context.Context, op, workspace, id string) ([]core.Account, error) {
	c := s.call("homes", s.keys.homes(workspace)).add(id, homeFor.Milliseconds(), maxHomes)
	a, err := s.do(ctx, op, c)
	if err != nil {
		return nil, err
	}
	var all []core.Account
	for i := range a.list(1) {
		all = append(all, core.Account{Workspace: workspace, ID: a.list(1).text(i)})
	}
	return all, nil
}
