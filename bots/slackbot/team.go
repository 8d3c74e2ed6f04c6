package slackbot

import (
	"context"
	"net/http"

	"riskroom/adapters/rest"
)

// identity says which workspace is ours.
type identity struct {
	team       string // "" is not known yet
	enterprise string // "" outside of Enterprise Grid
}

// from says where a payload comes from.
type from struct {
	team       string
	enterprise string
	userTeam   string // of the person, "" if not told
}

// ours reports whether a payload is of our workspace and by one of its people, or
// by somebody of the same organisation. What people of other organisations do in
// shared channels comes in under our signature too.
func (id identity) ours(f from) bool {
	if f.team != id.team {
		return false
	}
	return f.userTeam == "" || f.userTeam == id.team ||
		id.enterprise != "" && (f.userTeam == id.enterprise || f.enterprise == id.enterprise)
}

// admit checks where a payload comes from.
func (b *Bot) admit(ctx context.Context, f from) *rejection {
	id, err := b.whoAmI(ctx)
	if err != nil {
		b.log.Error("slackbot: cannot ask which workspace this is", "error", err)
		return &rejection{http.StatusServiceUnavailable, outcomeNoTeam}
	}
	if !id.ours(f) {
		return &rejection{http.StatusForbidden, outcomeWrongTeam}
	}
	return nil
}

// whoAmI asks Slack once which workspace the token is for.
func (b *Bot) whoAmI(ctx context.Context) (identity, error) {
	b.mu.Lock()
	id := b.team
	b.mu.Unlock()
	if id.team != "" {
		return id, nil
	}
	id, err := call(ctx, b, "auth.test", func(ctx context.Context) (identity, error) {
		r, err := b.api.Web().AuthTestContext(ctx)
		if err != nil {
			return identity{}, err
		}
		if r.TeamID == "" {
			return identity{}, rest.ErrIncomplete
		}
		return identity{team: r.TeamID, enterprise: r.EnterpriseID}, nil
	})
	if err != nil {
		return identity{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.team = id
	return id, nil
}
