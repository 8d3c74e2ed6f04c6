// Package slack maps the actions of riskroom onto one Slack workspace.
//
// Every call that changes something passes through write (write.go), every one
// that only reads through read (read.go); calls.go and queries.go hold one
// function per method of Slack's Web API, transport.go judges the answers,
// errors.go names what they mean, rates.go what they cost. The actions
// themselves (send.go, create.go, set.go, badge.go) are then lists of calls.
// render.go lays messages and cards out as blocks; the bot's half of Slack uses
// it too.
package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// Platform is Slack's name in config files.
const Platform = "slack"

// Config says how to reach one workspace.
type Config struct {
	Workspace   string            // its name in the config file
	BotToken    string            // "xoxb-…"
	APIURL      string            // where the Web API is; "" is Slack's own
	CallTimeout time.Duration     // of one call with its whole answer; 0 is ten seconds
	Rates       Rates             // in place of published rate limits
	Budget      core.Budget       // paces the reads outside of actions; nil lets all of them through
	Transport   http.RoundTripper // nil: one of its own

	// Observe counts calls by method and outcome: "ok" or a core.Kind; nil for
	// nobody.
	Observe func(method, outcome string)
	Logger  *slog.Logger // nil: says nothing
}

// Adapter is one Slack workspace. It is safe for concurrent use.
type Adapter struct {
	workspace string
	token     string
	api       *slack.Client
	line      *line
	rates     Rates
	budget    core.Budget
	writer    effect.Writer
	render    Renderer

	mu   sync.Mutex
	self Identity // zero until the first auth.test
}

var _ core.Platform = (*Adapter)(nil)

const defaultTimeout = 10 * time.Second

// New returns the adapter of the workspace that c describes. It does no I/O;
// Check does.
func New(c Config) (*Adapter, error) {
	if c.Workspace == "" || c.BotToken == "" {
		return nil, errors.New("slack: a workspace needs a name and a bot token")
	}
	base := cmp.Or(c.APIURL, slack.APIURL)
	if !strings.HasSuffix(base, "/") {
		base += "/" // methods are appended as they are
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("slack: the API's URL is not an http or https URL")
	}
	a := &Adapter{
		workspace: c.Workspace,
		token:     c.BotToken,
		line:      newLine(u, c.Transport, cmp.Or(c.CallTimeout, defaultTimeout), c.Observe),
		rates:     c.Rates,
		budget:    c.Budget,
		writer:    newWriter(c),
		render:    Renderer{Workspace: c.Workspace},
	}
	if a.budget == nil {
		a.budget = unpaced{}
	}
	// Neither retries nor debugging: the one would send twice, the other logs
	// what people write.
	a.api = slack.New(c.BotToken, slack.OptionAPIURL(base), slack.OptionHTTPClient(a.line))
	return a, nil
}

// unpaced is the budget of an adapter that has none.
type unpaced struct{}

func (unpaced) Spend(ctx context.Context, _ []core.Bucket, call func(context.Context) error) error {
	return call(ctx)
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
