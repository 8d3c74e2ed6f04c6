package emulator

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"riskroom/adapters/discord/emulator/openapi"
	"riskroom/adapters/stage"
)

var _ stage.Platform = (*Workspace)(nil)

// Workspace is one stand-in guild with the bot in it. It is safe for concurrent
// use.
type Workspace struct {
	opts    Options
	routes  []route
	key     ed25519.PrivateKey
	faults  stage.Faults
	log     stage.Log
	feed    stage.Feed
	misfits misfits

	life *stage.Life // what happens by itself hangs on it; ends with Close

	mu           sync.Mutex // guards all below
	base         string
	server       *http.Server
	pipes        *pipeListener // of DialContext, nil before its first use
	created      time.Time
	users        map[string]*member
	handles      map[string]*member // the same by name
	roles        map[string]*Role
	channels     map[string]*channel
	order        []string          // channel IDs in the order of their making
	direct       map[string]string // user ID to the ID of their direct channel with the bot
	commands     []object          // as registered
	commandsMade []time.Time       // when commands were created
	audit        []auditEntry      // oldest first
	nonces       map[string]sentNonce
	interactions map[string]*interaction // by ID
	tokens       map[string]*interaction // by token
	modals       map[string]*modal       // user ID to what is open
	ephemerals   map[string][]*message   // user ID to what only they see
	last         *signed                 // the last interaction sent over HTTP
	reserved     map[string]bool         // IDs that Options name and newID must not give out
	lastID       int64
	tokenReset   bool // Discord took the token away
	limits       limiter
	gateway      gateway
}

// member is a user as the workspace keeps them.
type member struct {
	User
	joined time.Time
}

// New returns a workspace as opts describe it. It fails when they contradict
// themselves: IDs or names used twice, IDs that are no snowflakes, members,
// roles or categories that do not exist.
func New(opts Options) (*Workspace, error) {
	opts = opts.withDefaults()
	law, err := openapi.Named()
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	w := &Workspace{
		misfits: misfits{law: law},
		opts:    opts, routes: routes(), key: opts.PrivateKey, base: opts.BaseURL,
		users: make(map[string]*member), handles: make(map[string]*member), roles: make(map[string]*Role),
		channels: make(map[string]*channel), direct: make(map[string]string), nonces: make(map[string]sentNonce),
		interactions: make(map[string]*interaction), tokens: make(map[string]*interaction),
		modals: make(map[string]*modal), ephemerals: make(map[string][]*message),
	}
	if w.key == nil {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("emulator: %w", err)
		}
		w.key = key
	}
	w.life, w.reserved, w.created = stage.NewLife(), opts.namedIDs(), opts.Now()
	if err := w.populate(); err != nil {
		w.life.End()
		return nil, err
	}
	return w, nil
}

// populate puts in whom and what the options name.
func (w *Workspace) populate() error {
	if err := w.addRoles(); err != nil {
		return err
	}
	users := w.opts.Users
	if w.opts.OwnerID == "" {
		w.opts.OwnerID = w.newID()
		users = append([]User{{ID: w.opts.OwnerID, Name: "owner"}}, users...)
	}
	bot := User{ID: w.opts.BotUserID, Name: w.opts.BotName, Bot: true, Roles: []string{w.botRole().ID}}
	for _, u := range append([]User{bot}, users...) {
		if err := w.addUser(u); err != nil {
			return err
		}
	}
	if u := w.users[w.opts.OwnerID]; u == nil || u.Outside {
		return fmt.Errorf("emulator: the owner %s is not in the guild", w.opts.OwnerID)
	}
	seeds := w.opts.Channels
	if !slices.ContainsFunc(seeds, func(c Channel) bool { return c.Name == general }) {
		seeds = append([]Channel{{Name: general}}, seeds...)
	}
	for _, c := range seeds {
		if err := w.seed(c); err != nil {
			return err
		}
	}
	return nil
}

// general is the channel that every guild of the stand-in has.
const general = "general"

// AddUser gives another person an account and, unless Outside, lets them join
// the guild.
func (w *Workspace) AddUser(u User) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.addUser(u); err != nil {
		return err
	}
	if m := w.handles[u.Name]; !m.Outside {
		w.dispatch(event{kind: "GUILD_MEMBER_ADD", intent: IntentGuildMembers, body: w.memberObject(m, true)})
	}
	return nil
}

func (w *Workspace) addUser(u User) error {
	if u.ID == "" {
		u.ID = w.newID()
	}
	if _, ok := snowflake(u.ID); !ok {
		return fmt.Errorf("emulator: the user ID %q is no snowflake", u.ID)
	}
	if w.users[u.ID] != nil || w.handles[u.Name] != nil {
		return fmt.Errorf("emulator: the user %s (@%s) is there twice", u.ID, u.Name)
	}
	for _, id := range u.Roles {
		if w.roles[id] == nil {
			return fmt.Errorf("emulator: @%s has the role %s, which does not exist", u.Name, id)
		}
	}
	if u.Locale == "" {
		u.Locale = "en-US"
	}
	m := &member{User: u, joined: w.opts.Now()}
	m.Roles = slices.Clone(u.Roles)
	w.users[u.ID], w.handles[u.Name] = m, m
	return nil
}

func (w *Workspace) bot() *member { return w.users[w.opts.BotUserID] }

// Start serves the workspace on addr, or on a free port of 127.0.0.1 when addr
// is "", and returns its URL without a slash at the end. The API is below
// URL + "/api/v10/", the gateway is where get_gateway says.
func (w *Workspace) Start(addr string) (string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("emulator: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server != nil || w.life.Over() {
		return "", errors.Join(errors.New("emulator: started twice or after Close"), listener.Close())
	}
	w.base = "http://" + listener.Addr().String()
	w.server = &http.Server{Handler: w.Handler(), ReadHeaderTimeout: 10 * time.Second}
	server := w.server
	w.life.Go(func() { _ = server.Serve(listener) }) // it ends with Close
	return w.base, nil
}

// Close stops serving and delivering, ends the gateway's connections, drops
// effects that are still to come and waits for what is under way. Closing twice
// is fine. It fails where the app sent what Discord could not have taken, see
// the package's comment.
func (w *Workspace) Close() error {
	w.life.End()
	w.CutGateway()
	w.mu.Lock()
	server := w.server
	w.mu.Unlock()
	var err error
	if server != nil {
		err = server.Close()
	}
	w.life.Wait()
	w.opts.Client.CloseIdleConnections()
	return errors.Join(err, w.misfits.err())
}

// URL returns where the workspace is reached, without a slash at the end.
func (w *Workspace) URL() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.base
}

// Connect says where the app takes interactions, for an app that starts after
// the workspace; "" is over the gateway.
func (w *Workspace) Connect(interactionsURL string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opts.InteractionsURL = interactionsURL
}

// Handler returns the workspace's own HTTP side: /api/v9, /api/v10 and the
// gateway.
func (w *Workspace) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range w.routes {
		mux.HandleFunc(r.verb+" /api/{version}"+r.path, func(rw http.ResponseWriter, req *http.Request) { w.serveRoute(rw, req, r) })
	}
	mux.HandleFunc("/api/", w.serveUnknown)
	mux.HandleFunc("GET /gateway", w.serveGateway)
	mux.HandleFunc("GET /gateway/{$}", w.serveGateway) // where discordgo goes
	return mux
}

// Client returns a client that reaches the REST side of the workspace in
// process, whatever host the URL names: no socket is opened, and a cut
// connection is an error of io.ErrUnexpectedEOF. The gateway is reached so by
// DialContext.
func (w *Workspace) Client() *http.Client {
	return &http.Client{Transport: stage.InProcess{Handler: w.Handler()}}
}

// Faults returns the place to order faults. Their Method is an operationId as
// in "create_message", or the type of a gateway event as in "CHANNEL_DELETE".
// What the kinds look like here:
//   - RateLimit is a 429 of one bucket with all headers, RateLimitGlobal one
//     with neither bucket nor Reset-After, RateLimitPage the HTML page of
//     Discord's proxy;
//   - EmptyFailure is HTTP 400 without an error code, Refuse the answer of the error
//     code Code, as in "50013";
//   - HideMetadata hides nonces and custom_ids from reads, PartialInvite does
//     nothing.
func (w *Workspace) Faults() *stage.Faults { return &w.faults }

// Log returns the log of the API calls.
func (w *Workspace) Log() *stage.Log { return &w.log }

// Feed returns the feed of what people can see happening.
func (w *Workspace) Feed() *stage.Feed { return &w.feed }

// ReleaseLate lets the effects of Late faults that have no delay happen now,
// in the order of their calls.
func (w *Workspace) ReleaseLate() { w.life.ReleaseLate() }
