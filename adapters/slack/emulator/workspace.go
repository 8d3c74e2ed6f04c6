package emulator

import (
	"errors"
	"net/http"
	"slices"

	"riskroom/adapters/stage"
)

var _ stage.Platform = (*Workspace)(nil)

// Workspace is one stand-in workspace, with what people do in it and what a
// test can look at. It is safe for concurrent use.
//
// A fault's Method is an API method such as "chat.postMessage", "response_url"
// for a use of one, or the type of an event. A fault without Method applies to
// API methods and response_urls alike. Over Socket Mode, DuplicateEvent applies
// to "slash_commands" and "interactive" too.
type Workspace struct {
	*stage.Host
	team *team
}

// New returns the workspace that opts describe. It fails if they are
// inconsistent: IDs or names used twice, members or creators that do not exist, shortcuts
// that a manifest can't have.
func New(opts Options) (*Workspace, error) {
	opts = opts.withDefaults()
	t := &team{
		opts: opts, host: stage.NewHost("http://slack.invalid", spoil), counts: make(map[string]int), reserved: opts.namedIDs(),
		homes: make(map[string]*view), triggers: make(map[string]*trigger), hooks: make(map[string]*responseURL), files: make(map[string]*file),
	}
	t.show = &renderer{team: t}
	t.world = stage.NewWorld(t.show, opts.Now)
	t.socket, t.events = newSocket(t), &events{team: t}
	a := &api{team: t, methods: methods(), limits: newLimiter()}
	if err := errors.Join(checkShortcuts(opts.Shortcuts), t.populate()); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", a.serveMethod)
	mux.HandleFunc("POST /response/{id}", t.serveResponseURL)
	mux.HandleFunc("POST /upload/v1/{ticket}", t.serveUpload)
	mux.HandleFunc("GET /files-pri/{at}/{id}", t.serveFile)
	mux.HandleFunc("GET /link/", t.socket.serveConnection)
	t.host.Serve(mux)
	return &Workspace{Host: t.host, team: t}, nil
}

// populate adds the people, groups and channels of the options.
func (t *team) populate() error {
	bot := User{ID: botUserID, Name: botName, RealName: botName, Bot: true}
	for _, u := range append([]User{bot}, t.opts.Users...) {
		if err := t.addUser(u); err != nil {
			return err
		}
	}
	for _, g := range t.opts.UserGroups {
		if err := t.addGroup(g); err != nil {
			return err
		}
	}
	seeds := t.opts.Channels
	if !slices.ContainsFunc(seeds, func(c Channel) bool { return c.General || c.Name == "general" }) {
		seeds = append([]Channel{{Name: "general", General: true}}, seeds...)
	}
	for _, c := range seeds {
		if err := t.seed(c); err != nil {
			return err
		}
	}
	return nil
}

// Close stops serving and delivering, drops effects that are still to come, and
// waits for what is in progress. It may be called twice.
func (w *Workspace) Close() error {
	err := w.Stop(w.team.socket.CutAll)
	w.team.opts.Client.CloseIdleConnections()
	return err
}

// Connect sets where to reach an app that starts after the workspace: see the
// fields of Options with the same names.
func (w *Workspace) Connect(commandURL, interactionURL, eventsURL string) {
	w.team.Lock()
	defer w.team.Unlock()
	opts := &w.team.opts
	opts.CommandURL, opts.InteractionURL, opts.EventsURL = commandURL, interactionURL, eventsURL
}

// Socket returns the side of Socket Mode.
func (w *Workspace) Socket() *Socket { return w.team.socket }

// Feed returns the feed of what people see happen.
func (w *Workspace) Feed() *stage.Feed { return w.team.Feed() }

// State returns what the workspace looks like, to be compared.
func (w *Workspace) State() stage.State { return w.team.State(w.team.permalink) }

// View implements stage.Platform.
func (w *Workspace) View() stage.View {
	v := w.team.View("slack", w.team.opts.TeamName)
	v.Menu = w.team.menu()
	w.team.addHomes(&v)
	return v
}
