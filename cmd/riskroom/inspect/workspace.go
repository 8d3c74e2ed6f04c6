package inspect

import (
	"context"
	"fmt"

	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
	"riskroom/core/config"
)

// Workspace is a workspace of the config file, with what its platform says of it.
type Workspace struct {
	platform.Workspace
	Settings config.WorkspaceSettings

	// What Ask was answered.
	Identity platform.Identity
	Failure  error
}

// Connect makes the adapter of a workspace. It contacts nobody.
func Connect(c platform.Connection) (*Workspace, error) {
	s := c.Settings
	p, ok := platforms.Named(s.Platform)
	if !ok {
		return nil, fmt.Errorf("workspace %s: there is no platform %q", s.Name, s.Platform)
	}
	connected, err := p.Connect(c)
	if err != nil {
		return nil, err
	}
	return &Workspace{Workspace: connected, Settings: s}, nil
}

// Ask asks the platform whom the credentials belong to, and keeps the answer.
func (w *Workspace) Ask(ctx context.Context) error {
	w.Identity, w.Failure = w.Access.Check(ctx)
	return w.Failure
}

// place is what people call a workspace that accepts the bot.
func (w *Workspace) place() string { return w.Identity.Name + " on " + w.Inspector.Words().Platform }

// What can have become of a workspace.
const (
	stateOK      = "ok"
	stateAway    = "away" // it does not answer; it may come back
	stateRefused = "refused"
)

func stateOf(w *Workspace) string {
	switch {
	case w.Failure == nil:
		return stateOK
	case core.KindOf(w.Failure) == core.Unauthorized:
		return stateRefused
	}
	return stateAway
}
