// Package slack maps riskroom's actions onto one Slack workspace.
//
// All calls go through the workspace's client in package api, which the bot
// shares. calls.go and queries.go have one function per method of Slack's Web
// API: calls.go those that change something, through effect.Write, and
// queries.go those that only read, through rest.Read. The actions (send.go,
// create.go, set.go, badge.go) are lists of these calls. render.go lays out
// messages and cards as blocks; the bot uses it too.
package slack

import (
	"cmp"
	"fmt"
	"log/slog"
	"sync"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// Config describes an Adapter.
type Config struct {
	API    *api.Client  // of the workspace; shared with its bot
	End    string       // the value of topic_end; "" is archive
	Budget core.Budget  // paces reads outside of actions; nil grants them all
	Logger *slog.Logger // nil logs nothing
}

// Adapter is one Slack workspace. It is safe for concurrent use.
type Adapter struct {
	workspace string
	client    *api.Client
	web       *slack.Client // the client's
	end       string        // how topic groups end
	budget    core.Budget
	writer    effect.Writer
	render    Renderer

	mu   sync.Mutex
	self Identity // zero until the first auth.test
}

var _ core.Platform = (*Adapter)(nil)

// New returns the adapter of the client's workspace. It does no I/O; Check
// does.
func New(c Config) *Adapter {
	a := &Adapter{
		workspace: c.API.Workspace(),
		client:    c.API,
		web:       c.API.Web(),
		end:       cmp.Or(c.End, endArchive),
		budget:    c.Budget,
		writer: effect.Writer{
			Platform: api.Platform, Workspace: c.API.Workspace(), Log: c.Logger,
			Classify: func(method string, err error) error { return rest.Failure(api.Platform, method, err) },
		},
		render: Renderer{Workspace: c.API.Workspace()},
	}
	if a.budget == nil {
		a.budget = rest.Unpaced{}
	}
	return a
}

// own returns an error for another workspace.
func (a *Adapter) own(action, workspace string) error {
	if workspace == a.workspace {
		return nil
	}
	return &core.Error{
		Op: "slack: " + action, Kind: core.Invalid, Detail: "other_workspace",
		Err: fmt.Errorf("%q is not %q", workspace, a.workspace),
	}
}
