package demo

import (
	"strings"
	"testing"

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
	ids := []string{"demo.trigger." + flow.DateTrigger{}.Kind(), "demo.trigger.before", "demo.trigger.workdays"}
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
