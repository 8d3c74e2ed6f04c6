package flow

import (
	"fmt"
	"slices"
	"testing"

	"riskroom/core"
)

func TestParts(t *testing.T) {
	t.Parallel()
	risk := core.Risk{Status: core.Pending, Severity: core.High}
	for _, tt := range []struct{ source, want string }{
		{`status == "pending"`, `[{status == "pending" true}]`},
		{`status == "pending" and (severity == "low" or not filled(due_at))`, `[{status == "pending" true} {severity == "low" false} {filled(due_at) false}]`},
		{`not (status == "resolved" || due_at > now)`, `[{status == "resolved" false} {due_at > now false}]`},
		{`severity in ["high", "critical"] && len(handlers) > 0`, `[{severity in ["high", "critical"] true} {len(handlers) > 0 false}]`},
	} {
		f, problems := Compile(Def{Name: "f", Zone: "UTC", If: tt.source, Trigger: TriggerDef{On: "filed"}, Steps: []StepDef{{Action: &SendMessageDef{To: []string{"handlers"}, Title: "x"}}}})
		if f == nil {
			t.Fatalf("%s: %v", tt.source, problems)
		}
		parts, err := f.If.Parts(Env{Risk: risk})
		if got := fmt.Sprint(parts); err != nil || got != tt.want {
			t.Errorf("%s: %s, %v; want %s", tt.source, got, err, tt.want)
		}
		var sources []string
		for _, p := range parts {
			sources = append(sources, p.Source)
		}
		if got := f.If.PartSources(); !slices.Equal(got, sources) {
			t.Errorf("%s has the parts %q", tt.source, got)
		}
	}
	if parts, err := (*Condition)(nil).Parts(Env{}); parts != nil || err != nil {
		t.Errorf("no condition has the parts %v, %v", parts, err)
	}
	if got := (*Condition)(nil).PartSources(); got != nil {
		t.Errorf("no condition has the parts %q", got)
	}
}
