package effect

import "riskroom/core"

// Unanswerable reports whether a question itself is refused, so that asking
// again later would not help.
func Unanswerable(err error) bool {
	switch core.KindOf(err) {
	case core.Denied, core.NotFound, core.Conflict, core.Unsupported, core.Invalid, core.Unreachable:
		return true
	}
	return false
}

// Look turns a look at a platform into the answer of a core.Call's Probe. there
// is whether it was found, whole is whether every place was searched where it
// could be, and err is what the look ended with. If the question is refused for
// good, the answer is CannotTell.
func Look(there, whole bool, err error) (core.Found, error) {
	switch {
	case Unanswerable(err):
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
