// Package slack maps the actions of riskroom onto one Slack workspace.
//
// All calls go through the workspace's client in the package api, which the bot
// shares. calls.go and queries.go hold one function per method of Slack's Web
// API: those that change something go through effect.Write, those that only read
// through rest.Read. The actions themselves (send.go, create.go, set.go,
// badge.go) are then lists of calls. render.go lays messages and cards out as
// blocks; the bot uses it too.
package slack

import (
	"fmt"
	"log/slog"
	"sync"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// Platform is Slack's name in config files.
const Platform = api.Platform

// Config is what an Adapter is made of.
type Config struct {
	API    *api.Client  // of the workspace; its bot has the same
	Budget core.Budget  // paces the reads outside of actions; nil lets all of them through
	Logger *slog.Logger // nil: says nothing
}

// Adapter is one Slack workspace. It is safe for concurrent use.
type Adapter struct {
	workspace string
	client    *api.Client
	web       *slack.Client // the client's
	budget    core.Budget
	writer    effect.Writer
	render    Renderer

	mu   sync.Mutex
	self Identity // zero until the first auth.test
}

var _ core.Platform = (*Adapter)(nil)

// New returns the adapter of the client's workspace. It does no I/O; Check does.
func New(c Config) *Adapter {
	a := &Adapter{
		workspace: c.API.Workspace(),
		client:    c.API,
		web:       c.API.Web(),
		budget:    c.Budget,
		writer: effect.Writer{
			Platform: Platform, Workspace: c.API.Workspace(), Log: c.Logger,
			Classify: func(method string, err error) error { return rest.Failure(Platform, method, err) },
		},
		render: Renderer{Workspace: c.API.Workspace()},
	}
	if a.budget == nil {
		a.budget = rest.Unpaced{}
	}
	return a
}

// own refuses what belongs to another workspace.
func (a *Adapter) own(action, workspace string) error {
	if workspace == a.workspace {
		return nil
	}
	return &core.Error{
		Op: "slack: " + action, Kind: core.Invalid, Detail: "other_workspace",
		Err: fmt.Errorf("%q is not %q", workspace, a.workspace),
	}
}
