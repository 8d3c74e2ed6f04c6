package effect

import (
	"context"

	"riskroom/core"
)

// Progress collects the report of an action on several parts of a group. A part
// that fails does not stop the others, unless nothing more can be tried. It is
// for one goroutine.
type Progress struct {
	Once   core.Once
	Report core.Report // the outcomes so far
	// Gone reports whether an error means that the group itself cannot be
	// reached, so that nothing more can be tried.
	Gone func(error) bool

	Err   error // the action's error: the one after which nothing more could be tried, or else the first that a retry may overcome
	Ended bool  // nothing more can be tried
}

// Do makes a call for one part and adds its outcome to the report. After Ended
// it does nothing.
func (p *Progress) Do(ctx context.Context, part core.Part, who core.Account, c core.Call) (value string, ok bool) {
	if p.Ended {
		return "", false
	}
	value, err := p.Once.Do(ctx, c)
	p.Note(part, who, err)
	return value, err == nil
}

// Note adds the outcome of a call for one part to the report.
func (p *Progress) Note(part core.Part, who core.Account, err error) {
	if core.IsStop(err) {
		p.Err, p.Ended = err, true
		return
	}
	p.Report.Add(part, who, err)
	switch core.KindOf(err) {
	case core.Unauthorized:
		p.Err, p.Ended = err, true
	case core.RateLimited, core.Unavailable, core.Unknown, core.Lost:
		if p.Err == nil {
			p.Err = err
		}
	default:
		if p.Gone(err) {
			p.Err, p.Ended = err, true
		}
	}
}
