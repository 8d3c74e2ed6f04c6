package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// onGroups tells mei of groups that are created and of groups that end.
func onGroups(types ...string) []flow.Def {
	tell := func(on, title string) flow.Def {
		return flow.Def{Name: on, Trigger: flow.TriggerDef{On: on, Type: types}, Steps: []flow.StepDef{
			{Action: &flow.SendMessageDef{To: []string{"mei"}, Title: title + " {{ .group_type }} {{ .group }}"}}}}
	}
	return []flow.Def{tell("group_created", "created"), tell("group_ended", "ended")}
}

// toldOfGroups returns what mei was told. Once the platform has made a group's name unique, it
// is left out how.
func toldOfGroups(b *bundle) []string {
	told := toldDirectly(b.platform, "MEI")
	for i := range told {
		told[i], _, _ = strings.Cut(told[i], "-")
	}
	return told
}

// checkGroupEvents checks that mei was told once of each group that was created or has ended.
func (b *bundle) checkGroupEvents() {
	b.t.Helper()
	var want []string
	for _, id := range b.platform.groupIDs() {
		g := b.platform.groups[id]
		name, _, _ := strings.Cut(g.Name, "-")
		want = append(want, "created "+string(g.Spec.Type)+" "+name)
		if g.Ended != "" {
			want = append(want, "ended "+string(g.Spec.Type)+" "+name)
		}
	}
	slices.Sort(want)
	got := slices.DeleteFunc(toldOfGroups(b), func(told string) bool {
		return !strings.HasPrefix(told, "created ") && !strings.HasPrefix(told, "ended ")
	})
	if !slices.Equal(got, want) {
		b.t.Errorf("mei was told of groups %q, want %q", got, want)
	}
}

// life creates a group of a type, and dissolves it after a wait.
func life(name string, t core.GroupType, wait string) flow.Def {
	id := strings.ReplaceAll(name, "-", "_")
	return flow.Def{Name: name, Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
		{Action: &flow.CreateGroupDef{ID: id, Type: t, Name: name, Owner: []string{"wei"}, Members: []string{"wei"}}},
		{Action: &flow.WaitDef{For: wait}},
		{Action: &flow.SetGroupDef{Group: id, Operator: "wei", Dissolve: true}},
	}}
}

// Flows run once for each group of a risk that is created, and for each that ends.
func TestFlowsOnGroups(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		types []string
		want  []string
	}{
		"all":      {nil, []string{"created item first", "created ordinary second", "ended item first", "ended ordinary second"}},
		"one type": {[]string{"item", "topic"}, []string{"created item first", "ended item first"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSynctest(t, func(b *bundle) {
				r := b.file("Ledger", time.Time{})
				time.Sleep(30 * time.Minute)
				for _, told := range toldDirectly(b.platform, "MEI") {
					if strings.HasPrefix(told, "ended") {
						b.t.Errorf("mei was told %q too early", told)
					}
				}
				time.Sleep(time.Hour)
				got := toldOfGroups(b)
				if !slices.Equal(got, c.want) {
					b.t.Errorf("mei was told %q, want %q", got, c.want)
				}
				for _, run := range b.runsOf(r.Key, "group_created") {
					if run.State != engine.Finished || run.ID.Version() != 0 || !run.ID.OfGroupEvent() {
						b.t.Errorf("%s is %s", run.ID, run.State)
					}
				}
			}, append(onGroups(c.types...), life("first", core.Item, "1h"), life("second", core.Ordinary, "1h"))...)
		})
	}
}

// Only occurrences of group events are taken for such.
func TestOfGroupEvent(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"R-1/tell/acme:C1.12": true, "R-1/tell/a-b:1234567890123.1": true,
		"R-1/tell/v2": false, "R-1/tell/s1781234567890": false, "R-1/tell/1781234567890.1781321967890": false,
		"R-1/tell/acme:C1": false, "R-1/tell/acme:C1.": false, "R-1/tell/acme:C1.01": false, "R-1/_files/acme:C1.2": false,
	} {
		run, err := engine.ParseRunID(id)
		if err != nil || run.OfGroupEvent() != want {
			t.Errorf("%s: %v, %v", id, run.OfGroupEvent(), err)
		}
	}
}

// A topic that ends, is reopened and ends again has ended twice. Topic groups that belong to
// no risk start no flow.
func TestFlowsOnTopics(t *testing.T) {
	t.Parallel()
	inSynctest(t, func(b *bundle) {
		r := b.file("Ledger", time.Time{})
		ofRisk := b.open("topic", engine.OpenTopic{Name: "Why", Risk: r.Key})
		own := b.open("own", engine.OpenTopic{Name: "Lunch"})
		for _, g := range []engine.Group{ofRisk, own} {
			b.mustSet(engine.EndTopic{Group: g.Ref})
			time.Sleep(time.Minute)
			b.mustSet(engine.ReopenTopic{Group: g.Ref})
			time.Sleep(time.Minute)
			b.mustSet(engine.EndTopic{Group: g.Ref})
			time.Sleep(time.Minute)
		}
		var kinds []string
		for _, told := range toldDirectly(b.platform, "MEI") {
			kinds = append(kinds, told[:strings.Index(told, " topic")])
		}
		if want := []string{"created", "ended", "ended"}; !slices.Equal(kinds, want) {
			b.t.Errorf("mei was told %q, want %q", kinds, want)
		}
	}, onGroups()...)
}

// A process may be killed before or after any call of a run that creates or dissolves a
// group: each is told once.
func TestKilledAroundAGroup(t *testing.T) {
	t.Parallel()
	atSteps(t, 90, func(t *testing.T, steps int) {
		b := setupOn(t, &fakeClock{}, inMemory(t), append(onGroups(), life("first", core.Item, "10s"))...)
		b.file("Ledger", time.Time{})
		stop := b.startProcess(&process{steps: steps})
		time.Sleep(5 * time.Minute)
		stop()
		defer b.startEngine(b.newEngine(b.options))()
		time.Sleep(15 * time.Minute)
		if got := toldOfGroups(b); !slices.Equal(got, []string{"created item first", "ended item first"}) {
			t.Errorf("mei was told %q", got)
		}
	})
}
