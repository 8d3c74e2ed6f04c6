package bots

import (
	"fmt"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

// TestRejectedBeforeAForm checks that an attempt is recorded for which no form opens, as if
// the form had been submitted.
func TestRejectedBeforeAForm(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: engine.View{Risk: core.Risk{Version: 4, Title: "Ledger", Status: core.Pending}}}
	b := newBot(t, f)
	for _, c := range []struct {
		do   Command
		want engine.Operation
	}{
		{pressed(core.PressResolve, 4), engine.ChangeStatus{Risk: "R-17", To: core.Resolved}},
		{pressed(core.PressShelve, 4), engine.ChangeStatus{Risk: "R-17", To: core.Shelved}},
		{pressed(core.PressNote, 4), engine.AddNote{Risk: "R-17"}},
		{pressed(core.PressEdit, 4), engine.Edit{Risk: "R-17"}},
		{typed("note R-17"), engine.AddNote{Risk: "R-17"}},
		{typed("edit R-17"), engine.Edit{Risk: "R-17"}},
		{typed("assign R-17"), engine.Assign{Risk: "R-17"}},
		{typed("hand R-17"), engine.Assign{Risk: "R-17", Hand: true}},
	} {
		f.rejected = nil
		r := ask(t, b, c.do)
		if r.Form != nil || len(f.rejected) != 1 || fmt.Sprintf("%+v", f.rejected[0]) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%+v: recorded is %+v, the form %v", c.want, f.rejected, r.Form)
		}
	}
}
