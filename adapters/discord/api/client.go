// Package api is the only client of Discord's API, for one guild's adapter and
// bot.
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
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// Platform is Discord's name in config files and in errors.
const Platform = "discord"

// DefaultURL is where Discord's API is.
const DefaultURL = "https://discord.com/api/v10/"

// The hosts of attachments, in addition to the API's own. See
// https://docs.discord.com/developers/reference#signed-attachment-cdn-urls.
const (
	filesOrigin = "https://cdn.discordapp.com"
	mediaOrigin = "https://media.discordapp.net"
)

// Config says how to reach the API for one guild.
type Config struct {
	Workspace string            // the guild's name in the config file
	Token     string            // of the bot, without "Bot "
	URL       string            // of the API, with its version; "" is DefaultURL
	Timeout   time.Duration     // of one call, including its answer; 0 is rest.DefaultTimeout
	Rates     rest.Rates        // replaces published rate limits
	Clock     core.Clock        // for the end of rate limits; nil is the system's clock
	Transport http.RoundTripper // nil creates one

	// Observe counts calls by method and outcome: "ok" or a core.Kind. It may
	// be nil.
	Observe func(method, outcome string)
}

// Client calls the API for one guild. It never retries and does not wait for a
// rate budget; its callers do. It is safe for concurrent use.
type Client struct {
	workspace string
	token     string
	http      *rest.Client
	session   *discordgo.Session
	breaker   *breaker
	rates     rest.Rates
	observe   func(method, outcome string)
}

// New returns the client that c describes. It does no I/O.
func New(c Config) (*Client, error) {
	if c.Workspace == "" || c.Token == "" {
		return nil, errors.New("discord: a workspace needs a name and a bot token")
	}
	client, err := rest.NewClient(rest.Config{
		Platform: Platform, URL: cmp.Or(c.URL, DefaultURL), Origins: []string{filesOrigin, mediaOrigin}, Timeout: c.Timeout, MaxAnswer: maxAnswer, Transport: c.Transport,
	})
	if err != nil {
		return nil, err
	}
	if c.Clock == nil {
		c.Clock = core.ClockFunc(time.Now)
	}
	cl := &Client{workspace: c.Workspace, token: c.Token, http: client, breaker: newBreaker(c.Clock), rates: c.Rates, observe: c.Observe}
	if cl.observe == nil {
		cl.observe = func(string, string) {}
	}
	if cl.session, err = discordgo.New("Bot " + c.Token); err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	cl.session.Client = &http.Client{Transport: checkedTransport{cl}}
	cl.session.MaxRestRetries, cl.session.ShouldRetryOnRateLimit, cl.session.StateEnabled = 0, false, false
	return cl, nil
}

// Workspace returns the guild's name in the config file.
func (c *Client) Workspace() string { return c.workspace }

// Token returns the bot's token, for the gateway.
func (c *Client) Token() string { return c.token }

// Encrypted reports whether the API is reached over https.
func (c *Client) Encrypted() bool { return c.http.Base().Scheme == "https" }

// Close closes idle connections.
func (c *Client) Close() { c.http.Close() }
