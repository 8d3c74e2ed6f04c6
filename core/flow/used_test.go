package flow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
)

func TestUses(t *testing.T) {
	t.Parallel()
	amount := 12.5
	f, problems := Compile(Def{
		Name: "f", Zone: "Asia/Shanghai", Trigger: TriggerDef{On: "filed"},
		If: `status == "pending" and (fields.amount > 10 or fields.kind == "x") and filled(due_at) and "wei" in handlers and status != title and
discovered_at < now`,
		Fields: map[string]FieldDef{"amount": {Type: core.NumberField}, "kind": {Type: core.TextField}},
		Steps:  []StepDef{{Action: &SendMessageDef{To: []string{"lin"}, Text: "x"}}},
	})
	if f == nil {
		t.Fatal(problems)
	}
	at := time.Date(2026, 11, 18, 2, 5, 0, 0, time.UTC)
	env := Env{Now: at.Add(time.Hour), Risk: core.Risk{
		Status: core.Resolved, Title: "Ledger", Handlers: []core.Ref{"wei", "lin"}, DiscoveredAt: at,
		Fields: map[string]core.Value{"amount": {Number: &amount}},
	}}
	want := []Used{
		{"status", `"resolved"`}, {"fields.amount", "12.5"}, {"fields.kind", ""}, {"due_at", ""}, {"handlers", `["wei", "lin"]`},
		{"title", `"Ledger"`}, {"discovered_at", "2026-11-18 10:05"}, {"now", "2026-11-18 11:05"},
	}
	if diff := cmp.Diff(want, f.If.Uses(env)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := (*Condition)(nil).Uses(env); got != nil {
		t.Errorf("no condition uses %v", got)
	}
}
