package core

import "context"

// Progress is how far an action on several parts of a group has come. A part
// that fails stops no other, unless nothing more can be tried. It is for one
// goroutine.
type Progress struct {
	Once   Once
	Report Report // what became of the parts so far
	// Gone tells whether an error says that the group itself cannot be reached, so
	// that nothing more can be tried.
	Gone func(error) bool

	Err   error // what the action ends with: the first that a later call may overcome, or the one that ended it
	Ended bool  // nothing more can be tried
}

// Do makes a call for one part and reports what became of it. It makes none once
// nothing more can be tried.
func (p *Progress) Do(ctx context.Context, part Part, who Account, c Call) (value string, ok bool) {
	if p.Ended {
		return "", false
	}
	value, err := p.Once.Do(ctx, c)
	p.Note(part, who, err)
	return value, err == nil
}

// Note reports what a call for one part ended with.
func (p *Progress) Note(part Part, who Account, err error) {
	if IsStop(err) {
		p.Err, p.Ended = err, true
		return
	}
	p.Report.Add(part, who, err)
	switch KindOf(err) {
	case Unauthorized:
		p.Err, p.Ended = err, true
	case RateLimited, Unavailable, Unknown, Lost:
		if p.Err == nil {
			p.Err = err
		}
	default:
		if p.Gone(err) {
			p.Err, p.Ended = err, true
		}
	}
}
