package platform

import (
	"context"
	"fmt"
	"time"

	"riskroom/core"
)

// Inspector reports what one workspace says against a config file: what differs
// between platforms there, and the words for it. What a platform tells nobody is
// not asked and not guessed.
type Inspector interface {
	// Unable says that the platform does not accept the bot, or cannot be asked.
	Unable(err error) Finding
	// Examine looks at the workspace as a whole. It has accepted the bot.
	Examine(ctx context.Context) []Finding
	// Channel looks whether the bot can post into a channel, which the file calls
	// what: "the admin_channel".
	Channel(ctx context.Context, what, id string) []Finding
	Words() Words
}

// Finding is something that is wrong, or looks wrong.
type Finding struct {
	Rule    string
	Message string
	Hint    string // what to click
	Warning bool
}

// The rules of what is found online.
const (
	RuleToken   = "online-token"
	RuleScope   = "online-scope"
	RuleSetup   = "online-setup"
	RuleRoom    = "online-room"
	RulePeople  = "online-people"
	RuleChannel = "online-channel"
	RuleTwice   = "online-twice"
	RuleReach   = "online-unreachable"
)

// Words are what a platform calls things, and what to click there.
type Words struct {
	Platform string // "Slack"
	Place    string // what a workspace is there
	Way      string // how people's commands come in: "over Socket Mode"
	ByEmail  bool   // people are found by their addresses
	Member   string // what somebody in a workspace is
	CopyID   string // where a user's ID is
	Group    string // what a group of people is
	Groups   string // where groups are made
	Fill     string // how people come into one

	// By the Detail of an error: why there are no groups at all, what to do if
	// several have one name, and why the members of one are not listed.
	NoGroups, SameName map[string]string
	Unlisted           map[string]Finding
	Said               string // how Details begin that Examine has reported; "" is none
}

// Unanswered says that a workspace did not tell something.
func Unanswered(what, workspace string, err error) Finding {
	return Finding{Rule: RuleReach, Message: fmt.Sprintf("could not check %s in %s: %s", what, workspace, core.DetailOf(err))}
}

// Offline says that a platform cannot be asked at all.
func Offline(platform, workspace string, err error) Finding {
	return Finding{
		Rule: RuleReach, Message: fmt.Sprintf("%s doesn't respond for %s (%s)", platform, workspace, core.DetailOf(err)),
		Hint: "check the network, api_url and proxies",
	}
}

// Passing reports whether asking again later may help.
func Passing(err error) bool {
	kind := core.KindOf(err)
	return kind == core.Unavailable || kind == core.RateLimited
}

// How often and how long Patiently waits.
const (
	askAgain    = 5
	longestWait = time.Minute
)

// Patiently asks again while the platform asks to wait: a large file has more
// people than may be looked up in a minute.
func Patiently(ctx context.Context, ask func(context.Context) error) error {
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
