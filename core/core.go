// Package core holds the words of riskroom: risks and the people they concern,
// the messages, cards and groups that platforms show, and the contracts that
// the engine and the platform adapters keep with each other.
//
// It imports the standard library only, does no I/O, and names no platform. A
// reader new to the code starts here: risk.go and people.go say what is talked
// about and organisation.go what an admin's file says of it; message.go,
// group.go and report.go what is shown; adapter.go who does it, once.go how it
// happens once wherever the platform can be asked, budget.go how often, and
// error.go how it can fail; capabilities.go and settings.go what each platform
// brings.
//
// The words that are not explained where they stand: a flow is what an admin
// wrote, a list of steps that act when a time has come. Each step is one of four
// actions: send a message, create a group, send a message into a group, set a
// group. A run is one flow acting on one risk once; the occurrence tells the
// runs of a flow on a risk apart. A worker holds a run by a lease while it acts.
// Each action makes several calls to a platform; what a call does there is its
// effect. An item is a risk, as far as a group is bound to it.
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

// Day is the length of a day on a clock that never changes. A calendar day is
// counted with time.Time.AddDate instead.
const Day = 24 * time.Hour
