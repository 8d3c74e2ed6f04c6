package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
)

// scene is where stories are played, and which.
type scene struct {
	name    string
	open    func(testing.TB) []*platform // risks are filed on the first
	stories []story
	// nth says how many of the moments are tried at which serve could be killed
	// beside those after the calls that a story is about: every nth of them.
	nth   int
	plain bool // the stories are played without Once too
}

// scenes are chosen for what each can show that the ones before it cannot. On
// one platform every moment is tried. Over HTTP only the way in differs, and
// with both platforms at once what the engine does between two calls is as with
// each: there samples do. Where races are looked for a play takes several times
// as long, and samples have to do everywhere: fewer on Discord, since what is
// stored is the same, and only of stories in which something can differ.
func scenes() []scene {
	onSlack, onGateway, elsewhere := 1, 1, 4
	overHTTP, both := stories(), bothStories()
	if raced {
		onSlack, onGateway, elsewhere = 7, 21, 21
		overHTTP, both = overHTTP[2:], both[:1]
	}
	return []scene{
		{"slack", slackOnly, stories(), onSlack, true},
		{"discord gateway", discordOnly(false), stories(), onGateway, true},
		{"discord http", discordOnly(true), overHTTP, elsewhere, false},
		{"both", bothAtOnce, both, elsewhere, false},
	}
}

// playedOn is how one platform is opened: for stories, and with its rate limits.
type playedOn struct {
	open  func(testing.TB) []*platform
	paced func(t *testing.T, people int, b core.Budget) paced
}

// played are the platforms that stories are played on, by name.
func played() map[string]playedOn {
	return map[string]playedOn{
		"slack":   {slackOnly, pacedOnSlack},
		"discord": {discordOnly(false), pacedOnDiscord},
	}
}

// TestPlayedOnAll: a platform that can message people is played on.
func TestPlayedOnAll(t *testing.T) {
	t.Parallel()
	for _, p := range platforms.All() {
		if _, ok := played()[p.Name()]; !ok && p.Settings.Capabilities.Direct.Support != core.Lacking {
			t.Errorf("no story is played on %s: add it to played", p.Title)
		}
	}
}

// slackScene is where tests play that are about no platform.
func slackScene() scene { return scenes()[0] }

func slackOnly(t testing.TB) []*platform {
	p, _ := onSlack(t, "unlimited")
	return []*platform{p}
}

func discordOnly(overHTTP bool) func(testing.TB) []*platform {
	return func(t testing.TB) []*platform {
		p, _ := onDiscord(t, "guild", overHTTP)
		return []*platform{p}
	}
}

// bothAtOnce is a Slack workspace, where ana files, and a Discord guild, where
// alone lin can be reached, in one process.
func bothAtOnce(t testing.TB) []*platform {
	slack, _ := onSlack(t, "unlimited")
	delete(slack.people, "lin")
	discord, _ := onDiscord(t, "guild", false)
	return []*platform{slack, discord}
}

// bothStories reminds people on both platforms, makes the group on the other
// one, and changes the cards on both.
func bothStories() []story {
	there := strings.NewReplacer(
		"- create_group:", "- workspace: guild\n        create_group:", "[submitter, handlers, lead]", "[handlers, lead]",
	)
	flows := reminder + strings.TrimPrefix(there.Replace(group), "flows:\n")
	calls := func(p *platform) []string {
		if p.name == "guild" {
			return slices.Concat(p.calls.remind, p.calls.group)
		}
		return p.calls.remind
	}
	return []story{
		{"reminder and group", flows, calls, nil, false},
		{"change", flows, func(p *platform) []string { return p.calls.change }, resolve, true},
	}
}
