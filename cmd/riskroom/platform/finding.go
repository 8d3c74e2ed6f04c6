package platform

import (
	"context"
	"fmt"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// Inspector contains the platform's part of a check of one workspace, and the texts for
// it. It doesn't check what no bot can find out.
type Inspector interface {
	// Unable returns the finding for a platform that refuses the bot or doesn't
	// answer.
	Unable(err error) Finding
	// Examine checks a workspace that has accepted the bot.
	Examine(ctx context.Context) []Finding
	// Channel checks whether the bot can post to a channel. what is its role in the
	// file: "the admin_channel".
	Channel(ctx context.Context, what text.Phrase, id string) []Finding
	Words() Words
}

// Finding is a problem, or a warning.
type Finding struct {
	Rule    string
	Message text.Phrase
	Hint    text.Phrase // what to click
	Warning bool
}

// The rules of check --online.
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

// Words contains a platform's terms and where to click.
type Words struct {
	Platform string      // "Slack"
	Place    text.Phrase // the term for a workspace
	Way      text.Phrase // how commands arrive: "over Socket Mode"
	ByEmail  bool        // people can be found by address
	Member   text.Phrase // the term for a person in a workspace
	CopyID   text.Phrase // where to copy a user's ID
	Group    text.Phrase // the term for a group of people
	Groups   text.Phrase // where to create groups
	Fill     text.Phrase // how to add people to one

	// By the Detail of an error: why there are no groups, what to do if several have
	// the same name, and why members can't be listed.
	NoGroups, SameName map[string]text.Phrase
	Unlisted           map[string]Finding
	Reported           string // the prefix of Details that Examine reports; "" for none
}

// Unanswered returns the finding for a failed question.
func Unanswered(what text.Phrase, workspace string, err error) Finding {
	return Finding{Rule: RuleReach, Message: text.Phrasef("could not check %s in %s: %s", what, workspace, core.DetailOf(err))}
}

// Offline returns the finding for a platform that doesn't answer.
func Offline(platform, workspace string, err error) Finding {
	return Finding{
		Rule: RuleReach, Message: text.Phrasef("%s doesn't respond for %s (%s)", platform, workspace, core.DetailOf(err)),
		Hint: text.Plain("check the network, api_url and proxies"),
	}
}

// Temporary reports whether a later try may succeed.
func Temporary(err error) bool {
	kind := core.KindOf(err)
	return kind == core.Unavailable || kind == core.RateLimited
}

// Limits of Patiently.
const (
	askAgain    = 5
	longestWait = time.Minute
)

// Patiently retries while the platform limits the rate, as a large file has more people
// than may be looked up in a minute.
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
