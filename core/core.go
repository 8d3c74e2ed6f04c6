// Package core holds the words of riskroom: risks and the people they concern,
// the messages, cards and groups that platforms show, and the contracts that
// the engine and the platform adapters keep with each other.
//
// It imports the standard library only, does no I/O, and names no platform. A
// reader new to the code starts here: risk.go and people.go say what is talked
// about, message.go and group.go what is shown, adapter.go and once.go who does
// it and how an effect happens exactly once, error.go how it can fail.
package core

import "time"

// Clock tells the time. The engine, the store, the bots and stand-in platforms
// share one, so that a demonstration or a test can move a whole system through
// days at once. Signatures and network timeouts do not use it: those are facts
// of the real world.
type Clock interface {
	Now() time.Time
}

// ClockFunc makes a function such as time.Now a Clock.
type ClockFunc func() time.Time

// Now calls f.
func (f ClockFunc) Now() time.Time { return f() }
