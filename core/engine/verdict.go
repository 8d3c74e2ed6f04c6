package engine

import (
	"errors"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

const (
	patience       = 24 * time.Hour // a step that fails for longer is parked
	firstBackOff   = 2 * time.Second
	longestBackOff = 10 * time.Minute
	unknownTries   = 3 // of a failure of unknown kind
	crashesToPark  = 3
	pausedRetry    = time.Minute // while a workspace refuses the bot
)

// course is what happens next when a step did not end.
type course string

const (
	failStep   course = "fail_step"  // the step failed for good: report it and go on with the next
	reevaluate course = "reevaluate" // the risk has changed: evaluate the condition again
	wait       course = "wait"       // later, not counted
	backOff    course = "back_off"   // later, counted against patience
	pause      course = "pause"      // later, and notify administrators that the workspace refuses the bot
	park       course = "park"       // a person decides
	endRun     course = "end"        // cancelled
	abandon    course = "abandon"    // the lease is lost: write nothing
	handBack   course = "hand_back"
)

// verdict is what an error leads to.
type verdict struct {
	course course
	code   string
	until  time.Time // of wait, backOff and pause

	unexplained bool   // of backOff
	workspace   string // of pause: the one that refuses the bot
}

// final reports whether trying again after err would fail the same way.
func final(err error) bool {
	return core.KindOf(err).Final() && !core.IsStop(err) && !errors.Is(err, errCancelled)
}

// unexplained reports whether err is a failure for an unknown reason, certainly
// without effect.
func unexplained(err error) bool {
	return core.KindOf(err) == core.Unknown && core.EffectOf(err) == core.None
}

// classify decides what a step's error leads to. No other code decides by the
// kind of an error what a run does next.
func (t *turn) classify(err error) verdict {
	v := verdict{code: core.DetailOf(err)}
	now := t.e.clock.Now()
	switch gaveUp := t.gaveUp(); {
	case core.KindOf(err) == core.Lost, core.KindOf(gaveUp) == core.Lost:
		v.course = abandon
	case gaveUp != nil:
		v.course = handBack
	case isStop(err, errChanged):
		v.course = reevaluate
	case errors.Is(err, errCancelled):
		v.course = endRun
	case isStop(err, errStopping):
		v.course = handBack
	case isStop(err, errUnsure):
		v.course = park
	case isHeld(err), core.DetailOf(err) == NotYet:
		v.course, v.until = wait, t.heldUntil
	case core.IsStop(err) && (core.KindOf(err) == core.RateLimited || core.DetailOf(err) == tooEarly),
		core.DetailOf(err) == overBudget, core.DetailOf(err) == people.Paused, core.DetailOf(err) == AwaitsGroup,
		core.DetailOf(err) == StepWaits,
		core.DetailOf(err) == groupNotSeen:
		v.course, v.until = wait, now.Add(core.RetryAfterOf(err))
	case final(err):
		v.course = failStep
	case core.KindOf(err) == core.Unauthorized:
		v.course, v.until, v.workspace = pause, now.Add(pausedRetry), people.WorkspaceOf(err)
	case unexplained(err) && t.run.Unknown+1 >= unknownTries:
		v.course = park
	default:
		v.course, v.until, v.unexplained = backOff, now.Add(t.backOffFor(err)), unexplained(err)
		if !t.run.Since.IsZero() && now.Sub(t.run.Since) > patience {
			v.course = park
		}
	}
	return v
}

// backOffFor returns how long to wait after err. It doubles with each attempt. It
// is at least what the platform asks for, and long enough that an open intent can
// be probed.
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
