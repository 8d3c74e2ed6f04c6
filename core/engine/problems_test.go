package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// inABubble files n risks of a module without handlers and lead, and runs their flow
// on a clock of its own.
func inABubble(t *testing.T, n int, fail func(string, string) error, steps []flow.StepDef, check func(t *testing.T, b *bundle)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), flow.Def{Name: "act", Trigger: flow.TriggerDef{On: "filed"}, Steps: steps})
		b.platform.setFail(fail)
		defer b.startEngine(b.engine)()
		for i := range n {
			d := engine.Draft{Title: fmt.Sprint("Risk ", i), Module: "Web"}
			if _, err := b.engine.File(t.Context(), fmt.Sprint("op", i), lin, d); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		check(t, b)
	})
}

func group(def *flow.CreateGroupDef) []flow.StepDef {
	def.ID, def.Type, def.Name = "room", core.Item, "Room"
	return []flow.StepDef{{Action: def}}
}

// A list of people that comes out empty is in the trail, and administrators get one
// notice of it.
func TestEmptyListsAreReported(t *testing.T) {
	t.Parallel()
	lin := []string{"lin"}
	room := group(&flow.CreateGroupDef{Members: lin})
	for name, c := range map[string]struct {
		steps        []flow.StepDef
		event, wants string
	}{
		"recipients, an empty user group": {
			[]flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"@empty"}, Title: "hello"}}},
			engine.EventFailed, "@empty: this user group has no members",
		},
		"some of the recipients": {
			[]flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"lin", "@empty"}, Title: "hello"}}},
			engine.EventPartial, "@empty: this user group has no members",
		},
		"recipients, no handlers": {
			[]flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"handlers", "lead"}, Title: "hello"}}},
			engine.EventFailed, `"handlers, lead" is empty`,
		},
		"members": {group(&flow.CreateGroupDef{Members: []string{"handlers"}}), engine.EventPartial, `"handlers" is empty`},
		"owners":  {group(&flow.CreateGroupDef{Owner: []string{"@empty"}, Members: lin}), engine.EventPartial, "@empty: this user group has no members"},
		"people who are mentioned": {
			append(room, flow.StepDef{Action: &flow.SendGroupMessageDef{Group: "room", Mention: []string{"handlers"}, Text: "hello"}}),
			engine.EventPartial, `"handlers" is empty`,
		},
		"people who are added": {
			append(room, flow.StepDef{Action: &flow.SetGroupDef{Group: "room", Operator: "boss", Add: []string{"handlers"}}}),
			engine.EventFailed, `"handlers" is empty`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inABubble(t, 1, nil, c.steps, func(t *testing.T, b *bundle) {
				if got := b.notices("CADMIN"); len(got) != 1 || !strings.Contains(got[0], c.wants) {
					t.Errorf("administrators read %q", got)
				}
				if n := len(b.events("R-1", c.event)); n != 1 {
					t.Errorf("%d %s events", n, c.event)
				}
			})
		})
	}
}

// A group takes as many people as it has room for, and administrators read who is left.
func TestMoreMembersThanRoom(t *testing.T) {
	t.Parallel()
	inABubble(t, 1, nil, group(&flow.CreateGroupDef{Owner: []string{"lin"}, Members: []string{"@crowd"}}), func(t *testing.T, b *bundle) {
		b.platform.changeGroup("C1", func(g *fakeGroup) {
			if len(g.Members) != core.MaxMembers {
				t.Errorf("the group has %d members", len(g.Members))
			}
		})
		if got := b.notices("CADMIN"); len(got) != 1 || !strings.Contains(got[0], "done only in part") || !strings.Contains(got[0], "no room") {
			t.Errorf("administrators read %q", got)
		}
	})
}

// Nobody is to be removed: that is nothing to report.
func TestNobodyToRemove(t *testing.T) {
	t.Parallel()
	steps := append(group(&flow.CreateGroupDef{Members: []string{"lin"}}),
		flow.StepDef{Action: &flow.SetGroupDef{Group: "room", Operator: "boss", Remove: []string{"handlers"}}})
	inABubble(t, 1, nil, steps, func(t *testing.T, b *bundle) {
		if got := b.notices("CADMIN"); len(got) != 0 {
			t.Errorf("administrators read %q", got)
		}
	})
}

// A notice names the person, the channel and the remedy.
func TestNoticesAreSentences(t *testing.T) {
	t.Parallel()
	denied := func(code string) func(string, string) error {
		return failing("invite", -1, &core.Error{Op: "fake", Kind: core.Denied, Detail: code})
	}
	members := group(&flow.CreateGroupDef{Members: []string{"lin", "wei", "mei", "boss"}})
	for name, c := range map[string]struct {
		fail  func(string, string) error
		steps []flow.StepDef
		want  string
	}{
		"no operator": {nil, append(group(&flow.CreateGroupDef{Members: []string{"lin"}}),
			flow.StepDef{Action: &flow.SetGroupDef{Group: "room", Operator: "lin", Topic: new("x")}}),
			"R-1, flow act: set_group failed. lin can't change #Room-r-1: only its owner, its admins and riskroom's administrators can. Each of them can make lin an admin of it, in that channel: /risk group settings"},
		"several people, one cause": {denied("user_is_restricted"), members,
			"R-1, flow act: create_group was done only in part. lin, wei, mei, boss: guests can't be added by the bot. Add them by hand."},
		"a code without a sentence": {denied("odd_one"), members,
			"R-1, flow act: create_group was done only in part. lin, wei, mei, boss: the platform returned odd_one."},
		"a full server": {failing("create", -1, &core.Error{Op: "fake", Kind: core.Denied, Detail: "30013"}), members,
			"R-1, flow act: create_group failed. The server has as many channels as the platform allows. Delete those that nobody needs."},
		"what is invalid": {failing("create", -1, &core.Error{Op: "fake", Kind: core.Invalid, Detail: "50035:name:TOO_LONG"}), members,
			"R-1, flow act: create_group failed. The platform rejected a text or name as invalid (50035:name:TOO_LONG). Check the texts of the flow."},
		"a second group": {nil, append(group(&flow.CreateGroupDef{Members: []string{"lin"}}),
			flow.StepDef{Action: &flow.CreateGroupDef{Type: core.Item, Name: "Another", Members: []string{"lin"}}}),
			"R-1, flow act: create_group failed. R-1 already has a channel: #Room-r-1. To use that one, add on_exists: reuse to the step. For a new one, archive or delete that one first."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inABubble(t, 1, c.fail, c.steps, func(t *testing.T, b *bundle) {
				if got := b.notices("CADMIN"); !slices.Equal(got, []string{c.want}) {
					t.Errorf("administrators read %q, want %q", got, c.want)
				}
			})
		})
	}
}

// One cause is one notice, however many risks and steps meet it.
func TestOneCauseIsOneNotice(t *testing.T) {
	t.Parallel()
	to := flow.StepDef{Action: &flow.SendMessageDef{To: []string{"lin", "@empty"}, Title: "hello"}}
	inABubble(t, 3, nil, []flow.StepDef{to, to}, func(t *testing.T, b *bundle) {
		if got := b.notices("CADMIN"); len(got) != 1 || !strings.Contains(got[0], "First needed by R-1") {
			t.Errorf("administrators read %q", got)
		}
	})
}

// Handlers of a module who can't be found don't keep anybody from filing, whether a
// form has filled them in or not. Administrators get one notice for each.
func TestBadHandlersOfAModule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), storyFlows()[0])
		bad := []core.Ref{"wei", "@gone", "acme/UNOBODY"}
		b.org.Modules = append(b.org.Modules, core.Module{Name: "Bad", Handlers: bad})
		b.engine = b.newEngine(b.options)
		defer b.startEngine(b.engine)()
		for i, handlers := range [][]core.Ref{nil, bad, {"wei", "acme:@gone"}} {
			d := engine.Draft{Title: fmt.Sprint("Risk ", i), Module: "Bad", Handlers: handlers}
			if _, err := b.engine.File(t.Context(), fmt.Sprint("op", i), lin, d); err != nil {
				t.Errorf("filing with %q: %v", handlers, err)
			}
			time.Sleep(time.Minute)
		}
		_, err := b.engine.File(t.Context(), "other", lin, engine.Draft{Title: "Typed", Module: "Web", Handlers: bad[1:2]})
		if r, ok := errors.AsType[*core.Refusal](err); !ok || r.Code != "handler_unknown" {
			t.Errorf("a handler that nobody knows is answered with %v", err)
		}
		got := slices.Sorted(slices.Values(b.notices("CADMIN")))
		if len(got) != 2 || !strings.Contains(got[0], "@gone") || !strings.Contains(got[0], "The module Bad") || !strings.Contains(got[1], "UNOBODY") {
			t.Errorf("administrators read %q", got)
		}
	})
}
