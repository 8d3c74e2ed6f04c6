package discordbot

import (
	"testing"

	"riskroom/adapters/discord"
)

// TestOwnOptions compares what the config file's check knows of Discord's options with
// what the command takes.
func TestOwnOptions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	builtIn := 0
	for _, a := range specOf(b.bot.Commands(), []string{"new"}).Args {
		if !a.Own && a.Option != "" {
			builtIn++
		}
	}
	if p := discord.Settings(); p.OwnOptions != maxOptions-builtIn {
		t.Errorf("%d own fields can be options, not %d", maxOptions-builtIn, p.OwnOptions)
	}
	name := make([]byte, discord.Settings().OptionName+1)
	for i := range name {
		name[i] = 'a'
	}
	if optionName.Match(name) || !optionName.Match(name[1:]) {
		t.Errorf("an option's name is not at most %d characters", len(name)-1)
	}
}
