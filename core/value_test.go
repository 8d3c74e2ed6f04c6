package core_test

import (
	"testing"
	"time"

	"riskroom/core"
)

func TestValuesSurviveTheTrail(t *testing.T) {
	t.Parallel()
	n := 2.5
	for kind, v := range map[core.FieldType]core.Value{
		core.TextField:   {Text: "a, b\nc"},
		core.SelectField: {Text: "eu"},
		core.NumberField: {Number: &n},
		core.DateField:   {Date: time.Date(2026, 12, 1, 9, 30, 0, int(time.Millisecond), time.UTC)},
		core.PeopleField: {People: []core.Ref{"lin", "acme/U1", "acme:@oncall"}},
	} {
		if got := core.ParseValue(kind, v.String()); !got.Equal(v) {
			t.Errorf("%s: %q was read as %+v", kind, v.String(), got)
		}
		if got := core.ParseValue(kind, core.Value{}.String()); !got.IsZero() {
			t.Errorf("%s: nothing was read as %+v", kind, got)
		}
	}
	if got := core.ParseValue(core.DateField, "soon"); got.Text != "soon" {
		t.Errorf("an unreadable date was read as %+v", got)
	}
}
