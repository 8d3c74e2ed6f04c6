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
		"there":                        {true, true, nil, core.Yes, false},
		"there, before all was seen":   {true, false, nil, core.Yes, false},
		"not there":                    {false, true, nil, core.No, false},
		"not where could be looked":    {false, false, nil, core.CannotTell, false},
		"may not look":                 {false, true, failed(core.Denied), core.CannotTell, false},
		"no longer there to look into": {true, true, failed(core.NotFound), core.CannotTell, false},
		"cannot look now":              {false, true, failed(core.Unavailable), core.CannotTell, true},
		"who asks is refused":          {false, true, failed(core.Unauthorized), core.CannotTell, true},
	} {
		if got, err := effect.Look(c.there, c.whole, c.err); got != c.want || (err != nil) != c.fails {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
