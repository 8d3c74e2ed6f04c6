package emulator

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"riskroom/adapters/stage"
)

var _ stage.Platform = (*Workspace)(nil)

// Workspace is one stand-in workspace. It is safe for concurrent use.
type Workspace struct {
	opts    Options
	methods map[string]method
	faults  stage.Faults
	log     stage.Log
	feed    stage.Feed

	life *stage.Life // what happens by itself hangs on it; ends with Close

	mu         sync.Mutex // guards all below
	base       string
	server     *http.Server
	users      map[string]*User
	handles    map[string]*User // the same by name
	groups     []UserGroup
	channels   map[string]*channel
	order      []string          // channel IDs in the order of their making
	direct     map[string]string // user ID to the ID of their direct channel with the bot
	views      map[string]*view
	stacks     map[string][]*view // user ID to what is open, topmost last
	triggers   map[string]*trigger
	hooks      map[string]*responseURL
	ephemerals map[string][]*message // user ID to what only they see
	counts     map[string]int        // how many IDs of each prefix were given out
	reserved   map[string]bool       // IDs that Options name and newID must not give out
	lastMicro  int64                 // the last message timestamp
	limits     limiter
	events     eventQueue
	socket     socketSide
}

// New returns a workspace as opts describe it. It fails when they contradict
// themselves: IDs or names used twice, members or creators that do not exist.
func New(opts Options) (*Workspace, error) {
	opts = opts.withDefaults()
	w := &Workspace{
		opts: opts, methods: methods(), base: opts.BaseURL,
		users: make(map[string]*User), handles: make(map[string]*User), channels: make(map[string]*channel), direct: make(map[string]string),
		views: make(map[string]*view), stacks: make(map[string][]*view), triggers: make(map[string]*trigger),
		hooks: make(map[string]*responseURL), ephemerals: make(map[string][]*message), counts: make(map[string]int),
	}
	w.life, w.socket = stage.NewLife(), newSocketSide(opts.SocketMode)
	w.reserved = opts.namedIDs()
	bot := User{ID: opts.BotUserID, Name: opts.BotName, RealName: opts.BotName, Bot: true}
	for _, u := range append([]User{bot}, opts.Users...) {
		if err := w.addUser(u); err != nil {
			return nil, err
		}
	}
	for _, g := range opts.UserGroups {
		if err := w.addGroup(g); err != nil {
			return nil, err
		}
	}
	seeds := opts.Channels
	if !slices.ContainsFunc(seeds, func(c Channel) bool { return c.General || c.Name == "general" }) {
		seeds = append([]Channel{{Name: "general", General: true}}, seeds...)
	}
	for _, c := range seeds {
		if err := w.seed(c); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// AddUser lets another person join the workspace, and so #general.
func (w *Workspace) AddUser(u User) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u.ID == "" {
		u.ID = w.newID("U")
	}
	if err := w.addUser(u); err != nil {
		return err
	}
	for _, id := range w.order {
		if ch := w.channels[id]; ch.General && w.users[u.ID].inGeneral() {
			w.join(ch, u.ID, "")
		}
	}
	return nil
}

// inGeneral tells whether the user is in #general without being asked.
func (u *User) inGeneral() bool { return !u.Deleted && !u.SingleChannel && !u.NotVisible }

func (w *Workspace) addUser(u User) error {
	if u.ID == "" {
		u.ID = w.newID("U")
	}
	if w.users[u.ID] != nil || w.handles[u.Name] != nil {
		return fmt.Errorf("emulator: the user %s (@%s) is there twice", u.ID, u.Name)
	}
	if u.TZ == "" {
		u.TZ = "Etc/UTC"
	}
	if u.Locale == "" {
		u.Locale = "en-US"
	}
	if u.RealName == "" {
		u.RealName = u.Name
	}
	w.users[u.ID], w.handles[u.Name] = &u, &u
	return nil
}

func (w *Workspace) addGroup(g UserGroup) error {
	if g.ID == "" {
		g.ID = w.newID("S")
	}
	for _, id := range g.Users {
		if w.users[id] == nil {
			return fmt.Errorf("emulator: the user group @%s names the user %s, who does not exist", g.Handle, id)
		}
	}
	w.groups = append(w.groups, g)
	return nil
}

// Start serves the workspace on addr, or on a free port of 127.0.0.1 when addr
// is "", and returns its URL without a slash at the end. The API is below
// URL + "/api/".
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

// Close stops serving and delivering, drops effects that are still to come and
// waits for what is under way. Closing twice is fine.
func (w *Workspace) Close() error {
	w.life.End()
	w.mu.Lock()
	server := w.server
	w.mu.Unlock()
	var err error
	if server != nil {
		err = server.Close()
	}
	w.CutAll()
	w.life.Wait()
	w.opts.Client.CloseIdleConnections()
	return err
}

// URL returns where the workspace is reached, without a slash at the end.
func (w *Workspace) URL() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.base
}

// Connect says where the app is reached, for an app that starts after the
// workspace: see the fields of Options of the same names. An empty optionsURL
// is interactionURL.
func (w *Workspace) Connect(commandURL, interactionURL, optionsURL, eventsURL string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opts.CommandURL, w.opts.InteractionURL, w.opts.EventsURL = commandURL, interactionURL, eventsURL
	w.opts.OptionsURL = optionsURL
	if optionsURL == "" {
		w.opts.OptionsURL = interactionURL
	}
}

// Handler returns the workspace's own HTTP side: /api/<method>, the
// response_urls and the connections of Socket Mode, which need a server.
func (w *Workspace) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", w.serveMethod)
	mux.HandleFunc("POST /response/{id}", w.serveResponseURL)
	mux.HandleFunc("GET /link/", w.serveLink)
	return mux
}

// Client returns a client that reaches the workspace in process, whatever host
// the URL names: no socket is opened, and a cut connection is an error of
// io.ErrUnexpectedEOF.
func (w *Workspace) Client() *http.Client {
	return &http.Client{Transport: stage.InProcess{Handler: w.Handler()}}
}

// Faults returns the place to order faults. Their Method is an API method as in
// "chat.postMessage", "response_url" for a use of one, or the type of an event;
// a fault without Method strikes API methods and response_urls alike. Over Socket
// Mode, DuplicateEvent strikes "slash_commands" and "interactive" too.
func (w *Workspace) Faults() *stage.Faults { return &w.faults }

// Log returns the log of the API calls.
func (w *Workspace) Log() *stage.Log { return &w.log }

// Feed returns the feed of what people can see happening.
func (w *Workspace) Feed() *stage.Feed { return &w.feed }

// ReleaseLate lets the effects of Late faults that have no delay happen now,
// in the order of their calls.
func (w *Workspace) ReleaseLate() { w.life.ReleaseLate() }

// newID gives out the next ID with the given prefix: "C0000000001".
func (w *Workspace) newID(prefix string) string {
	for {
		w.counts[prefix]++
		id := fmt.Sprintf("%s%0*d", prefix, 11-len(prefix), w.counts[prefix])
		if !w.reserved[id] {
			return id
		}
	}
}

// newTS gives out a message timestamp: the clock's milliseconds, told apart by
// microseconds so that none is given out twice. The second result is the
// instant that it stands for.
func (w *Workspace) newTS() (string, time.Time) {
	micro := w.opts.Now().UnixMilli() * 1000
	micro = max(micro, w.lastMicro+1)
	w.lastMicro = micro
	return fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6), time.UnixMicro(micro).UTC()
}

func (w *Workspace) botScopes() string { return strings.Join(w.opts.Scopes, ",") }

func (w *Workspace) userIDs() []string { return slices.Sorted(maps.Keys(w.users)) }
