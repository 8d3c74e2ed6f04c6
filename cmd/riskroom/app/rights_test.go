package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// role is a person's relation to a risk, or role in the workspace.
type role string

const (
	submitter     role = "submitter"
	handler       role = "handler"
	onCall        role = "handler by user group"
	lead          role = "module lead"
	administrator role = "administrator"
	member        role = "member"
	guest         role = "guest"
	partner       role = "guest who is named"
	outsider      role = "person of another organisation"
	ally          role = "person of another organisation who is named"
)

// right contains what a role may do. The lead owns the risks' groups.
type right struct{ file, read, change, release bool }

// rightsOf contains each role's rights by policy. On Discord there are no guests, nor people
// of other organisations.
var rightsOf = []struct {
	name, file, read string // permissions, as the config file has them
	may              map[role]right
}{
	{"open", "[everyone, PARTNER]", "[everyone, PARTNER]", map[role]right{
		submitter: {true, true, true, false}, handler: {true, true, true, false}, onCall: {true, true, true, false},
		lead: {true, true, true, true}, administrator: {true, true, true, true},
		member: {true, true, false, false}, partner: {true, true, false, false}, guest: {},
		ally: {true, true, false, false}, outsider: {},
	}},
	{"involved", "[ana]", "involved", map[role]right{
		submitter: {true, true, true, false}, handler: {false, true, true, false}, onCall: {false, true, true, false},
		lead: {false, true, true, true}, administrator: {true, true, true, true}, member: {}, partner: {}, guest: {}, ally: {}, outsider: {},
	}},
	{"named", `[ana, "@oncall"]`, `["@oncall"]`, map[role]right{
		submitter: {true, false, false, false}, handler: {}, onCall: {true, true, true, false}, lead: {},
		administrator: {true, true, true, true}, member: {}, partner: {}, guest: {}, ally: {}, outsider: {},
	}},
}

const rightsConfig = `version: 1
workspaces:
  home: { HOME, rates: unlimited }
people:
  ana: { home: "SUBMITTER" }
  lin: { home: "HANDLER" }
  wei: { home: "LEAD" }
  adm: { home: "ADMINISTRATOR" }
permissions: { administrators: [adm], file: FILE, read: READ }
modules:
  Payments: { handlers: [lin, "@oncall"], lead: wei }
  Rooms: { handlers: [lin, "@oncall"], lead: wei }
flows:
  gather:
    trigger: { on: filed }
    if: status == "pending" and module == "Rooms"
    steps:
      - create_group: { id: room, type: item, name: "room", owner: lead, members: [submitter, handlers, lead] }
  post:
    trigger: { on: filed }
    if: status == "pending"
    steps:
      - send_group_message: { group: "home/LOBBY", card: risk }
`

const secretTitle = "Ledger is off by one"

// frontend is an emulated workspace and how people use riskroom in it.
type frontend interface {
	id(role) string // of the role's account, "" if there is none
	lobby() string  // a channel with everybody in it
	settings() string
	values() map[string]string // of the workspace, for the environment
	connect(ctx context.Context, url string) error

	// Each of these does something as a person and returns the reply.
	file(ctx context.Context, as role, title string) (string, error)
	fileMessage(ctx context.Context, as role) (string, error)                   // opens the form for a message in the lobby
	noteMessage(ctx context.Context, as role, key core.RiskKey) (string, error) // by the form for a message in the lobby
	show(ctx context.Context, as role, key core.RiskKey) (string, error)
	list(ctx context.Context, as role) (string, error)
	search(ctx context.Context, as role, word string) (string, error) // among all risks, closed ones too
	history(ctx context.Context, as role, key core.RiskKey) (string, error)
	why(ctx context.Context, as role, key core.RiskKey) (string, error)
	details(ctx context.Context, as role, key core.RiskKey) (string, error) // by the button of the card in the lobby
	suggest(ctx context.Context, as role) (string, error)                   // which risks are suggested; "" for none
	change(ctx context.Context, as role, key core.RiskKey, to core.Status) (string, error)
	start(ctx context.Context, as role, key core.RiskKey) (string, error) // by the button
	release(ctx context.Context, as role, key core.RiskKey) (string, error)
	// work uses a command on a risk, with values by the names of their options in the order
	// of a line. A field of edit is typed with its name.
	work(ctx context.Context, as role, command string, key core.RiskKey, values ...[2]string) (string, error)
	take(ctx context.Context, as role, key core.RiskKey) (string, error) // by the button

	// hide removes the bot from a group.
	hide(group string) error
	// forgeFiling, forgeChange and forgeEdit submit forms that were never opened.
	forgeFiling(ctx context.Context, as role, title string) error
	forgeChange(ctx context.Context, as role, key core.RiskKey) error
	forgeEdit(ctx context.Context, as role, key core.RiskKey, title string) error
}

// TestWhoMayDoWhat checks the table of docs/security.md with commands, buttons, forms,
// shortcuts and autocomplete, on Slack over HTTP and Socket Mode, and on Discord over HTTP and
// the gateway. With the race detector, each way is checked with one policy.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	for n, way := range []struct {
		name string
		open func(*testing.T) frontend
	}{
		{"slack over HTTP", func(t *testing.T) frontend { return newSlackFrontend(t, false) }},
		{"slack over Socket Mode", func(t *testing.T) frontend { return newSlackFrontend(t, true) }},
		{"discord over HTTP", func(t *testing.T) frontend { return newDiscordFrontend(t, true) }},
		{"discord over the gateway", func(t *testing.T) frontend { return newDiscordFrontend(t, false) }},
	} {
		for i, policy := range rightsOf {
			if storetest.Raced && i != n%len(rightsOf) {
				continue
			}
			t.Run(way.name+", "+policy.name, func(t *testing.T) {
				t.Parallel()
				e := way.open(t)
				b := startRights(t, e, policy.file, policy.read, "")
				for who, may := range policy.may {
					if e.id(who) != "" {
						b.checkRights(t, who, may)
						b.checkWork(t, who, may)
						b.checkRelease(t, who, may)
					}
				}
				b.checkTopics(t, policy.may)
			})
		}
	}
}

// rightsBundle is a running riskroom with one workspace.
type rightsBundle struct {
	frontend
	app *App
	db  *store.Store
}

// startRights starts riskroom with the permissions to file and read, and with more of a config
// file.
func startRights(t *testing.T, e frontend, file, read, more string) *rightsBundle {
	t.Helper()
	var names []string
	for _, who := range []role{submitter, handler, lead, administrator, member} {
		names = append(names, strings.ToUpper(strings.TrimPrefix(string(who), "module ")), e.id(who))
	}
	if id := e.id(partner); id != "" {
		both := `"home/` + id + `", "home/` + e.id(ally) + `"`
		file, read = strings.ReplaceAll(file, "PARTNER", both), strings.ReplaceAll(read, "PARTNER", both)
	}
	file, read = strings.ReplaceAll(file, ", PARTNER", ""), strings.ReplaceAll(read, ", PARTNER", "")
	src := strings.NewReplacer(append(names, "HOME", e.settings(), "LOBBY", e.lobby(), "FILE", file, "READ", read)...).Replace(rightsConfig + more)
	env := e.values()
	cfg, problems := config.Load("riskroom.yaml", []byte(src), config.Options{
		Format: config.NewFormat(platforms.Settings()),
		Env:    func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if cfg == nil {
		t.Fatalf("%s\n%s", problems, src)
	}
	db, err := store.OpenEmbedded(t.Context(), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), Options{Config: cfg, Store: db, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	public := httptest.NewServer(a.Public().Handler)
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- a.Engine().Run(ctx) }()
	sockets := a.KeepOpen(ctx)
	t.Cleanup(func() {
		stop()
		sockets.Wait()
		public.Close()
		err := errors.Join(<-ran, a.Close(context.Background()), db.Stop())
		if err != nil {
			t.Error(err)
		}
	})
	if err := e.connect(t.Context(), public.URL); err != nil {
		t.Fatal(err)
	}
	return &rightsBundle{frontend: e, app: a, db: db}
}

// filed files a risk as the submitter, directly in the engine, and returns its key.
func (h *rightsBundle) filed(t *testing.T, who role, module string) core.RiskKey {
	t.Helper()
	by := core.Actor{Account: core.Account{Workspace: "home", ID: h.id(submitter)}, Name: "ana"}
	f, err := h.app.Engine().File(t.Context(), core.MakeOp("test", string(who), module), by, engine.Draft{Title: secretTitle, Module: module, Again: true})
	if err != nil {
		t.Fatal(err)
	}
	return f.Risk.Key
}

// checkRights tries everything in a role.
func (h *rightsBundle) checkRights(t *testing.T, who role, may right) {
	t.Helper()
	ctx := t.Context()
	key := h.filed(t, who, "Payments")
	check := func(what, said string, err error, allowed bool, sign string) {
		t.Helper()
		switch {
		case err != nil:
			t.Errorf("%s, %s: %v", who, what, err)
		case strings.Contains(said, sign) != allowed:
			t.Errorf("%s, %s: allowed is %v, and the reply is %q", who, what, allowed, said)
		}
	}

	said, err := h.show(ctx, who, key)
	check("show", said, err, may.read, secretTitle)
	unknown, err := h.show(ctx, who, "R-99999")
	check("show of none", unknown, err, false, secretTitle)
	if !may.read && strings.ReplaceAll(unknown, "R-99999", string(key)) != said {
		t.Errorf("%s can distinguish a hidden risk, %q, from none, %q", who, said, unknown)
	}
	said, err = h.list(ctx, who)
	check("list", said, err, may.read, secretTitle)
	for _, word := range []string{"ledger", "nowhere"} {
		said, err = h.search(ctx, who, word)
		check("search for "+word, said, err, may.read && word == "ledger", secretTitle)
		if !may.read && !strings.Contains(said, "No risks match.") {
			t.Errorf("%s learns from a search: %q", who, said)
		}
	}
	said, err = h.details(ctx, who, key)
	check("details", said, err, may.read, secretTitle)
	said, err = h.history(ctx, who, key)
	check("history", said, err, may.read, secretTitle)
	said, err = h.why(ctx, who, key)
	check("why", said, err, may.read, secretTitle)
	if said, err = h.suggest(ctx, who); err != nil || said != "" && !may.read {
		t.Errorf("%s is offered %q: %v", who, said, err)
	}

	status := func(what string, want core.Status, changed bool) {
		t.Helper()
		if got := h.statusOf(t, key, want, changed); (got == want) != changed {
			t.Errorf("%s, %s: it is %s, allowed is %v", who, what, got, changed)
		}
	}
	if _, err = h.start(ctx, who, key); err != nil {
		t.Errorf("%s presses start: %v", who, err)
	}
	status("start", core.InProgress, may.change)
	if _, err = h.change(ctx, who, key, core.Shelved); err != nil {
		t.Errorf("%s shelves: %v", who, err)
	}
	status("status", core.Shelved, may.change)
	if err = h.forgeChange(ctx, who, key); err != nil {
		t.Errorf("%s forges: %v", who, err)
	}
	status("a form that was not opened", core.Resolved, may.change)

	said, err = h.noteMessage(ctx, who, key)
	check("note a message", said, err, may.change, "Noted on "+string(key))
	said, err = h.fileMessage(ctx, who)
	check("file a message", said, err, may.file, "Who can read this risk")

	title := fmt.Sprintf("Filed by a %s", who)
	if _, err = h.file(ctx, who, title); err != nil {
		t.Errorf("%s files: %v", who, err)
	}
	if err = h.forgeFiling(ctx, who, title+" by a forged form"); err != nil {
		t.Errorf("%s forges: %v", who, err)
	}
	for _, title := range []string{title, title + " by a forged form"} {
		if got := h.holds(t, title, may.file); got != may.file {
			t.Errorf("%s: %q is filed: %v, allowed is %v", who, title, got, may.file)
		}
	}
}

// checkWork tries to work on a risk in a role. What a role may do as long as the risk is pending
// is what it may do to the status.
func (h *rightsBundle) checkWork(t *testing.T, who role, may right) {
	t.Helper()
	ctx := t.Context()
	key := h.filed(t, who+" at work", "Payments")
	check := func(what, sign string, allowed bool) func(said string, err error) {
		return func(said string, err error) {
			t.Helper()
			if err != nil || strings.Contains(said, sign) != allowed {
				t.Errorf("%s, %s: allowed is %v, and the reply is %q, %v", who, what, allowed, said, err)
			}
			if !may.read && !strings.Contains(said, "There is no risk "+string(key)+", or you don't have access to it") {
				t.Errorf("%s, %s: can distinguish a hidden risk from none: %q", who, what, said)
			}
		}
	}
	check("edit", "is changed", may.change)(h.work(ctx, who, "edit", key, [2]string{"severity", "critical"}))
	check("note", "Noted on", may.change)(h.work(ctx, who, "note", key, [2]string{"note", "seen"}))
	check("assign", "is now handled by", may.change)(h.work(ctx, who, "assign", key, [2]string{"to", "+ wei"}))
	check("the form of edit", "Edit "+string(key), may.change)(h.work(ctx, who, "edit", key))
	check("the form of assign", "Assign "+string(key), may.change)(h.work(ctx, who, "assign", key))
	title := fmt.Sprintf("Forged by a %s", who)
	if err := h.forgeEdit(ctx, who, key, title); err != nil {
		t.Errorf("%s forges: %v", who, err)
	}
	if got := h.holds(t, title, may.change); got != may.change {
		t.Errorf("%s, a form that was not opened: the risk is changed: %v, allowed is %v", who, got, may.change)
	}
	check("take", "is now handled by", may.change)(h.take(ctx, who, key))
	check("hand", "is now handled by", may.change)(h.work(ctx, who, "hand", key, [2]string{"to", "lin, wei"}, [2]string{"reason", "holiday"}))

	// Once somebody works on it, its submitter may no longer change it.
	key = h.filed(t, who+" later", "Payments")
	by := core.Actor{Account: core.Account{Workspace: "home", ID: h.id(administrator)}}
	if _, err := h.app.Engine().Do(ctx, core.MakeOp("test", string(who), "start"), by, engine.ChangeStatus{Risk: key, To: core.InProgress}); err != nil {
		t.Fatal(err)
	}
	later := may.change && who != submitter
	check("edit in progress", "is changed", later)(h.work(ctx, who, "edit", key, [2]string{"severity", "critical"}))
	check("take in progress", "is now handled by", later)(h.work(ctx, who, "take", key))
	check("group open", "has a channel now: #ledger-is-off-by-one-", may.change)(h.work(ctx, who, "group open", key))
}

// checkRelease tries to release, in a role, a group that the bot was removed from.
func (h *rightsBundle) checkRelease(t *testing.T, who role, may right) {
	t.Helper()
	key := h.filed(t, who, "Rooms")
	binding := h.bindingOf(t, key, func(b engine.Binding) bool { return !b.Badge.IsZero() })
	if err := h.hide(binding.Group.ID); err != nil {
		t.Fatal(err)
	}
	said, err := h.release(t.Context(), who, key)
	if sign := "is free of its channel"; err != nil || strings.Contains(said, sign) != may.release {
		t.Errorf("%s, group release: allowed is %v, and the reply is %q, %v", who, may.release, said, err)
	}
	if !may.read && !strings.Contains(said, "There is no risk "+string(key)+", or you don't have access to it") {
		t.Errorf("%s can distinguish a hidden risk from none: %q", who, said)
	}
	freed := func(b engine.Binding) bool { return b.State == engine.Free }
	if got := h.bindingOf(t, key, func(b engine.Binding) bool { return !may.release || freed(b) }); freed(got) != may.release {
		t.Errorf("%s, group release: allowed is %v, and the binding is %+v", who, may.release, got)
	}
}

// bindingOf returns a risk's binding, as soon as ok returns true if it ever does.
func (h *rightsBundle) bindingOf(t *testing.T, key core.RiskKey, ok func(engine.Binding) bool) engine.Binding {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		rec, err := h.db.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if ok(rec.Binding) || time.Now().After(end) {
			return rec.Binding
		}
	}
}

// statusOf returns a risk's status. If want is expected, it waits for it.
func (h *rightsBundle) statusOf(t *testing.T, key core.RiskKey, want core.Status, expected bool) core.Status {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		rec, err := h.db.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if !expected || rec.Risk.Status == want || time.Now().After(end) {
			return rec.Risk.Status
		}
	}
}

// holds reports whether a risk with the title exists. If one is expected, it waits for
// it.
func (h *rightsBundle) holds(t *testing.T, title string, expected bool) bool {
	t.Helper()
	all := core.Actor{Account: core.Account{Workspace: "home", ID: h.id(administrator)}}
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		found, err := h.app.Engine().List(t.Context(), all, engine.ListQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range found.Risks {
			if r.Title == title {
				return true
			}
		}
		if !expected || time.Now().After(end) {
			return false
		}
	}
}
