// Package render shows what a flow sends. It carries the flow out on a risk, with the
// engine, the adapters and the store's scripts of serve. The workspaces are emulated, the
// store is in memory, and no connection leaves this machine.
//
// world.go starts everything, tap.go records the calls to a platform, sample.go makes up a risk,
// and expected.go what the flow expects to be there.
package render

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"riskroom/adapters/stage"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// Options configures Flow. Fields are required unless noted.
type Options struct {
	Config *config.Config
	Flow   *flow.Flow
	Risk   *core.Risk // nil: a made-up one that fills every field
	Home   string     // the workspace where the risk is filed
	Now    time.Time
	Log    *slog.Logger
}

// Shown is what a flow sends for a risk that is filed in one workspace.
type Shown struct {
	Platform  platform.Platform
	Workspace string
	Risk      core.RiskKey
	Steps     []Step
}

// Step is what one step does. Its condition, and that of its flow, count as true.
type Step struct {
	Key     string
	Action  string
	If      *flow.Condition // nil if it has none
	Wait    string          // how long a wait waits, as in the flow
	ReplyTo string          // the ID of the step to whose message it replies; "": none
	Groups  []Group         // that it creates
	Posts   []Post          // that it sends
	Says    []string        // what a platform shows of its other changes
	Calls   []Call
	Failed  []engine.Event // why it isn't done, or not all of it
}

// Group is a group that a step creates.
type Group struct {
	Workspace string
	Room      stage.Room
	Members   []string // names
}

// Post is a message that a step sends.
type Post struct {
	stage.Post
	Workspace string
	Room      stage.Room
	Pinned    bool
}

// Call is a call that changes something on a platform.
type Call struct {
	Workspace string `json:"workspace"`
	Method    string `json:"method"`
	Payload   any    `json:"payload,omitempty"`
}

// Flow carries out a flow and returns what it sends.
func Flow(ctx context.Context, o Options) (shown Shown, err error) {
	w, err := build(ctx, o)
	if err != nil {
		return shown, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := w.file(ctx); err != nil {
		return shown, err
	}
	if before := w.itemGroup; before != nil {
		if _, err := w.engine.Rehearse(ctx, before, w.risk.Key, &flow.Cause{}); err != nil {
			return shown, fmt.Errorf("create the risk's group: %w", err)
		}
		w.harvest(nil)
	}
	if _, err := w.engine.Rehearse(ctx, w.flow, w.risk.Key, w.cause(w.risk)); err != nil {
		return shown, fmt.Errorf("carry out %s: %w", o.Flow.Name, err)
	}
	w.enter(len(w.steps))
	if err := w.failures(ctx); err != nil {
		return shown, err
	}
	return Shown{Platform: w.place(o.Home).Platform, Workspace: o.Home, Risk: w.risk.Key, Steps: w.steps}, nil
}
