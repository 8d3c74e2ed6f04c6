package bots

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/people"
	"riskroom/core/text"
)

// now is the moment at which every test of this package happens: a Friday
// afternoon in Shanghai.
var now = time.Date(2026, 11, 20, 15, 30, 0, 0, shanghai)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func organisation() *core.Organisation {
	return &core.Organisation{
		Zone: shanghai, Language: "en", DayStartsAt: 9 * time.Hour, Command: "/risk", KeyPrefix: "R",
		Workspaces: map[string]core.Workspace{"acme": {Name: "acme"}},
		People: map[string]core.Person{
			"lin": {Name: "lin", Accounts: map[string]string{"acme": "U0LIN"}},
			"wei": {Name: "wei"},
		},
		Modules: []core.Module{
			{Name: "Payments", Handlers: []core.Ref{"lin", "@oncall"}, Lead: "wei"},
			{Name: "Core Banking", Handlers: []core.Ref{"wei"}},
			{Name: "Nobody's"},
		},
		Fields: []core.Field{
			{Key: "amount", Type: core.NumberField, Label: map[string]string{"en": "Amount", "zh-CN": "金额"}, Part: core.Reported},
			{Key: "kind", Type: core.SelectField, Label: map[string]string{"en": "Kind of loss", "zh-CN": "类别"}, Part: core.Reported,
				Options: []core.Option{
					{Key: "money", Label: map[string]string{"en": "Money", "zh-CN": "资金"}},
					{Key: "trust", Label: map[string]string{"en": "Loss of trust", "zh-CN": "信誉"}},
				}},
			{Key: "seen", Type: core.DateField, Label: map[string]string{"en": "Seen"}, Part: core.Reported},
			{Key: "witness", Type: core.PeopleField, Label: map[string]string{"en": "Witness"}, Part: core.Reported},
			{Key: "cause", Type: core.TextField, Label: map[string]string{"en": "Cause"}, Part: core.Handling},
		},
	}
}

// fakeEngine returns what a test sets and records its calls.
type fakeEngine struct {
	mu      sync.Mutex
	drafts  map[string]engine.Draft // by op
	changes map[string]engine.ChangeStatus
	queries []engine.ListQuery

	// before, if set, runs before every call; its error is the call's.
	before    func(ctx context.Context, call string) error
	alike     *core.Risk // is asked about
	listing   engine.Listing
	explained engine.Explanation
	history   map[string]engine.History // by risk and cursor
	view      engine.View
	rooms     map[core.GroupRef]core.RiskKey

	released []core.RiskKey
	opened   []core.RiskKey
	replaced map[core.GroupRef]engine.Group // by the group before
	moves    []engine.Operation             // PassOn and SendBack
	ops      []engine.Operation             // any other operation
	rejected []engine.Operation
	outcome  engine.Outcome // of those
	refusal  *core.Refusal  // of those, nil if they succeed
	linked   []string       // what was asked of Persons
	names    map[core.Ref]string
	accounts []people.Known
	fakeGroups
}

func (f *fakeEngine) called(ctx context.Context, call string) error {
	if f.before == nil {
		return nil
	}
	return f.before(ctx, call)
}

func (f *fakeEngine) MayFile(ctx context.Context, _ core.Actor) error {
	return f.called(ctx, "MayFile")
}

func (f *fakeEngine) File(ctx context.Context, op string, by core.Actor, d engine.Draft) (engine.Filed, error) {
	err := f.called(ctx, "File")
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		return engine.Filed{}, err
	}
	if f.alike != nil && !d.Again {
		return engine.Filed{Before: f.alike}, nil
	}
	_, repeat := f.drafts[op]
	if f.drafts == nil {
		f.drafts = map[string]engine.Draft{}
	}
	f.drafts[op] = d
	r := core.Risk{
		Key: "R-17", Title: d.Title, Module: d.Module, Severity: d.Severity, DiscoveredAt: d.DiscoveredAt, DueAt: d.DueAt,
		Description: d.Description, Fields: d.Fields, Handlers: []core.Ref{"lin", "acme:@oncall"}, Submitter: by,
	}
	return engine.Filed{Risk: r, Repeat: repeat, Now: []string{"remind"}}, nil
}

func (f *fakeEngine) Do(ctx context.Context, op string, _ core.Actor, o engine.Operation) (engine.Outcome, error) {
	name := strings.TrimPrefix(fmt.Sprintf("%T", o), "engine.")
	if err := f.called(ctx, name); err != nil {
		return engine.Outcome{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch o := o.(type) {
	case engine.ChangeStatus:
		if f.changes == nil {
			f.changes = map[string]engine.ChangeStatus{}
		}
		f.changes[op] = o
		return engine.Outcome{Risk: core.Risk{Key: o.Risk, Title: "Ledger", Status: o.To}, Changes: []engine.FieldChange{{Field: "status", To: core.Value{Text: string(o.To)}}}}, nil
	case engine.PassOn:
		f.moves = append(f.moves, o)
		return engine.Outcome{Risk: core.Risk{Key: o.Risk, Title: "Ledger", Node: "legal review"}}, nil
	case engine.SendBack:
		f.moves = append(f.moves, o)
		return engine.Outcome{Risk: core.Risk{Key: o.Risk, Title: "Ledger", Node: "triage"}}, nil
	case engine.OpenGroup:
		f.opened = append(f.opened, o.Risk)
		if f.refusal != nil {
			return engine.Outcome{}, f.refusal
		}
		return engine.Outcome{}, nil
	case engine.ReleaseGroup:
		f.released = append(f.released, o.Risk)
		return engine.Outcome{Result: "ledger-r-17 (acme)"}, nil
	}
	f.ops = append(f.ops, o)
	if f.refusal != nil {
		return engine.Outcome{}, f.refusal
	}
	return f.outcome, nil
}

func (f *fakeEngine) Reject(_ context.Context, _ string, _ core.Actor, o engine.Operation, refusal *core.Refusal) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rejected = append(f.rejected, o)
	return refusal
}

func (f *fakeEngine) Show(ctx context.Context, _ core.Actor, key core.RiskKey) (engine.View, error) {
	if err := f.called(ctx, "Show"); err != nil {
		return engine.View{}, err
	}
	v := f.view
	v.Risk.Key = key
	return v, nil
}

func (f *fakeEngine) List(ctx context.Context, _ core.Actor, q engine.ListQuery) (engine.Listing, error) {
	f.queries = append(f.queries, q)
	return f.listing, f.called(ctx, "List")
}

func (f *fakeEngine) History(ctx context.Context, _ core.Actor, key core.RiskKey, _ core.GroupRef, cursor string) (engine.History, error) {
	return f.history[string(key)+" "+cursor], f.called(ctx, "History")
}

func (f *fakeEngine) Explain(ctx context.Context, _ *core.Account, key core.RiskKey, flow string) (engine.Explanation, error) {
	x := f.explained
	x.Risk.Key = key
	if flow != "" {
		x.Flows = slices.DeleteFunc(slices.Clone(x.Flows), func(one engine.FlowExplained) bool { return one.Name != flow })
	}
	return x, f.called(ctx, "Explain")
}

func (f *fakeEngine) FlowNames() []string {
	var names []string
	for _, one := range f.explained.Flows {
		names = append(names, one.Name)
	}
	return names
}

func (f *fakeEngine) Replaced(_ context.Context, _ core.RiskKey, at core.GroupRef) (engine.Group, error) {
	if g, ok := f.replaced[at]; ok {
		return g, nil
	}
	return engine.Group{}, &core.Error{Op: "replaced", Kind: core.NotFound}
}

func (f *fakeEngine) RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error) {
	if err := f.called(ctx, "RiskOf"); err != nil {
		return "", err
	}
	if k, ok := f.rooms[g]; ok {
		return k, nil
	}
	return "", &core.Error{Op: "store: link", Kind: core.NotFound}
}

func (f *fakeEngine) Value(ctx context.Context, field string, v core.Value, workspace, lang string) []core.Span {
	if v.IsZero() {
		return nil
	}
	var people []core.Span
	for i, r := range v.People {
		if i > 0 {
			people = append(people, core.Plain(", "))
		}
		people = append(people, f.Name(ctx, r, workspace, lang))
	}
	if people != nil {
		return people
	}
	key, _ := core.OwnField(field)
	own, _ := organisation().Field(key)
	for _, o := range own.Options {
		if o.Key == v.Text {
			return []core.Span{core.Plain(core.LabelIn(o.Label, lang, o.Key))}
		}
	}
	return []core.Span{core.Plain(v.String())}
}

func (f *fakeEngine) Card(_ context.Context, v engine.View, _, lang string) core.Card {
	return core.Card{Risk: v.Risk.Key, Version: v.Risk.Version, Title: []core.Span{core.Plain(lang + " card")}}
}

// code is the one that fakeEngine offers.
const code = "ABCD-EFGH"

// other is the account whose code it is.
var other = people.Known{Account: core.Account{Workspace: "guild", ID: "80351110224678912"}, Name: "Lin Chen", Linked: true}

func (f *fakeEngine) asked(ctx context.Context, what ...string) error {
	f.linked = append(f.linked, strings.Join(what, " "))
	return f.called(ctx, what[0])
}

func (f *fakeEngine) OfferLink(ctx context.Context, _ core.Actor) (people.Code, error) {
	return people.Code{Text: code, Until: now.Add(10 * time.Minute)}, f.asked(ctx, "OfferLink")
}

func (f *fakeEngine) Offered(ctx context.Context, _ string, _ core.Actor, typed string) (people.Known, error) {
	return other, f.asked(ctx, "Offered", typed)
}

func (f *fakeEngine) Link(ctx context.Context, _ string, _ core.Actor, typed string) (people.Known, error) {
	return other, f.asked(ctx, "Link", typed)
}

func (f *fakeEngine) Unlink(ctx context.Context, _ string, _ core.Actor, who core.Ref) (people.Known, error) {
	return other, f.asked(ctx, "Unlink", string(who))
}

func (f *fakeEngine) Accounts(ctx context.Context, _ core.Actor) ([]people.Known, error) {
	return f.accounts, f.called(ctx, "Accounts")
}

// Name knows of nobody but lin, and mentions whoever is in the workspace.
func (f *fakeEngine) Name(_ context.Context, ref core.Ref, workspace, _ string) core.Span {
	if a, ok := ref.Account(); ok && a.Workspace == workspace {
		return core.Mention(a)
	}
	if name := f.names[ref]; name != "" {
		return core.Plain(name)
	}
	if _, group, ok := ref.Group(); ok {
		return core.Plain("@" + group)
	}
	if ref == "lin" && workspace == "acme" {
		return core.Mention(lin.Account)
	}
	return core.Plain(string(ref))
}

// down is the error of a store that is not there.
var down error = &core.Error{Op: "store: apply", Kind: core.Unavailable, Effect: core.Maybe, Err: errors.New("i/o timeout")}

func newBot(t *testing.T, f *fakeEngine, change ...func(*Config)) *Bot {
	t.Helper()
	cat, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Filing: f, Handling: f, Persons: f, Org: organisation(), Text: cat, Clock: core.ClockFunc(func() time.Time { return now }),
	}
	for _, ch := range change {
		ch(&c)
	}
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var lin = core.Actor{Account: core.Account{Workspace: "acme", ID: "U0LIN"}, Name: "Lin"}

var room = core.GroupRef{Workspace: "acme", ID: "C0ROOM"}

func typed(line string) Command {
	return Command{Op: core.MakeOp("test", line), Actor: lin, Channel: core.GroupRef{Workspace: "acme", ID: "C0LOBBY"}, Typed: &Typed{Text: line}}
}

// ask has a command answered, without a deadline.
func ask(t *testing.T, b *Bot, c Command) Reply {
	t.Helper()
	return b.Answer(t.Context(), c, func(context.Context, Reply) error { return nil })
}

// words is everything that a reply says.
func words(r Reply) string {
	out := core.Text(r.Text)
	for _, l := range r.List {
		out += "\n" + core.Text(l)
	}
	for _, e := range r.Errors {
		out += "\n[" + e.Field + "] " + e.Text
	}
	return out
}

// wants fails unless everything in want stands in got.
func wants(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("missing %q in:\n%s", w, got)
		}
	}
	if strings.Contains(got, "!commands.") || strings.Contains(got, "!refusal.") || strings.Contains(got, "!common.") {
		t.Errorf("a wording is missing: %s", got)
	}
}
