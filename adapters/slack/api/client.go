// Package api is the only client of Slack's Web API, for the adapter and the bot
// of one workspace.
//
// call.go sends a call and judges the answer, errors.go says what Slack's error
// codes mean and rates.go what calls cost. Most methods are called through
// slack-go, which builds their requests and decodes their answers: see
// Client.Web. Every error is a *core.Error.
package api

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/rest"
)

// Platform is Slack's name in config files and in errors.
const Platform = "slack"

// Config says how to reach one workspace.
type Config struct {
	Workspace string            // its name in the config file
	Token     string            // of the bot user: "xoxb-…"
	URL       string            // where the Web API is; "" is Slack's own
	Timeout   time.Duration     // of one call with its whole answer; 0 is rest.DefaultTimeout
	Rates     rest.Rates        // in place of published rate limits
	Transport http.RoundTripper // nil: one of its own

	// Observe counts calls by method and outcome: "ok" or a core.Kind; nil for
	// nobody.
	Observe func(method, outcome string)
}

// Where response_urls lead, in addition to the API's own host. The second is
// GovSlack's, https://docs.slack.dev/govslack.
const (
	responseOrigin   = "https://hooks.slack.com"
	governmentOrigin = "https://hooks.slack-gov.com"
)

// Client calls the Web API for one workspace. It never retries and does not wait
// for a rate budget; its callers do. It is safe for concurrent use.
type Client struct {
	workspace string
	token     string
	line      *rest.Line
	web       *slack.Client
	rates     rest.Rates
	observe   func(method, outcome string)
}

// New returns the client that c describes. It does no I/O.
func New(c Config) (*Client, error) {
	if c.Workspace == "" || c.Token == "" {
		return nil, errors.New("slack: a workspace needs a name and a bot token")
	}
	if c.URL == "" {
		c.URL = slack.APIURL
	}
	line, err := rest.NewLine(rest.Config{
		Platform: Platform, URL: c.URL, Origins: []string{responseOrigin, governmentOrigin}, Timeout: c.Timeout, MaxAnswer: maxAnswer, Transport: c.Transport,
	})
	if err != nil {
		return nil, err
	}
	cl := &Client{workspace: c.Workspace, token: c.Token, line: line, rates: c.Rates, observe: c.Observe}
	if cl.observe == nil {
		cl.observe = func(string, string) {}
	}
	cl.web = cl.webFor()
	return cl, nil
}

// Workspace returns the workspace's name in the config file.
func (c *Client) Workspace() string { return c.workspace }

// Encrypted reports whether the API is reached over https.
func (c *Client) Encrypted() bool { return c.line.Base().Scheme == "https" }

// Web returns slack-go's client of this workspace. Its requests go through the
// Client, and its errors are passed to rest.Read or effect.Write, since those of
// answers that it cannot decode are its own.
func (c *Client) Web() *slack.Client { return c.web }

// webFor returns a client of slack-go. It neither retries nor debugs: the one
// would send twice, the other logs what people write.
func (c *Client) webFor(options ...slack.Option) *slack.Client {
	return slack.New(c.token, append(options, slack.OptionAPIURL(c.line.Base().String()), slack.OptionHTTPClient(checkedClient{c}))...)
}

// MayRespond reports whether a response_url leads where it may.
func (c *Client) MayRespond(responseURL string) bool {
	u, err := url.Parse(responseURL)
	return err == nil && c.line.Allows(u)
}

// Close closes connections that are idle.
func (c *Client) Close() { c.line.Close() }
