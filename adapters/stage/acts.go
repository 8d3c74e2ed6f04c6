package stage

import (
	"context"
	"errors"
)

// Acts is what people do in a stand-in: what a browser view needs beside
// Platform. Whoever acts is a person's ID.
//
// An error is one that the person would meet in the platform's own client.
// Those that matter can be told apart with errors.Is: ErrSilent, ErrBroken,
// ErrMistyped.
type Acts interface {
	// Say writes a message. The room "" is the conversation with the bot.
	Say(ctx context.Context, person, room, text string) error
	// Command types a slash command with what follows it: "/risk list".
	Command(ctx context.Context, person, room, line string) error
	// Press presses a button.
	Press(ctx context.Context, person string, at Spot, action string) error
	// Choose chooses in a menu of a post or fills in an input of a window.
	Choose(ctx context.Context, person string, at Spot, input string, values ...string) error
	// Submit fills in the topmost window and submits it. Inputs that values
	// does not name keep what they hold. Problems, by input, are what was wrong.
	Submit(ctx context.Context, person, window string, values map[string][]string) (problems map[string]string, err error)
	// Close closes the topmost window.
	Close(ctx context.Context, person, window string) error
}

// Spot is where something can be pressed: in a post of a room, or in a window.
type Spot struct {
	Room, Post string
	Window     string
}

// Suggester is what Acts of some platforms can do beside: their clients offer
// what a command can go on with.
type Suggester interface {
	// Suggest returns ways to go on with a line that begins with a slash, best
	// first.
	Suggest(ctx context.Context, person, room, line string) []Hint
}

// Hint is a way to go on with a command that somebody types.
type Hint struct {
	Line  string `json:"line"`            // what stands there then: "/risk new "
	Label string `json:"label,omitempty"` // what it is called; "" is Line
	Args  string `json:"args,omitempty"`  // what may follow
	Help  string `json:"help,omitempty"`
}

// What a platform's own client tells people of the bot and of what they typed.
var (
	ErrSilent   = errors.New("the bot did not answer in time")
	ErrBroken   = errors.New("the bot answered with an error")
	ErrMistyped = errors.New("there is no such command, or something in it does not fit")
)
