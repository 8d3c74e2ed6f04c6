package emulator

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"

	"riskroom/adapters/discord/emulator/openapi"
	"riskroom/adapters/stage"
)

var _ stage.Platform = (*Workspace)(nil)

// Workspace is one stand-in guild with the bot in it, with what people do in it and
// what a test can look at. It is safe for concurrent use.
//
// A fault's Method is an operationId such as "create_message", or the type of a
// gateway event such as "CHANNEL_DELETE". The kinds on Discord:
//   - RateLimit is a 429 of one bucket with all headers, RateLimitGlobal one
//     with neither bucket nor Reset-After, RateLimitPage the HTML page of
//     Discord's proxy;
//   - EmptyFailure is HTTP 400 without an error code, Refuse the answer with the
//     error code Code, such as "50013";
//   - HideMetadata hides custom_ids from reads;
//   - AlterName applies to create_guild_channel. RefuseName does not exist: Discord
//     takes names in all scripts.
type Workspace struct {
	*stage.Host
	guild        *guild
	api          *api
	interactions *interactions
	gateway      *Gateway
}

// New returns the workspace that opts describe. It fails if they are inconsistent:
// IDs or names used twice, IDs that are no snowflakes, members, roles or categories
// that do not exist.
func New(opts Options) (*Workspace, error) {
	opts = opts.withDefaults()
	law, err := openapi.Named()
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	if opts.PrivateKey == nil {
		if _, opts.PrivateKey, err = ed25519.GenerateKey(rand.Reader); err != nil {
			return nil, fmt.Errorf("emulator: %w", err)
		}
	}
	g := &guild{opts: opts, created: opts.Now(), roles: make(map[string]*Role), files: make(map[string]*upload), posted: make(map[string][]byte), reserved: opts.namedIDs()}
	g.show = &renderer{guild: g}
	g.world = stage.NewWorld(g.show, opts.Now)
	g.gateway = &Gateway{guild: g, conns: make(map[*conn]bool)}
	ix := &interactions{
		guild: g, misfits: &misfits{law: law}, byID: make(map[string]*interaction), byToken: make(map[string]*interaction),
	}
	a := &api{guild: g, interactions: ix, misfits: ix.misfits, nonces: make(map[string]sentNonce), limits: make(limiter)}
	g.host = stage.NewHost("http://discord.invalid", a.spoil)
	if err := g.populate(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, op := range routes() {
		mux.HandleFunc(op.verb+" /api/{version}"+op.path, func(rw http.ResponseWriter, r *http.Request) { a.serveRoute(rw, r, op) })
	}
	mux.HandleFunc("/api/", a.serveUnknown)
	mux.HandleFunc("GET /ephemeral-attachments/{app}/{id}/{name}", g.serveUpload)
	mux.HandleFunc("GET /gateway", g.gateway.serve)
	mux.HandleFunc("GET /gateway/{$}", g.gateway.serve) // where discordgo goes
	g.host.Serve(mux)
	return &Workspace{Host: g.host, guild: g, api: a, interactions: ix, gateway: g.gateway}, nil
}

// Close stops serving and delivering, ends the gateway's connections, drops
// effects that are still to come, and waits for what is in progress. It may be
// called twice. It fails if the app sent what Discord could not have accepted, see
// the package's comment.
func (w *Workspace) Close() error {
	err := w.Stop(w.gateway.Cut)
	w.guild.opts.Client.CloseIdleConnections()
	return errors.Join(err, w.interactions.misfits.err())
}

// Connect sets the interactions URL of an app that starts after the workspace; ""
// means the gateway.
func (w *Workspace) Connect(interactionsURL string) {
	w.guild.Lock()
	defer w.guild.Unlock()
	w.guild.opts.InteractionsURL = interactionsURL
}

// Gateway returns the side of the gateway.
func (w *Workspace) Gateway() *Gateway { return w.gateway }

// Feed returns the feed of what people see happen.
func (w *Workspace) Feed() *stage.Feed { return w.guild.Feed() }

// State returns what the workspace looks like, to be compared.
func (w *Workspace) State() stage.State {
	w.guild.Lock()
	pairs := []string{w.guild.opts.GuildID, "@everyone"}
	for id, r := range w.guild.roles {
		pairs = append(pairs, id, "@&"+r.Name)
	}
	w.guild.Unlock()
	return w.guild.State(nil, pairs...)
}

// View implements stage.Platform.
func (w *Workspace) View() stage.View {
	v := w.guild.View("discord", w.guild.opts.GuildName)
	v.Menu = w.guild.menu()
	return v
}
