package demo

import (
	"strings"
	"testing"

	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// TestEveryActionAndTriggerHasWords checks that the trail has a text for each.
func TestEveryActionAndTriggerHasWords(t *testing.T) {
	t.Parallel()
	words, err := text.Load(locales)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{"demo.trigger." + flow.DateTrigger{}.Kind(), "demo.trigger." + flow.ScheduleTrigger{}.Kind(), "demo.trigger.before", "demo.trigger.workdays"}
	for _, k := range new(flow.TriggerDef).Form().Keys {
		if k.Name == "on" {
			for _, event := range k.Choices {
				ids = append(ids, "demo.trigger."+event)
			}
		}
	}
	for _, kind := range flow.ActionKinds() {
		ids = append(ids, "history.step."+kind)
	}
	all := text.Args{"Key": "R-1", "Status": "x", "Delay": "x", "Count": 2, "Field": "x", "Date": "x", "Where": "x", "Done": "x"}
	for _, lang := range []string{"en", "zh-CN"} {
		for _, id := range ids {
			if s := words.In(lang).S(id, all); s == "" || strings.HasPrefix(s, "!") {
				t.Errorf("%s: %s has no text", lang, id)
			}
		}
	}
}

// TestWordsOfWhatIsLeftOut checks what is printed of a step that leaves out a part, or all.
func TestWordsOfWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	words, err := text.Load(locales)
	if err != nil {
		t.Fatal(err)
	}
	for want, data := range map[string]map[string]string{
		"in the flow act, set_group leaves out muting: the workspace can't do that": {"reason": "unsupported", "what": "mute"},
		"the flow act skips set_group: the workspace can't do that":                 {"reason": "unsupported"},
		"the flow act skips set_group: there is nothing to change":                  {"reason": "unchanged"},
	} {
		data["action"] = "set_group"
		it := item{event: engine.Event{Kind: engine.EventPassed, Run: "R-1/act/v1", Data: data}}
		if got := wordSkip(nil, words.In("en"), it); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
	if got, want := wordDone(nil, words.In("zh-CN"), "owner, admins"), "所有者、群组管理员"; got != want {
		t.Errorf("the parts are %q, want %q", got, want)
	}
}
