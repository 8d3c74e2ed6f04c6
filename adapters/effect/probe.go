package effect

import "riskroom/core"

// Look returns the answer of a core.Call's Probe. there reports whether the
// search found its target, whole whether it covered every place the target
// could be, and err is the search's error. If the platform refuses the question
// for good, the answer is CannotTell.
func Look(there, whole bool, err error) (core.Found, error) {
	switch {
	case core.KindOf(err).Final():
		return core.CannotTell, nil
	case err != nil:
		return core.CannotTell, err
	case there:
		return core.Yes, nil
	case !whole:
		return core.CannotTell, nil
	}
	return core.No, nil
}
