// Package api is the only client of Slack's Web API, for the adapter and the bot
// of one workspace.
//
// call.go sends a call and checks the answer, errors.go maps Discord's error
// codes, rates.go lists what calls cost, and breaker.go holds back calls that
// must not be sent now. Operations are named as in Discord's OpenAPI document.
// discordgo builds the requests, with their headers and the user agent that
// Discord asks for, and provides the types of embeds and components. Its own
// methods for operations are not used, because they wait, retry, and fail on
// headers that they cannot parse. Every error is a *core.Error.
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
	Admin     string            // of an organisation's administrator: "xoxp-…"; "" for none
	URL       string            // where the Web API is; "" is Slack's own
	Timeout   time.Duration     // of one call, including its answer; 0 is rest.DefaultTimeout
	Rates     rest.Rates        // replaces published rate limits
	Transport http.RoundTripper // nil creates one

	// Observe counts calls by method and outcome: "ok" or a core.Kind. It may
	// be nil.
	Observe func(method, outcome string)
}

// The hosts of response_urls, in addition to the API's own. The second is
// GovSlack's, https://docs.slack.dev/govslack.
const (
	responseOrigin   = "https://hooks.slack.com"
	governmentOrigin = "https://hooks.slack-gov.com"
)

// The hosts of files, for downloads and uploads, likewise.
const (
	filesOrigin           = "https://files.slack.com"
	governmentFilesOrigin = "https://files.slack-gov.com"
)

// Client calls the Web API for one workspace. It never retries and does not
// wait for a rate budget; its callers do. It is safe for concurrent use.
type Client struct {
	workspace string
	token     string
	admin     string
	http      *rest.Client
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
	client, err := rest.NewClient(rest.Config{
		Platform: Platform, URL: c.URL, Timeout: c.Timeout, MaxAnswer: maxAnswer, Transport: c.Transport,
		Origins: []string{responseOrigin, governmentOrigin, filesOrigin, governmentFilesOrigin},
	})
	if err != nil {
		return nil, err
	}
	cl := &Client{workspace: c.Workspace, token: c.Token, admin: c.Admin, http: client, rates: c.Rates, observe: c.Observe}
	if cl.observe == nil {
		cl.observe = func(string, string) {}
	}
	cl.web = cl.webFor(c.Token)
	return cl, nil
}

// Workspace returns the workspace's name in the config file.
func (c *Client) Workspace() string { return c.workspace }

// Encrypted reports whether the API is reached over https.
func (c *Client) Encrypted() bool { return c.http.Base().Scheme == "https" }

// Web returns slack-go's client of this workspace. Its requests go through the
// Client. Pass its errors to rest.Read or effect.Write, since slack-go returns
// its own errors for answers that it cannot decode.
func (c *Client) Web() *slack.Client { return c.web }

// Admin returns slack-go's client with the token of an administrator, nil if there is
// none. Its errors don't affect the bot.
func (c *Client) Admin() *slack.Client {
	if c.admin == "" {
		return nil
	}
	return c.webFor(c.admin)
}

// webFor returns a slack-go client with retries and debugging off: retries
// would send twice, and debugging would log what people write.
func (c *Client) webFor(token string, options ...slack.Option) *slack.Client {
	return slack.New(token, append(options, slack.OptionAPIURL(c.http.Base().String()), slack.OptionHTTPClient(checkedClient{c}))...)
}

// MayRespond reports whether a response_url leads to an allowed host.
func (c *Client) MayRespond(responseURL string) bool {
	u, err := url.Parse(responseURL)
	return err == nil && c.http.Allows(u)
}

// Close closes idle connections.
func (c *Client) Close() { c.http.Close() }
