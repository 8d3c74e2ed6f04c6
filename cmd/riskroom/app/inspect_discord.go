package app

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"riskroom/adapters/discord"
	"riskroom/core"
)

var _ inspector = (*discordHome)(nil)

// installHint is what to do where the bot is not installed as it has to be.
const installHint = "open the link that riskroom manifest discord prints, and add the bot to the server"

func (h *discordHome) unable(err error) finding {
	name, detail := h.settings.Name, core.DetailOf(err)
	switch {
	case core.KindOf(err) != core.Unauthorized:
		return offline("Discord", name, err)
	case detail == "10004", detail == "50001": // unknown guild, missing access
		return finding{
			rule: ruleToken, message: fmt.Sprintf("the bot of %s is not in the server %s", name, h.settings.Values[guildIDKey]),
			hint: installHint + "; if it is in, guild_id is another's: Developer Mode, then Copy Server ID on the server's icon",
		}
	}
	return finding{
		rule: ruleToken, message: fmt.Sprintf("Discord refuses the bot token of %s (%s)", name, detail),
		hint: "on the application's page Bot: Reset Token; what it shows, once, is the bot_token",
	}
}

// examine looks at permissions, at how commands come in and at the room for
// groups. In which order roles stand matters for nothing that riskroom does: it
// gives no roles, and overwrites of members and of @everyone are not held against
// it. Which other applications have a command of the same name, and who takes no
// direct messages, is told to no bot.
func (h *discordHome) examine(ctx context.Context) []finding {
	id := h.known()
	out := slices.Concat(h.rights(id), h.entry(id), h.commands(ctx, id.ApplicationID))
	if h.uses.Groups {
		out = slices.Concat(out, h.grouping(id), h.room(id))
	}
	return out
}

// rights tells what the bot may not do in the server.
func (h *discordHome) rights(id discord.Identity) []finding {
	if len(id.Missing) == 0 {
		return nil
	}
	return []finding{{
		rule: ruleScope, message: fmt.Sprintf("the bot of %s lacks permissions: %s", h.settings.Name, strings.Join(id.Missing, " ")),
		hint: "give them to the bot's role: Server Settings, Roles, the bot's, Permissions",
	}}
}

// grouping tells what keeps the bot from making groups beside that: in the category
// of the next one, or in the server's settings.
func (h *discordHome) grouping(id discord.Identity) []finding {
	var out []finding
	if len(id.CategoryMissing) > 0 {
		out = append(out, finding{
			rule: ruleScope, message: fmt.Sprintf("in the category %s the bot of %s lacks: %s", id.Category, h.settings.Name, strings.Join(id.CategoryMissing, " ")),
			hint: "allow them to the bot's role there: Edit Category, Permissions; or name another under category",
		})
	}
	if id.NeedsTwoFactor {
		out = append(out, finding{
			rule: ruleSetup, warning: true,
			message: fmt.Sprintf("the server of %s wants two-factor authentication of moderators; as the application's owner seems to have none, no group can be made", h.settings.Name),
			hint:    "the owner of the application enables it: User Settings, My Account",
		})
	}
	return out
}

// entry tells whether commands come in where they are waited for.
func (h *discordHome) entry(id discord.Identity) []finding {
	key, path := h.settings.Values[publicKeyKey], h.path()
	at, err := url.Parse(id.InteractionsURL)
	here := err == nil && strings.HasSuffix(at.Path, path)
	f := finding{rule: ruleSetup}
	switch {
	case key == "" && id.InteractionsURL == "":
		return nil
	case key == "":
		f.message = fmt.Sprintf("commands of %s go to %s and not over the gateway", h.settings.Name, id.InteractionsURL)
		f.hint = "empty Interactions Endpoint URL on the application's page General Information; or give the public_key, to take them over HTTP"
	case !strings.EqualFold(key, id.PublicKey):
		f.message = fmt.Sprintf("the public_key of %s is not the application's, so that nothing from Discord would be believed", h.settings.Name)
		f.hint = "copy the Public Key from the application's page General Information"
	case id.InteractionsURL == "":
		f.warning, f.message = true, fmt.Sprintf("commands of %s do not come in yet: the application has no Interactions Endpoint URL", h.settings.Name)
		f.hint = "once riskroom serve runs: General Information, Interactions Endpoint URL: https://YOUR.HOST" + path
	case !here:
		f.warning, f.message = true, fmt.Sprintf("commands of %s go to %s, which does not end in %s", h.settings.Name, id.InteractionsURL, path)
		f.hint = "mend Interactions Endpoint URL on the application's page General Information, unless a proxy of yours knows better"
	default:
		return nil
	}
	return []finding{f}
}

// path is where interactions come in over HTTP.
func (h *discordHome) path() string { return "/discord/" + h.settings.Name + "/interactions" }

// commands tells whether the bot may register its command, and what goes by that.
func (h *discordHome) commands(ctx context.Context, application string) []finding {
	var names []string
	err := patiently(ctx, func(ctx context.Context) (err error) {
		names, err = h.adapter.CheckCommands(ctx, application)
		return err
	})
	f := finding{rule: ruleSetup}
	names = slices.DeleteFunc(names, func(n string) bool { return "/"+n == h.command })
	switch {
	case core.KindOf(err) == core.Denied:
		f.message = fmt.Sprintf("the bot of %s may not register commands: it was installed without the scope applications.commands", h.settings.Name)
		f.hint = installHint + " once more: nothing is lost"
	case err != nil:
		f = unanswered("commands", h.settings.Name, err)
	case len(names) > 0:
		f.warning, f.message = true, fmt.Sprintf("serve replaces the other commands of this application in %s: /%s", h.settings.Name, strings.Join(names, " /"))
		f.hint = "give riskroom an application of its own if something else needs them"
	default:
		return nil
	}
	return []finding{f}
}

// nearlyFull is how few groups are left room for when it is time to say so.
const nearlyFull = 50

// room tells how many more groups the server takes.
func (h *discordHome) room(id discord.Identity) []finding {
	f := finding{rule: ruleRoom, hint: "delete channels of risks that are over"}
	switch {
	case id.Room == 0:
		f.message = fmt.Sprintf("the server of %s has %d of 500 channels: no group can be made", h.settings.Name, id.Channels)
	case id.Room <= nearlyFull:
		f.warning, f.message = true, fmt.Sprintf("the server of %s has %d of 500 channels: room for %d more groups", h.settings.Name, id.Channels, id.Room)
	default:
		return nil
	}
	return []finding{f}
}

func (h *discordHome) channel(ctx context.Context, what, id string) []finding {
	err := patiently(ctx, func(ctx context.Context) error { return h.adapter.CheckChannel(ctx, id) })
	f := finding{rule: ruleChannel}
	switch core.KindOf(err) {
	case "":
		return nil
	case core.NotFound:
		f.message = fmt.Sprintf("the bot does not see %s %s, or it is not there", what, id)
		f.hint = "Edit Channel, Permissions, add the bot's role: View Channel, Send Messages, Embed Links, Read Message History"
	case core.Conflict:
		f.message = fmt.Sprintf("%s %s is not in the server of %s", what, id, h.settings.Name)
		f.hint = "name one of this server: Developer Mode, then Copy Channel ID"
	case core.Unsupported:
		f.message, f.hint = fmt.Sprintf("nothing can be posted into %s %s: it is a category or a forum", what, id), "name a text channel"
	case core.Denied:
		lacking := slices.DeleteFunc(strings.Fields(core.DetailOf(err)), func(p string) bool { return slices.Contains(h.known().Missing, p) })
		if len(lacking) == 0 {
			return nil // told of the whole server
		}
		f.message = fmt.Sprintf("in %s %s the bot lacks: %s", what, id, strings.Join(lacking, " "))
		f.hint = "Edit Channel, Permissions, the bot's role: allow them"
	default:
		f = unanswered(what+" "+id, h.settings.Name, err)
	}
	return []finding{f}
}

func (h *discordHome) words() words {
	way := "over the gateway"
	if h.settings.Values[publicKeyKey] != "" {
		way = "over HTTP, at " + h.path()
	}
	const roles = "Server Settings, Roles"
	return words{
		platform: "Discord", place: "server", way: way, byEmail: discord.Settings().ByEmail, member: "member", copyID: discord.Settings().CopyUser,
		group: "role", groups: roles, fill: "give it to people: " + roles + ", the role, Manage Members",
		sameName: map[string]string{"two_roles": "rename one: " + roles + "; or name it by its ID, as @ID: Developer Mode, ···, Copy Role ID"},
		unlisted: map[string]finding{
			"guild_members_intent": {
				rule: ruleSetup, message: "the Server Members Intent is off",
				hint: "switch it on: the application's page Bot, Privileged Gateway Intents",
			},
			"too_many_members": {rule: rulePeople, message: "the server has too many members to look through", hint: "name the people themselves"},
		},
	}
}
