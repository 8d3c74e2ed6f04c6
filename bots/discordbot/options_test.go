package discordbot

import (
	"encoding/json"
	"strings"
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
	long := discord.Settings().OptionName
	for name, want := range map[string]bool{
		strings.Repeat("a", long): true, strings.Repeat("金", long): true, strings.Repeat("a", long+1): false,
		"due-at_2": true, "": false, "Due": false, "due at": false, "due.at": false, "\xff": false,
	} {
		if optionName(name) != want {
			t.Errorf("%q as the name of an option: %v", name, !want)
		}
	}
}

// TestPlaceOfAThread: in a thread, a command is about the risk of the thread's channel.
func TestPlaceOfAThread(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"channel_id":"5"}`: "5",
		`{"channel_id":"5","channel":{"id":"5","type":0,"parent_id":"9"}}`:  "5", // the parent is a category
		`{"channel_id":"6","channel":{"id":"6","type":11,"parent_id":"5"}}`: "5",
		`{"channel_id":"6","channel":{"id":"6","type":12,"parent_id":"5"}}`: "5",
	} {
		var in interaction
		if err := json.Unmarshal([]byte(body), &in); err != nil || in.place() != want {
			t.Errorf("%s: %q, %v, want %q", body, in.place(), err, want)
		}
	}
}

// TestChoicesInEveryLanguage: choices are in the reader's language.
func TestChoicesInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	names := map[string]string{}
	whole, _ := b.discordbot.definer().command(maxCommand)
	for _, sub := range whole.Options {
		for _, o := range sub.Options {
			for _, c := range o.Choices {
				if c.Names != nil { // names of commands are the same in every language
					names[c.Value] = c.Names["zh-CN"]
				}
			}
		}
	}
	if names["mine"] != "我的" || names["overdue"] != "已逾期" {
		t.Errorf("choices: %v", names)
	}
}
