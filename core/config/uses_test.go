package config

import (
	"testing"

	"riskroom/core"
	"riskroom/core/flow"
)

func TestUses(t *testing.T) {
	t.Parallel()
	there := func(ws string) flow.Target { return flow.Target{Ref: core.GroupRef{Workspace: ws, ID: "C1"}} }
	group := flow.Step{Action: &flow.CreateGroup{}}
	for name, c := range map[string]struct {
		file Config
		want core.Uses
	}{
		"nothing":         {},
		"an address":      {with(core.Person{Email: "lin@example.com"}), core.Uses{Addresses: true}},
		"none of it":      {with(core.Person{Email: "lin@example.com", Accounts: map[string]string{"acme": "U1"}}), core.Uses{}},
		"admins here":     {Config{Organisation: core.Organisation{AdminChannel: there("acme").Ref}}, core.Uses{Channels: true}},
		"admins there":    {Config{Organisation: core.Organisation{AdminChannel: there("labs").Ref}}, core.Uses{}},
		"direct messages": {does(flow.Step{Action: &flow.SendMessage{}}), core.Uses{}},
		"a channel": {
			does(flow.Step{Workspace: "acme", Action: &flow.SendGroupMessage{Group: there("acme")}}), core.Uses{Channels: true},
		},
		"a channel elsewhere": {does(flow.Step{Workspace: "labs", Action: &flow.SendGroupMessage{Group: there("labs")}}), core.Uses{}},
		"its own group":       {does(group, flow.Step{Action: &flow.SendGroupMessage{Group: flow.Target{Step: "room"}}}), core.Uses{Groups: true}},
		"a group at home":     {does(group), core.Uses{Groups: true}},
		"a group elsewhere":   {does(flow.Step{Workspace: "labs", Action: &flow.CreateGroup{}}), core.Uses{}},
		"changes":             {does(flow.Step{Action: &flow.SetGroup{Group: flow.Target{Item: true}}}), core.Uses{Groups: true}},
	} {
		if got := c.file.Uses("acme"); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func with(p core.Person) Config {
	return Config{Organisation: core.Organisation{People: map[string]core.Person{"lin": p}}}
}

func does(steps ...flow.Step) Config { return Config{Flows: []*flow.Flow{{Steps: steps}}} }
