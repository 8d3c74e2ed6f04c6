package engine

import (
	"errors"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

const (
	patience       = 24 * time.Hour // a step that cannot get on for so long is parked
	firstBackOff   = 2 * time.Second
	longestBackOff = 10 * time.Minute
	unknownTries   = 3 // of a failure that nobody can tell the kind of
	crashesToPark  = 3
	pausedRetry    = time.Minute // while a workspace refuses the bot
)

// course is what follows when a step could not be ended.
type course string

const (
	goOn     course = "go_on"    // the step failed for good: told, and the next one's turn comes
	judge    course = "judge"    // the risk has moved: judge the run again
	wait     course = "wait"     // later, not counted
	backOff  course = "back_off" // later, counted against patience
	pause    course = "pause"    // later, and tell that the workspace refuses the bot
	park     course = "park"     // a person decides
	endRun   course = "end"      // cancelled
	letGo    course = "let_go"   // the lease is gone: say nothing, write nothing
	handBack course = "hand_back"
)

// verdict is what an error leads to.
type verdict struct {
	course course
	code   string
	until  time.Time // of wait, backOff, pause

	workspace string // of pause: which one refuses the bot
}

// final reports whether err ends what it befell for good: trying again would
// fail the same way.
func final(err error) bool {
	return finalKind(core.KindOf(err)) && !core.IsStop(err) && !errors.Is(err, errCancelled)
}

func finalKind(k core.Kind) bool {
	switch k {
	case core.Invalid, core.NotFound, core.Conflict, core.Denied, core.Unsupported, core.Unreachable:
		return true
	}
	return false
}

// judgeError decides what an error of a step leads to. This is the one place
// where kinds of error become decisions.
func (t *turn) judgeError(err error) verdict {
	v := verdict{code: core.DetailOf(err)}
	now := t.e.clock.Now()
	switch gaveUp := t.gaveUp(); {
	case core.KindOf(err) == core.Lost, core.KindOf(gaveUp) == core.Lost:
		v.course = letGo
	case gaveUp != nil:
		v.course = handBack
	case isStop(err, errMoved):
		v.course = judge
	case errors.Is(err, errCancelled):
		v.course = endRun
	case isStop(err, errStopping):
		v.course = handBack
	case isStop(err, errUnsure):
		v.course = park
	case core.IsStop(err) && (core.KindOf(err) == core.RateLimited || core.DetailOf(err) == young),
		core.DetailOf(err) == overBudget, core.DetailOf(err) == people.Paused:
		v.course, v.until = wait, now.Add(core.RetryAfterOf(err))
	case final(err):
		v.course = goOn
	case core.KindOf(err) == core.Unauthorized:
		v.course, v.until, v.workspace = pause, now.Add(pausedRetry), people.RefuserOf(err)
	case core.KindOf(err) == core.Unknown && core.EffectOf(err) == core.None && t.run.Attempts+1 >= unknownTries:
		v.course = park
	default:
		v.course, v.until = backOff, now.Add(t.backOffFor(err))
		if !t.run.Since.IsZero() && now.Sub(t.run.Since) > patience {
			v.course = park
		}
	}
	return v
}

// backOffFor doubles from attempt to attempt, and is never shorter than the
// platform asks nor than an open intent must rest before it can be probed.
func (t *turn) backOffFor(err error) time.Duration {
	d := firstBackOff << min(t.run.Attempts, 20)
	if d > longestBackOff || d <= 0 {
		d = longestBackOff
	}
	if open := t.openSince(); !open.IsZero() {
		d = max(d, open.Add(t.e.timeout+t.e.settle).Sub(t.e.clock.Now()))
	}
	return max(d, core.RetryAfterOf(err))
}
