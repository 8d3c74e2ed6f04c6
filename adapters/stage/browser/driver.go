package browser

import (
	"context"
	"time"
)

// Driver is what stands behind the stage: the clock, and the engine with its
// troubles. It words by itself what only it knows.
type Driver interface {
	// Behind tells how things stand, worded in lang.
	Behind(ctx context.Context, lang string) (Behind, error)
	// Changed returns a channel that is closed when Behind has changed.
	Changed() <-chan struct{}
	// Move begins to move the clock, and returns without waiting for that. It
	// does nothing while the clock moves.
	Move(to Move)
	// Trouble makes trouble, by the ID of one of Behind's Troubles.
	Trouble(id string)
}

// Move says where to move the clock.
type Move string

// The moves.
const (
	AnHour  Move = "hour"
	ADay    Move = "day"
	NextDue Move = "next"
)

// Behind is what happens behind the stage.
type Behind struct {
	Now      time.Time `json:"now"`
	Wait     string    `json:"wait,omitempty"`   // what everything waits for at the moment, if that takes long
	Next     *Next     `json:"next,omitempty"`   // what is due next; nil if nothing is
	Moving   *Moving   `json:"moving,omitempty"` // while the clock moves
	Down     bool      `json:"down,omitempty"`   // the engine is dead
	Trail    []Entry   `json:"trail"`            // oldest first
	Troubles []Fault   `json:"troubles"`
	Steps    []Step    `json:"steps"` // of the story to follow
}

// Next is what is due next.
type Next struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Moving is how far the clock has got.
type Moving struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Tone is how an entry of the trail is meant.
type Tone string

// The tones.
const (
	Quiet  Tone = ""
	Acted  Tone = "acted"   // something was done
	Passed Tone = "passed"  // something was not done, and why
	Wrong  Tone = "trouble" // something went wrong
)

// Entry is one thing that happened behind the stage.
type Entry struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	About string    `json:"about,omitempty"` // the key of what it is about
	Text  string    `json:"text"`
	Why   string    `json:"why,omitempty"`
	Tone  Tone      `json:"tone,omitempty"`
}

// Fault is a trouble that can be made.
type Fault struct {
	ID      string `json:"id"`
	Label   string `json:"label"`
	Help    string `json:"help"`
	Waiting bool   `json:"waiting,omitempty"` // ordered, and has not struck yet
	Grave   bool   `json:"grave,omitempty"`
}

// Step is a step of the story, and how to take it.
type Step struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Done  bool   `json:"done,omitempty"`
	Try   *Try   `json:"try,omitempty"`
}

// Try takes a step for the reader, as far as that goes.
type Try struct {
	Label  string  `json:"label"`
	Person string  `json:"person,omitempty"` // act as them
	Room   *string `json:"room,omitempty"`   // in this room; "" is the conversation with the bot
	Type   string  `json:"type,omitempty"`   // with this in the composer
	Move   Move    `json:"move,omitempty"`
}
