package effect_test

import (
	"testing"

	"riskroom/adapters/effect"
	"riskroom/core"
)

func TestLook(t *testing.T) {
	t.Parallel()
	failed := func(kind core.Kind) error { return &core.Error{Op: "test", Kind: kind} }
	for name, c := range map[string]struct {
		there, whole bool
		err          error
		want         core.Found
		fails        bool
	}{
		"there":                       {true, true, nil, core.Yes, false},
		"there, in a partial search":  {true, false, nil, core.Yes, false},
		"not there":                   {false, true, nil, core.No, false},
		"not in a partial search":     {false, false, nil, core.CannotTell, false},
		"the search is denied":        {false, true, failed(core.Denied), core.CannotTell, false},
		"the place is gone":           {true, true, failed(core.NotFound), core.CannotTell, false},
		"the search fails":            {false, true, failed(core.Unavailable), core.CannotTell, true},
		"the credentials are refused": {false, true, failed(core.Unauthorized), core.CannotTell, true},
	} {
		if got, err := effect.Look(c.there, c.whole, c.err); got != c.want || (err != nil) != c.fails {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
