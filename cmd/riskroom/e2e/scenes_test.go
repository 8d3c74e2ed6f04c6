package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
)

// scene contains the stories to play, and the platforms to play them on.
type scene struct {
	name    string
	open    func(testing.TB) []*platform // risks are filed on the first
	stories []story
	// nth selects the moments at which serve is killed, in addition to those after
	// the calls that a story is about: every nth of them.
	nth   int
	plain bool // also play the stories without Once
}

// scenes returns the scenes. With every point, every moment is tried on one platform at a time.
// Over HTTP only requests arrive differently, and with both platforms the engine does the same
// between two calls, so samples are enough there. By default there are only samples: fewer on
// Discord, where the store's part is the same, and only of stories that can differ.
func scenes() []scene {
	onSlack, onGateway, elsewhere := 31, 97, 97
	overHTTP, both := stories()[2:], bothStories()[:1]
	if *everyPoint {
		onSlack, onGateway, elsewhere = 1, 1, 4
		overHTTP, both = stories(), bothStories()
	}
	return []scene{
		{"slack", slackOnly, stories(), onSlack, true},
		{"discord gateway", discordOnly(false), stories(), onGateway, true},
		{"discord http", discordOnly(true), overHTTP, elsewhere, false},
		{"both", bothAtOnce, both, elsewhere, false},
	}
}

// playedOn opens one platform, for stories or with its rate limits.
type playedOn struct {
	open func(testing.TB) []*platform
	// again opens it without a connection that takes seconds to resume after a kill.
	again func(testing.TB) []*platform
	paced func(t *testing.T, people int, b core.Budget) paced
}

// played returns the platforms that stories are played on, by name.
func played() map[string]playedOn {
	return map[string]playedOn{
		"slack":   {slackOnly, slackOnly, pacedOnSlack},
		"discord": {discordOnly(false), discordOnly(true), pacedOnDiscord},
	}
}

// TestPlayedOnAll checks that stories are played on every platform that can message
// people.
func TestPlayedOnAll(t *testing.T) {
	t.Parallel()
	for _, p := range platforms.All() {
		if _, ok := played()[p.Name()]; !ok && p.Settings.Capabilities.Direct.Support != core.Lacking {
			t.Errorf("no story is played on %s: add it to played", p.Title)
		}
	}
}

// slackScene returns the scene for tests that work on any platform.
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

// bothAtOnce returns a Slack workspace, where ana files, and a Discord guild, the only
// place where lin has an account.
func bothAtOnce(t testing.TB) []*platform {
	slack, _ := onSlack(t, "unlimited")
	delete(slack.people, "lin")
	discord, _ := onDiscord(t, "guild", false)
	return []*platform{slack, discord}
}

// bothStories returns stories that remind people on both platforms, create the group on
// the second, and change the cards on both.
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
		{name: "reminder and group", flows: flows, ours: calls},
		{name: "change", flows: flows, ours: func(p *platform) []string { return p.calls.change }, between: resolve, repeatable: true},
	}
}
