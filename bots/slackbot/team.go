package slackbot

import (
	"context"
	"net/http"

	"riskroom/adapters/rest"
)

// identity identifies our workspace.
type identity struct {
	team       string // "" if not known yet
	enterprise string // "" outside of Enterprise Grid
}

// origin is where a payload comes from.
type origin struct {
	team       string
	enterprise string
	userTeam   string // of the person, "" if unknown
}

// ours reports whether a payload is for our workspace, from one of its people or
// somebody in the same organisation. Slack also sends us, signed, what people of
// other organisations do in shared channels.
func (id identity) ours(f origin) bool {
	if f.team != id.team {
		return false
	}
	return f.userTeam == "" || f.userTeam == id.team ||
		id.enterprise != "" && (f.userTeam == id.enterprise || f.enterprise == id.enterprise)
}

// admit checks where a payload comes from.
func (b *Bot) admit(ctx context.Context, f origin) *rejection {
	id, err := b.whoAmI(ctx)
	if err != nil {
		b.log.Error("slackbot: could not look up which workspace this is", "error", err)
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
