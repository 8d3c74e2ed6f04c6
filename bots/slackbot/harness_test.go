package slackbot

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/people"
	"riskroom/core/text"
)

// fakeEngine records what it is called with.
type fakeEngine struct {
	grouped    []engine.GroupOperation
	groupViews []engine.GroupView
	mu         sync.Mutex
	before     func(ctx context.Context, call string) error // called first in every method; may be nil
	drafts     map[string]engine.Draft
	changes    []engine.ChangeStatus
	ops        []engine.Operation // any other operation
	refusal    *core.Refusal      // of those, nil if they succeed
	room       string             // the ID of the channel of risk
	noticed    []core.GroupRef
	ended      []core.Ending
	unarchived []core.Account
	joined     []string   // workspaces
	alike      *core.Risk // the risk with the same title that File finds
	risk       core.Risk
	history    map[string]engine.History             // by risk and cursor
	listing    func(engine.ListQuery) engine.Listing // nil: only risk
	links      []string
	lists      int // calls of List
}

func (f *fakeEngine) hook(ctx context.Context, call string) error {
	f.mu.Lock()
	before := f.before
	f.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(ctx, call)
}

func (f *fakeEngine) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fakeEngine) MayFile(ctx context.Context, _ core.Actor) error { return f.hook(ctx, "MayFile") }

func (f *fakeEngine) File(ctx context.Context, op string, by core.Actor, d engine.Draft) (engine.Filed, error) {
	if err := f.hook(ctx, "File"); err != nil {
		return engine.Filed{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.alike != nil && !d.Again {
		return engine.Filed{Before: f.alike}, nil
	}
	f.drafts[op] = d
	return engine.Filed{Risk: core.Risk{Key: "R-17", Title: d.Title, Handlers: d.Handlers, Submitter: by}}, nil
}

func (f *fakeEngine) Do(ctx context.Context, _ string, _ core.Actor, o engine.Operation) (engine.Outcome, error) {
	switch o := o.(type) {
	case engine.ChangeStatus:
		if err := f.hook(ctx, "ChangeStatus"); err != nil {
			return engine.Outcome{}, err
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.changes = append(f.changes, o)
		f.risk.Status = o.To
		return engine.Outcome{Risk: f.risk, Changes: []engine.FieldChange{{Field: "status", To: core.Value{Text: string(o.To)}}}}, nil
	case engine.ReleaseGroup:
		return engine.Outcome{Result: "the group of " + string(o.Risk)}, f.hook(ctx, "ReleaseGroup")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ops = append(f.ops, o)
	if f.refusal != nil {
		return engine.Outcome{}, f.refusal
	}
	return engine.Outcome{Risk: f.risk}, nil
}

func (f *fakeEngine) Reject(_ context.Context, _ string, _ core.Actor, _ engine.Operation, refusal *core.Refusal) error {
	return refusal
}

func (f *fakeEngine) Show(ctx context.Context, _ core.Actor, key core.RiskKey) (engine.View, error) {
	err := f.hook(ctx, "Show")
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.risk
	r.Key = key
	return engine.View{Risk: r, MayChange: true, MayReport: true, MayHandle: true, MayTake: true}, err
}

func (f *fakeEngine) List(ctx context.Context, _ core.Actor, q engine.ListQuery) (engine.Listing, error) {
	err := f.hook(ctx, "List")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lists++
	if f.listing != nil {
		return f.listing(q), err
	}
	return engine.Listing{Risks: []core.Risk{f.risk}, Total: 1}, err
}

func (f *fakeEngine) History(ctx context.Context, _ core.Actor, key core.RiskKey, _ core.GroupRef, cursor string) (engine.History, error) {
	return f.history[string(key)+" "+cursor], f.hook(ctx, "History")
}

func (f *fakeEngine) Explain(ctx context.Context, _ *core.Account, key core.RiskKey, _ string) (engine.Explanation, error) {
	return engine.Explanation{Risk: core.Risk{Key: key}}, f.hook(ctx, "Explain")
}

func (f *fakeEngine) FlowNames() []string { return nil }

func (f *fakeEngine) Replaced(context.Context, core.RiskKey, core.GroupRef) (engine.Group, error) {
	return engine.Group{}, &core.Error{Op: "replaced", Kind: core.NotFound}
}

func (f *fakeEngine) RiskOf(_ context.Context, g core.GroupRef) (core.RiskKey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if g.ID != "" && g.ID == f.room {
		return f.risk.Key, nil
	}
	return "", &core.Error{Op: "store: link", Kind: core.NotFound}
}

func (f *fakeEngine) Value(_ context.Context, _ string, v core.Value, _, _ string) []core.Span {
	return []core.Span{core.Plain(v.String())}
}

func (f *fakeEngine) Card(_ context.Context, v engine.View, _, lang string) core.Card {
	return core.Card{
		Risk: v.Risk.Key, Version: v.Risk.Version, Title: []core.Span{core.Plain(v.Risk.Title)},
		Rows: []core.Row{{Label: lang, Value: []core.Span{core.Plain(string(v.Risk.Status))}}},
		Buttons: []core.Button{
			{Press: core.PressStart, Label: "Start"}, {Press: core.PressResolve, Label: "Resolve"},
			{Press: core.PressShelve, Label: "Shelve"}, {Press: core.PressDetails, Label: "Details"},
			{Press: core.PressTake, Label: "Take", More: true}, {Press: core.PressEdit, Label: "Edit", More: true},
			{Press: core.PressNote, Label: "Note", More: true},
		},
	}
}

func (f *fakeEngine) OfferLink(ctx context.Context, _ core.Actor) (people.Code, error) {
	return people.Code{Text: "ABCD-EFGH", Until: time.Now().Add(10 * time.Minute)}, f.hook(ctx, "OfferLink")
}

func (f *fakeEngine) Offered(ctx context.Context, _ string, _ core.Actor, code string) (people.Known, error) {
	if code != "ABCD-EFGH" {
		return people.Known{}, &core.Refusal{Kind: core.NotFound, Code: "link_code", Args: map[string]any{"Count": 4}}
	}
	return elsewhere, f.hook(ctx, "Offered")
}

func (f *fakeEngine) Link(ctx context.Context, op string, by core.Actor, code string) (people.Known, error) {
	if err := f.hook(ctx, "Link"); err != nil {
		return people.Known{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.links = append(f.links, op+" "+by.Account.String()+" "+code)
	return elsewhere, nil
}

func (f *fakeEngine) Unlink(ctx context.Context, _ string, _ core.Actor, _ core.Ref) (people.Known, error) {
	return elsewhere, f.hook(ctx, "Unlink")
}

func (f *fakeEngine) Accounts(ctx context.Context, _ core.Actor) ([]people.Known, error) {
	return nil, f.hook(ctx, "Accounts")
}

func (f *fakeEngine) Name(_ context.Context, ref core.Ref, workspace, _ string) core.Span {
	if a, ok := ref.Account(); ok && a.Workspace == workspace {
		return core.Mention(a)
	}
	return core.Plain(string(ref))
}

// elsewhere is an account in another workspace.
var elsewhere = people.Known{Account: core.Account{Workspace: "guild", ID: "80351110224678912"}, Name: "Lin Chen"}

func (f *fakeEngine) Noticed(ctx context.Context, g core.GroupRef) error {
	if err := f.hook(ctx, "Noticed"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.noticed = append(f.noticed, g)
	return nil
}

// Ended is recorded in noticed too.
func (f *fakeEngine) Ended(ctx context.Context, g core.GroupRef, how core.Ending) error {
	if err := f.Noticed(ctx, g); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = append(f.ended, how)
	return nil
}

// Unarchived is recorded in noticed too.
func (f *fakeEngine) Joined(ctx context.Context, workspace string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.joined = append(f.joined, workspace)
	return nil
}

func (f *fakeEngine) Unarchived(ctx context.Context, g core.GroupRef, by core.Account) error {
	if err := f.Noticed(ctx, g); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unarchived = append(f.unarchived, by)
	return nil
}

const (
	lin   = "U0000000LIN"
	wei   = "U0000000WEI"
	lobby = "C0000LOBBY"
)

// bundle is an emulated workspace, a Bot on top of a fake engine, and counters.
type bundle struct {
	*emulator.Workspace
	engine   *fakeEngine
	bot      *bots.Bot
	slackbot *Bot
	app      *http.ServeMux

	mu     sync.Mutex
	counts map[string]int
	logged *strings.Builder
}

func (b *bundle) count(kind, outcome string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts[kind+" "+outcome]++
}

func (b *bundle) counted(key string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.counts[key]
}

// Write takes the log.
func (b *bundle) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logged.Write(p)
}

func organisation() *core.Organisation {
	return &core.Organisation{
		Zone: time.UTC, Language: "en", DayStartsAt: 9 * time.Hour, Command: "/risk", KeyPrefix: "R", Attachments: true,
		Workspaces: map[string]core.Workspace{"acme": {Name: "acme"}},
		People:     map[string]core.Person{"lin": {Name: "lin", Accounts: map[string]string{"acme": lin}}},
		Modules: []core.Module{
			{Name: "Payments", Handlers: []core.Ref{"lin", "@oncall"}},
			{Name: "Ledger", Handlers: []core.Ref{"lin"}},
		},
		Fields: []core.Field{
			{Key: "amount", Type: core.NumberField, Label: map[string]string{"en": "Amount", "zh-CN": "金额"}, Part: core.Reported},
			{Key: "witness", Type: core.PeopleField, Label: map[string]string{"en": "Witness"}, Part: core.Reported},
		},
	}
}

func setup(t *testing.T, change ...func(*Config)) *bundle {
	t.Helper()
	b := newBundle(t)
	b.newSlackbot(t, append([]func(*Config){func(c *Config) { c.SigningSecrets = []string{b.SigningSecret()} }}, change...)...)
	b.app.Handle("/commands", b.slackbot.Commands())
	b.app.Handle("/interactions", b.slackbot.Interactions())
	b.app.Handle("/events", b.slackbot.Events())
	return b
}

// newBundle returns a bundle without a Bot.
func newBundle(t *testing.T, change ...func(*emulator.Options)) *bundle {
	t.Helper()
	cat, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{
		app: http.NewServeMux(), counts: map[string]int{}, logged: &strings.Builder{},
		engine: &fakeEngine{drafts: map[string]engine.Draft{}, risk: core.Risk{Key: "R-17", Version: 3, Title: "Ledger *is* <@U1> off", Module: "Payments", Status: core.Pending}},
	}
	o := emulator.Options{
		Users:      []emulator.User{{ID: lin, Name: "lin", RealName: "Lin"}, {ID: wei, Name: "wei", Locale: "zh-CN", TZ: "Asia/Shanghai"}},
		UserGroups: []emulator.UserGroup{{ID: "S0000ONCALL", Handle: "oncall", Users: []string{wei}}},
		Channels:   []emulator.Channel{{ID: lobby, Name: "lobby", Members: []string{lin, wei}}},
		App:        b.app, CommandURL: "http://app/commands", InteractionURL: "http://app/interactions", EventsURL: "http://app/events",
	}
	for _, ch := range change {
		ch(&o)
	}
	if b.Workspace, err = emulator.New(o); err != nil {
		t.Fatal(err)
	}
	b.bot, err = bots.New(bots.Config{
		Filing: b.engine, Handling: b.engine, Persons: b.engine, Org: organisation(), Text: cat, Clock: core.ClockFunc(time.Now),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	return b
}

// client returns a client of the workspace acme.
func client(t testing.TB, c api.Config) *api.Client {
	t.Helper()
	c.Workspace = "acme"
	made, err := api.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// newSlackbot creates the Bot.
func (b *bundle) newSlackbot(t *testing.T, change ...func(*Config)) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := Config{
		API: client(t, api.Config{Token: b.BotToken(), URL: b.URL() + "/api/", Transport: b.Client().Transport}),
		Bot: b.bot, Noticed: b.engine.Noticed, Ended: b.engine.Ended, Unarchived: b.engine.Unarchived, Joined: b.engine.Joined, Observe: b.count, Logger: log,
	}
	for _, ch := range change {
		ch(&c)
	}
	var err error
	if b.slackbot, err = New(c); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_ = b.bot.Close(ctx)
	if b.slackbot != nil {
		_ = b.slackbot.Close(ctx)
	}
	_ = b.Close()
}

// log returns what was logged.
func (b *bundle) log() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logged.String()
}

// waitShown waits until all replies are shown.
func (b *bundle) waitShown(t *testing.T) {
	t.Helper()
	if err := b.slackbot.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// risk sends a /risk command.
func (b *bundle) risk(t *testing.T, user, line string) emulator.Reply {
	t.Helper()
	r, err := b.SlashCommand(t.Context(), user, lobby, "/risk", line)
	if err != nil {
		t.Fatalf("/risk %s: %v\n%s", line, err, b.logged)
	}
	return r
}

// draft returns the only draft that was filed.
func (b *bundle) draft(t *testing.T) engine.Draft {
	t.Helper()
	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	if len(b.engine.drafts) != 1 {
		t.Fatalf("%d risks are filed: %v", len(b.engine.drafts), b.engine.drafts)
	}
	for _, d := range b.engine.drafts {
		return d
	}
	return engine.Draft{}
}
