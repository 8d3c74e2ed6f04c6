package slack_test

import (
	"context"
	"testing"
	"time"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

// start returns an emulator that is closed when t ends.
func start(t testing.TB, o emulator.Options) *emulator.Workspace {
	t.Helper()
	w, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// client returns an API client of the workspace.
func client(t testing.TB, c api.Config) *api.Client {
	t.Helper()
	c.Workspace = home
	made, err := api.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// connect returns an adapter on w, connected in process unless c says
// otherwise.
func connect(t testing.TB, w *emulator.Workspace, c slack.Config) *slack.Adapter {
	t.Helper()
	if c.API == nil {
		c.API = client(t, api.Config{Token: w.BotToken(), Admin: w.AdminToken(), URL: w.URL() + "/api/", Transport: w.Client().Transport})
	}
	return slack.New(c)
}

const home = "acme"

func account(id string) core.Account { return core.Account{Workspace: home, ID: id} }

// once makes each call once and remembers its cost and value.
type once struct {
	now    func() time.Time
	values map[string]string
	keys   []string
	cost   map[string][]core.Bucket
	refuse map[string]error // by key: the error that Do returns instead
}

func newOnce() *once {
	return &once{now: time.Now, values: make(map[string]string), cost: make(map[string][]core.Bucket)}
}

// Do implements core.Once.
func (o *once) Do(ctx context.Context, c core.Call) (string, error) {
	if err := o.refuse[c.Key]; err != nil {
		return "", err
	}
	if v, ok := o.values[c.Key]; ok {
		return v, nil
	}
	o.keys = append(o.keys, c.Key)
	o.cost[c.Key] = c.Cost
	v, err := c.Make(ctx, core.Intent{Op: core.MakeOp("test", c.Key), First: o.now(), Begun: o.now(), Attempt: 1})
	if err == nil {
		o.values[c.Key] = v
	}
	return v, err
}

var people = []emulator.User{
	{ID: "U0000000LIN", Name: "lin", RealName: "Lin Wei", Email: "lin@example.com", TZ: "Asia/Shanghai", Locale: "zh-CN"},
	{ID: "U0000000WEI", Name: "wei"},
	{ID: "U0000000GUS", Name: "gus", Guest: true},
	{ID: "U0000000BYE", Name: "bye", Deleted: true},
	{ID: "U0000000SHY", Name: "shy", CannotBeInvited: true},
	{ID: "U00000ROBOT", Name: "robot", Bot: true},
}

// everything is every use that a bot can have.
var everything = core.Uses{Addresses: true, Channels: true, Groups: true, Files: true}

func text(s string) core.Message { return core.Message{Text: []core.Span{core.Plain(s)}} }

func groupOf(members ...string) core.GroupSpec {
	spec := core.GroupSpec{
		Workspace: home, Type: core.Item, Name: "Ledger is off", Suffix: "r-17", Topic: "Why <it> is off & by\nhow much",
		Badge: &core.Badge{Label: "Payments · R-17", Module: "Payments", Message: core.Message{Card: &core.Card{
			Risk: "R-17", Small: true, Title: []core.Span{core.Plain("R-17")},
			Buttons: []core.Button{{Press: core.PressDetails, Label: "Details"}},
		}}},
	}
	for _, id := range members {
		spec.Members = append(spec.Members, account(id))
	}
	return spec
}

// wantError fails unless err has the kind and the detail.
func wantError(t *testing.T, err error, kind core.Kind, detail string) {
	t.Helper()
	if core.KindOf(err) != kind || core.DetailOf(err) != detail {
		t.Errorf("the error is %v (%s, %s), want %s, %s", err, core.KindOf(err), core.DetailOf(err), kind, detail)
	}
}
