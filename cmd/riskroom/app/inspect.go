package app

import (
	"context"
	"fmt"
	"time"

	"riskroom/core"
)

// inspector tells what one workspace says against a config file: what differs
// between platforms there, and the words for it. What a platform tells nobody is
// not asked and not guessed.
type inspector interface {
	// unable says that the platform does not accept the bot, or cannot be asked.
	unable(err error) finding
	// examine looks at the workspace as a whole. It has accepted the bot.
	examine(ctx context.Context) []finding
	// channel looks whether the bot can post into a channel, which the file calls
	// what: "the admin_channel".
	channel(ctx context.Context, what, id string) []finding
	words() words
}

// finding is something that is wrong, or looks wrong.
type finding struct {
	rule    string
	message string
	hint    string // what to click
	warning bool
}

// The rules of what is found online.
const (
	ruleToken   = "online-token"
	ruleScope   = "online-scope"
	ruleSetup   = "online-setup"
	ruleRoom    = "online-room"
	rulePeople  = "online-people"
	ruleChannel = "online-channel"
	ruleTwice   = "online-twice"
	ruleReach   = "online-unreachable"
)

// words are what a platform calls things, and what to click there.
type words struct {
	platform string // "Slack"
	place    string // what a workspace is there
	way      string // how people's commands come in: "over Socket Mode"
	byEmail  bool   // people are found by their addresses
	member   string // what somebody in a workspace is
	copyID   string // where a user's ID is
	group    string // what a group of people is
	groups   string // where groups are made
	fill     string // how people come into one

	// By the Detail of an error: why there are no groups at all, what to do where
	// several have one name, and why it is not told who is in one.
	noGroups, sameName map[string]string
	unlisted           map[string]finding
	said               string // how Details begin that examine has told of; "" is none
}

// unanswered says that a workspace did not tell something.
func unanswered(what, workspace string, err error) finding {
	return finding{rule: ruleReach, message: fmt.Sprintf("%s: %s could not be asked: %s", what, workspace, core.DetailOf(err))}
}

// offline says that a platform cannot be asked at all.
func offline(platform, workspace string, err error) finding {
	return finding{
		rule: ruleReach, message: fmt.Sprintf("%s does not answer for %s (%s)", platform, workspace, core.DetailOf(err)),
		hint: "see whether this machine reaches it, and mind api_url and proxies",
	}
}

// passing tells whether asking again later may help.
func passing(err error) bool {
	kind := core.KindOf(err)
	return kind == core.Unavailable || kind == core.RateLimited
}

// How often and how long patiently waits.
const (
	askAgain    = 5
	longestWait = time.Minute
)

// patiently asks again while the platform asks to wait: a large file has more
// people than may be looked up in a minute.
func patiently(ctx context.Context, ask func(context.Context) error) error {
	for n := 1; ; n++ {
		err := ask(ctx)
		if core.KindOf(err) != core.RateLimited || n == askAgain {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("while waiting for a rate limit: %w", ctx.Err())
		case <-time.After(min(max(core.RetryAfterOf(err), time.Second), longestWait)):
		}
	}
}
