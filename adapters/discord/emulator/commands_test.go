package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord/emulator"
)

func TestRegisteringCommands(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.risk()
	first := b.Commands()[0]
	b.risk()
	if diff := cmp.Diff(first, b.Commands()[0]); diff != "" {
		t.Errorf("the same again is another: %s", diff)
	}
	if calls := b.Log().Calls(); !calls[0].Effect || calls[1].Effect {
		t.Errorf("%+v", calls)
	}
	b.fine("PUT", b.commandsPath(), `[{"name": "risk", "description": "Other"}]`)
	if now := b.Commands()[0]; now["id"] != first["id"] || now["version"] == first["version"] {
		t.Errorf("changed %v to %v", first, now)
	}
	if list := b.list(b.commandsPath()); len(list) != 1 || list[0]["description"] != "Other" {
		t.Errorf("listed %v", list)
	}
	b.fine("PUT", b.commandsPath(), `[]`)
	if list := b.Commands(); len(list) != 0 {
		t.Errorf("left %v", list)
	}
	b.refused(403, 50001, "PUT", "/applications/1/guilds/"+b.GuildID()+"/commands", `[]`)
	without := setup(t, func(o *emulator.Options) { o.NoCommands = true })
	without.refused(403, 50001, "GET", without.commandsPath(), nil)
	without.refused(403, 50001, "PUT", without.commandsPath(), `[]`)
}

func TestCommandsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	const head = `[{"name": "risk", "description": "Risks", "options": [`
	for name, test := range map[string]struct{ path, code, body string }{
		"upper case":       {"0.name", "APPLICATION_COMMAND_INVALID_NAME", `[{"name": "Risk", "description": "a"}]`},
		"blank":            {"0.name", "APPLICATION_COMMAND_INVALID_NAME", `[{"name": "a b", "description": "a"}]`},
		"long name":        {"0.name", "BASE_TYPE_BAD_LENGTH", `[{"name": "` + strings.Repeat("x", 33) + `", "description": "a"}]`},
		"no description":   {"0.description", "BASE_TYPE_REQUIRED", `[{"name": "a"}]`},
		"twice":            {"1.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", `[{"name": "a", "description": "a"}, {"name": "a", "description": "b"}]`},
		"optional first":   {"0.options.1", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", head + `{"type": 3, "name": "a", "description": "a"}, {"type": 3, "name": "b", "description": "b", "required": true}]}]`},
		"mixed":            {"0.options.1.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", head + `{"type": 3, "name": "a", "description": "a"}, {"type": 1, "name": "b", "description": "b"}]}]`},
		"nested too deep":  {"0.options.0.options.0.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", head + `{"type": 1, "name": "a", "description": "a", "options": [{"type": 1, "name": "b", "description": "b"}]}]}]`},
		"both":             {"0.options.0", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_MUTUALLY_EXCLUSIVE", head + `{"type": 3, "name": "a", "description": "a", "autocomplete": true, "choices": [{"name": "a", "value": "a"}]}]}]`},
		"option twice":     {"0.options.1.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", head + `{"type": 3, "name": "a", "description": "a"}, {"type": 3, "name": "a", "description": "a"}]}]`},
		"locale":           {"0.description_localizations.zh-CN", "BASE_TYPE_BAD_LENGTH", `[{"name": "a", "description": "a", "description_localizations": {"zh-CN": "` + strings.Repeat("字", 101) + `"}}]`},
		"a member's":       {"0.type", "BASE_TYPE_CHOICES", `[{"name": "a", "type": 2}]`},
		"described":        {"0.description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED", `[{"name": "File it", "description": "a", "type": 3}]`},
		"menu sign":        {"0.name", "APPLICATION_COMMAND_INVALID_NAME", `[{"name": "File it!", "type": 3}]`},
		"menu's locale":    {"0.name_localizations.zh-CN", "BASE_TYPE_BAD_LENGTH", `[{"name": "a", "type": 3, "name_localizations": {"zh-CN": "` + strings.Repeat("字", 33) + `"}}]`},
		"menu options":     {"0.options", "BASE_TYPE_CHOICES", `[{"name": "a", "type": 3, "options": [{"type": 3, "name": "a", "description": "a"}]}]`},
		"menu twice":       {"1.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", `[{"name": "a", "type": 3}, {"name": "a", "type": 3}]`},
		"permissions":      {"0.default_member_permissions", "BASE_TYPE_CHOICES", `[{"name": "a", "description": "a", "default_member_permissions": "8"}]`},
		"a user's":         {"0.options.0.type", "BASE_TYPE_CHOICES", head + `{"type": 6, "name": "a", "description": "a"}]}]`},
		"too many options": {"0.options", "BASE_TYPE_BAD_LENGTH", head + strings.TrimSuffix(strings.Repeat(`{"type": 3, "name": "a", "description": "a"},`, 26), ",") + `]}]`},
	} {
		t.Run(name, func(t *testing.T) {
			at := *b
			at.t = t
			at.wrong(test.path, test.code, "PUT", b.commandsPath(), test.body)
		})
	}
	var many []object
	for i := range 101 {
		many = append(many, object{"name": fmt.Sprint("c", i), "description": "a"})
	}
	b.refused(400, 30032, "PUT", b.commandsPath(), many)
	if n := len(b.Commands()); n != 0 {
		t.Errorf("%d commands", n)
	}
}

func TestCommandsADay(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	b := setup(t, func(o *emulator.Options) { o.Now = func() time.Time { return now } })
	register := func(round int) []object {
		var list []object
		for i := range 100 {
			list = append(list, object{"name": fmt.Sprintf("c%d-%d", round, i), "description": "a"})
		}
		return list
	}
	b.fine("PUT", b.commandsPath(), register(1))
	b.fine("PUT", b.commandsPath(), register(2))
	b.refused(400, 30034, "PUT", b.commandsPath(), register(3))
	b.fine("PUT", b.commandsPath(), register(2)) // creates nothing
	now = now.Add(24 * time.Hour)
	b.fine("PUT", b.commandsPath(), register(3))
}

func TestWhoMayUseCommands(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":4,"data":{"content":"a"}}`), func(o *emulator.Options) {
		o.Everyone = emulator.DefaultEveryone() &^ emulator.UseApplicationCommands
	})
	if _, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil); err == nil {
		t.Error("lin used a command without the permission")
	}
	if _, err := b.SlashCommand(t.Context(), boss, public, "/risk", "list", nil); err != nil {
		t.Error(err)
	}
	if n := len(a.all()); n != 1 {
		t.Errorf("%d interactions", n)
	}
}

// TestMessageCommand checks the interaction of a command in the menu of messages, as
// discordgo reads it.
func TestMessageCommand(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":4,"data":{"content":"a"}}`), nil)
	b.fine("PUT", b.commandsPath(), `[{"name": "a", "description": "a"}, {"name": "a", "type": 3, "name_localizations": {"zh-CN": "甲"}}]`)
	id, err := b.Say(wei, public, "Ledger is *off*")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = b.MessageCommand(t.Context(), lin, public, id, "a"); err != nil {
		t.Fatal(err)
	}
	var i discordgo.Interaction
	if err := i.UnmarshalJSON(a.all()[0].body); err != nil {
		t.Fatal(err)
	}
	data := i.ApplicationCommandData()
	m := data.Resolved.Messages[id]
	if data.CommandType != discordgo.MessageApplicationCommand || data.TargetID != id || m == nil || m.Content != "Ledger is *off*" || m.Author.ID != wei {
		t.Errorf("%+v", data)
	}
	if menu := b.View().Menu; len(menu) != 1 || menu[0].ID != "a" || !menu[0].OfPosts {
		t.Errorf("the menu is %+v", menu)
	}
	for what, run := range map[string]func() (emulator.Reply, error){
		"of no message":       func() (emulator.Reply, error) { return b.MessageCommand(t.Context(), lin, public, "1", "a") },
		"not registered":      func() (emulator.Reply, error) { return b.MessageCommand(t.Context(), lin, public, id, "b") },
		"on a command line":   func() (emulator.Reply, error) { return b.SlashCommand(t.Context(), lin, public, "/b", "", nil) },
		"in a hidden channel": func() (emulator.Reply, error) { return b.MessageCommand(t.Context(), lin, "1", id, "a") },
	} {
		if _, err := run(); err == nil {
			t.Errorf("%s: it is sent", what)
		}
	}
}
