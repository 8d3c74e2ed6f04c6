// Package core defines riskroom's terms and contracts: risks and the people
// involved, the messages, cards and groups that platforms show, and what the
// engine and the platform adapters promise each other.
//
// It imports only the standard library, does no I/O, and names no platform. Start
// here if you are new to the code:
//
//   - risk.go and people.go define risks and people; organisation.go is what the
//     config file says about an organisation.
//   - message.go, group.go and report.go are what platforms show and report.
//   - adapter.go is the contract of an adapter. once.go makes a call happen once
//     wherever the platform can be asked about it, budget.go keeps to rate limits,
//     and error.go is how a call can fail.
//   - capabilities.go and settings.go describe a platform.
//
// Terms used throughout: a flow is a list of steps that an admin wrote, started
// at a certain time. Each step is one of four actions: send a message, create a
// group, send a message to a group, change a group. A run is one flow acting on
// one risk once; its occurrence distinguishes it from other runs of that flow on
// that risk. A worker holds a run by a lease while it acts. An action makes several
// calls to a platform; what a call does there is its effect. An item is a risk
// that a group is bound to.
package core

import (
	"context"
	"time"
)

// Clock returns the time. The engine, the store, the bots and the emulators share
// one, so a demo or a test can move the whole system through days at once.
// Signatures and network timeouts don't use it, because they depend on real time.
type Clock interface {
	Now() time.Time
}

// Sleeper is a Clock that is moved while somebody sleeps by it.
type Sleeper interface {
	Clock
	// Sleep waits until the clock has moved on by d, or until ctx ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// ClockFunc adapts a function such as time.Now to a Clock.
type ClockFunc func() time.Time

// Now calls f.
func (f ClockFunc) Now() time.Time { return f() }

// Day is 24 hours. For calendar days use WallClock.
const Day = 24 * time.Hour
