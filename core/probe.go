package core

// Unanswerable tells whether a question itself is refused, so that asking again
// later would not help.
func Unanswerable(err error) bool {
	switch KindOf(err) {
	case Denied, NotFound, Conflict, Unsupported, Invalid, Unreachable:
		return true
	}
	return false
}

// Look turns a look at a platform into what a Probe answers: whether what was
// looked for is there, whether everything was seen where it could be, and what
// the look ended with. A question that is refused for good cannot be told.
func Look(there, whole bool, err error) (Found, error) {
	switch {
	case Unanswerable(err):
		return CannotTell, nil
	case err != nil:
		return CannotTell, err
	case there:
		return Yes, nil
	case !whole:
		return CannotTell, nil
	}
	return No, nil
}
