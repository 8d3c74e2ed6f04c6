package inspect

import (
	"context"
	"fmt"

	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Workspace is a connected workspace of the config file.
type Workspace struct {
	platform.Workspace
	Settings config.WorkspaceSettings

	// The result of Ask.
	Identity platform.Identity
	Failure  error
}

// Connect creates the adapter of a workspace. It does no I/O.
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

// Ask asks the platform which bot the credentials belong to, and keeps the result.
func (w *Workspace) Ask(ctx context.Context) error {
	w.Identity, w.Failure = w.Access.Check(ctx)
	return w.Failure
}

// place returns the name of a workspace that accepts the bot.
func (w *Workspace) place() text.Phrase {
	return text.Phrasef("%s on %s", w.Identity.Name, w.Inspector.Words().Platform)
}

// States of a workspace.
const (
	stateOK      = "ok"
	stateAway    = "away" // temporarily unreachable
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
