package discord_test

import (
	"cmp"
	"context"
	"testing"
	"time"

	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/discord/emulator"
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

// client returns an API client of the guild, connected to w in process unless c
// says otherwise.
func client(t testing.TB, w *emulator.Workspace, c api.Config) *api.Client {
	t.Helper()
	c.Workspace, c.Token = home, cmp.Or(c.Token, w.BotToken())
	if c.URL == "" {
		c.URL = w.URL() + "/api/v10"
	}
	if c.Transport == nil {
		c.Transport = w.Client().Transport
	}
	c.Transport = lawful{t, c.Transport}
	made, err := api.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// connect returns an adapter on w.
func connect(t testing.TB, w *emulator.Workspace, c discord.Config) *discord.Adapter {
	t.Helper()
	if c.API == nil {
		c.API = client(t, w, api.Config{})
	}
	c.GuildID = w.GuildID()
	a, err := discord.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The guild of the tests, and the people in it.
const (
	home    = "guild"
	lin     = "1000000000000000001"
	wei     = "1000000000000000002"
	ana     = "1000000000000000003"
	bob     = "1000000000000000004"
	eve     = "1000000000000000005"
	deaf    = "1000000000000000006" // accepts no direct messages
	gone    = "1000000000000000007" // is not in the guild
	robot   = "1000000000000000008"
	nobody  = "9000000000000000009"
	oncall  = "2000000000000000001" // a role
	hidden  = "3000000000000000001" // a channel that the bot is not in
	missing = "3900000000000000001" // no message has this ID
)

func account(id string) core.Account { return core.Account{Workspace: home, ID: id} }

// once makes each call once and remembers its cost and value.
type once struct {
	step   string // from which its ops are derived
	now    func() time.Time
	values map[string]string
	keys   []string
	cost   map[string][]core.Bucket
	refuse map[string]error // by key: the error that Do returns instead
}

func newOnce() *once {
	return &once{step: "test", now: time.Now, values: make(map[string]string), cost: make(map[string][]core.Bucket)}
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
	v, err := c.Make(ctx, core.Intent{Op: core.MakeOp(o.step, c.Key), First: o.now(), Begun: o.now(), Attempt: 1})
	if err == nil {
		o.values[c.Key] = v
	}
	return v, err
}

// probing is a Once that keeps the last call and never makes it.
type probing struct{ call core.Call }

func (p *probing) Do(_ context.Context, c core.Call) (string, error) {
	p.call = c
	return "", core.Stop(&core.Error{Kind: core.Lost})
}

var people = []emulator.User{
	{ID: lin, Name: "lin", RealName: "Lin Wei"}, {ID: wei, Name: "wei", Nick: "Wei of Payments", Roles: []string{oncall}},
	{ID: ana, Name: "ana", Roles: []string{oncall}}, {ID: bob, Name: "bob"}, {ID: eve, Name: "eve"},
	{ID: deaf, Name: "deaf", DirectMessagesOff: true}, {ID: gone, Name: "gone", Outside: true},
	{ID: robot, Name: "robot", Bot: true},
}

var roles = []emulator.Role{{ID: oncall, Name: "On Call"}}

// guildOf is a guild with the people in it.
func guildOf() emulator.Options { return emulator.Options{Users: people, Roles: roles} }

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
