package browser

import (
	"context"
	"time"
)

// Driver controls the clock and the engine.
type Driver interface {
	// Behind returns the present state, worded in lang.
	Behind(ctx context.Context, lang string) (Behind, error)
	// Changed returns a channel that is closed when Behind has changed.
	Changed() <-chan struct{}
	// Move begins to move the clock and doesn't wait. While the clock moves, only Stop
	// has an effect.
	Move(to Move)
	// Trouble causes one of Behind's Troubles, by ID.
	Trouble(id string)
}

// Move is a target for the clock.
type Move string

// The moves.
const (
	AnHour  Move = "hour"
	ADay    Move = "day"
	AWeek   Move = "week"
	NextDue Move = "next"
	Stop    Move = "stop" // leaves the clock where it is
)

// Behind is the state of the clock, the engine and the story.
type Behind struct {
	Now      time.Time `json:"now"`
	Wait     string    `json:"wait,omitempty"`   // what takes long at the moment, if anything
	Next     *Next     `json:"next,omitempty"`   // what is due next, nil if nothing
	Moving   *Moving   `json:"moving,omitempty"` // while the clock moves
	Down     bool      `json:"down,omitempty"`   // the engine isn't running
	Trail    []Entry   `json:"trail"`            // oldest first
	Troubles []Fault   `json:"troubles"`
	Steps    []Step    `json:"steps"` // of the story
}

// Next is what is due next.
type Next struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Moving is a movement of the clock.
type Moving struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Left int       `json:"left"` // runs that are due by To
}

// Tone is the tone of an entry in the trail.
type Tone string

// The tones.
const (
	Quiet  Tone = ""
	Acted  Tone = "acted"
	Passed Tone = "passed" // skipped
	Wrong  Tone = "trouble"
)

// Entry is an entry of the audit trail.
type Entry struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	About string    `json:"about,omitempty"` // the key of what it is about
	Text  string    `json:"text"`
	Why   string    `json:"why,omitempty"`
	Tone  Tone      `json:"tone,omitempty"`
}

// Fault is a trouble that the visitor can cause.
type Fault struct {
	ID      string `json:"id"`
	Label   string `json:"label"`
	Help    string `json:"help"`
	Waiting bool   `json:"waiting,omitempty"` // ordered, but has not occurred
	Grave   bool   `json:"grave,omitempty"`
}

// Step is a step of the story.
type Step struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Done  bool   `json:"done,omitempty"`
	Try   *Try   `json:"try,omitempty"`
}

// Try prepares a step for the visitor.
type Try struct {
	Label  string  `json:"label"`
	Person string  `json:"person,omitempty"` // act as them
	Room   *string `json:"room,omitempty"`   // in this room; "" is the conversation with the bot
	Type   string  `json:"type,omitempty"`   // with this in the composer
	Move   Move    `json:"move,omitempty"`
}
