package discord

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"riskroom/adapters/discord"
	"riskroom/bots"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/text"
)

var _ platform.Inspector = (*workspace)(nil)

// install is the hint for a bot that isn't installed correctly.
func install() text.Phrase {
	return text.Plain("open the link that riskroom manifest discord prints, and add the bot to the server")
}

func (w *workspace) Unable(err error) platform.Finding {
	name, detail := w.settings.Name, core.DetailOf(err)
	switch {
	case core.KindOf(err) != core.Unauthorized:
		return platform.Offline(title, name, err)
	case detail == "10004", detail == "50001": // unknown guild, missing access
		return platform.Finding{
			Rule: platform.RuleToken, Message: text.Phrasef("the bot of %s is not in the server %s", name, w.settings.Values[guildIDKey]),
			Hint: text.Phrasef("%s; if it is already there, correct guild_id: switch on Developer Mode, then use Copy Server ID on the server's icon", install()),
		}
	}
	return platform.Finding{
		Rule: platform.RuleToken, Message: text.Phrasef("Discord rejects the bot token of %s (%s)", name, detail),
		Hint: text.Plain("use Reset Token on the application's Bot page; it shows the new bot_token once"),
	}
}

// Examine checks permissions, how commands arrive, and the room for groups. The order of
// roles doesn't matter for what riskroom does. No bot can find out which other
// applications have the same command, and who accepts no direct messages.
func (w *workspace) Examine(ctx context.Context) []platform.Finding {
	id := w.known()
	out := slices.Concat(w.rights(id), w.entry(id), w.commands(ctx, id.ApplicationID))
	if w.needs().Groups {
		out = slices.Concat(out, w.grouping(id), w.room(id))
	}
	return out
}

// rights reports permissions that the bot lacks in the server.
func (w *workspace) rights(id discord.Identity) []platform.Finding {
	if len(id.Missing) == 0 {
		return nil
	}
	return []platform.Finding{{
		Rule: platform.RuleScope, Message: text.Phrasef("the bot of %s lacks permissions: %s", w.settings.Name, strings.Join(id.Missing, " ")),
		Hint: text.Plain("allow them for the bot's role: Server Settings, Roles, the bot's role, Permissions"),
	}}
}

// grouping reports what else keeps the bot from creating or archiving groups: the category
// of the next one, or the server's settings.
func (w *workspace) grouping(id discord.Identity) []platform.Finding {
	var out []platform.Finding
	category := func(name string, missing []string) {
		if len(missing) > 0 {
			out = append(out, platform.Finding{
				Rule: platform.RuleScope, Message: text.Phrasef("the bot of %s lacks permissions in the category %s: %s", w.settings.Name, name, strings.Join(missing, " ")),
				Hint: text.Plain("allow them for the bot's role under Edit Category, Permissions; or name another category"),
			})
		}
	}
	category(id.Category, id.CategoryMissing)
	category(id.Archive, id.ArchiveMissing)
	if id.NeedsTwoFactor {
		out = append(out, platform.Finding{
			Rule: platform.RuleSetup, Warning: true,
			Message: text.Phrasef("the server of %s requires two-factor authentication for moderators; the application's owner seems to have none, so riskroom can't create groups", w.settings.Name),
			Hint:    text.Plain("the application's owner has to switch it on: User Settings, My Account"),
		})
	}
	return out
}

// entry checks whether commands arrive where serve expects them.
func (w *workspace) entry(id discord.Identity) []platform.Finding {
	key, path := w.settings.Values[publicKeyKey], w.path()
	at, err := url.Parse(id.InteractionsURL)
	here := err == nil && slices.ContainsFunc(w.sharing, func(name string) bool { return strings.HasSuffix(at.Path, pathOf(name)) })
	f := platform.Finding{Rule: platform.RuleSetup}
	switch {
	case key == "" && id.InteractionsURL == "":
		return nil
	case key == "":
		f.Message = text.Phrasef("commands of %s go to %s, not over the gateway", w.settings.Name, id.InteractionsURL)
		f.Hint = text.Plain("clear Interactions Endpoint URL on the application's General Information page; or set public_key to receive commands over HTTP")
	case !strings.EqualFold(key, id.PublicKey):
		f.Message = text.Phrasef("the public_key of %s is not the application's, so riskroom would reject every request", w.settings.Name)
		f.Hint = text.Plain("copy the Public Key from the application's General Information page")
	case id.InteractionsURL == "":
		f.Warning, f.Message = true, text.Phrasef("commands of %s don't arrive yet: the application has no Interactions Endpoint URL", w.settings.Name)
		f.Hint = text.Phrasef("once riskroom serve is running, enter under General Information, Interactions Endpoint URL: https://YOUR.HOST%s", path)
	case !here:
		f.Warning, f.Message = true, text.Phrasef("commands of %s go to %s, which doesn't end in %s", w.settings.Name, id.InteractionsURL, path)
		f.Hint = text.Plain("correct Interactions Endpoint URL on the application's General Information page, unless your proxy rewrites paths")
	default:
		return nil
	}
	return []platform.Finding{f}
}

// path returns the path for interactions over HTTP.
func (w *workspace) path() string { return pathOf(w.settings.Name) }

func pathOf(name string) string { return "/discord/" + name + "/interactions" }

// commands checks whether the bot may register its command, and which others it replaces.
func (w *workspace) commands(ctx context.Context, application string) []platform.Finding {
	var names []string
	err := platform.Patiently(ctx, func(ctx context.Context) (err error) {
		names, err = w.adapter.CheckCommands(ctx, application)
		return err
	})
	f := platform.Finding{Rule: platform.RuleSetup}
	names = slices.DeleteFunc(names, func(n string) bool { return "/"+n == w.command || w.isShortcut(n) })
	switch {
	case core.KindOf(err) == core.Denied:
		f.Message = text.Phrasef("the bot of %s can't register commands: it was installed without the scope applications.commands", w.settings.Name)
		f.Hint = text.Phrasef("%s again; nothing is lost", install())
	case err != nil:
		f = platform.Unanswered(text.Plain("commands"), w.settings.Name, err)
	case len(names) > 0:
		f.Warning, f.Message = true, text.Phrasef("serve replaces the other commands of this application in %s: /%s", w.settings.Name, strings.Join(names, " /"))
		f.Hint = text.Plain("if something else needs them, create a separate application for riskroom")
	default:
		return nil
	}
	return []platform.Finding{f}
}

// isShortcut reports whether a command in the menu of messages is riskroom's.
func (w *workspace) isShortcut(name string) bool {
	return slices.ContainsFunc(bots.Shortcuts(), func(s bots.ShortcutSpec) bool { return s.Message && s.Named(name, w.text) })
}

// nearlyFull is the room for groups below which there is a warning.
const nearlyFull = 50

// room reports if the server has little room for groups.
func (w *workspace) room(id discord.Identity) []platform.Finding {
	f := platform.Finding{Rule: platform.RuleRoom, Hint: text.Plain("delete the channels of closed risks")}
	switch {
	case id.Room == 0:
		f.Message = text.Phrasef("the server of %s has %d of 500 channels, so riskroom can't create groups", w.settings.Name, id.Channels)
	case id.Room <= nearlyFull:
		f.Warning, f.Message = true, text.Phrasef("the server of %s has %d of 500 channels, so only %d more groups fit", w.settings.Name, id.Channels, id.Room)
	default:
		return nil
	}
	return []platform.Finding{f}
}

func (w *workspace) Channel(ctx context.Context, what text.Phrase, id string) []platform.Finding {
	err := platform.Patiently(ctx, func(ctx context.Context) error { return w.adapter.CheckChannel(ctx, id) })
	f := platform.Finding{Rule: platform.RuleChannel}
	switch core.KindOf(err) {
	case "":
		return nil
	case core.NotFound:
		f.Message = text.Phrasef("%s %s doesn't exist, or the bot can't see it", what, id)
		f.Hint = text.Plain("under Edit Channel, Permissions, allow the bot's role: View Channel, Send Messages, Embed Links, Read Message History")
	case core.Conflict:
		f.Message = text.Phrasef("%s %s is not in the server of %s", what, id, w.settings.Name)
		f.Hint = text.Plain("name a channel of this server: switch on Developer Mode, then use Copy Channel ID")
	case core.Unsupported:
		f.Message, f.Hint = text.Phrasef("the bot can't post in %s %s: it is a category or a forum", what, id), text.Plain("name a text channel")
	case core.Denied:
		lacking := slices.DeleteFunc(strings.Fields(core.DetailOf(err)), func(p string) bool { return slices.Contains(w.known().Missing, p) })
		if len(lacking) == 0 {
			return nil // reported for the whole server
		}
		f.Message = text.Phrasef("the bot lacks permissions in %s %s: %s", what, id, strings.Join(lacking, " "))
		f.Hint = text.Plain("allow them for the bot's role under Edit Channel, Permissions")
	default:
		f = platform.Unanswered(text.Phrasef("%s %s", what, id), w.settings.Name, err)
	}
	return []platform.Finding{f}
}

func (w *workspace) Words() platform.Words {
	way := text.Plain("over the gateway")
	if w.settings.Values[publicKeyKey] != "" {
		way = text.Phrasef("over HTTP, at %s", w.path())
	}
	return platform.Words{
		Platform: title, Place: text.Plain("server"), Way: way, ByEmail: discord.Settings().ByEmail, Member: text.Plain("member"), CopyID: text.Plain(discord.Settings().CopyUser),
		Group: text.Plain("role"), Groups: text.Plain("Server Settings, Roles"), Fill: text.Plain("add members to it: Server Settings, Roles, the role, Manage Members"),
		SameName: map[string]text.Phrase{
			"two_roles": text.Plain("rename one under Server Settings, Roles; or use its ID, as @ID: switch on Developer Mode, then ···, Copy Role ID"),
		},
		Unlisted: map[string]platform.Finding{
			"guild_members_intent": {
				Rule: platform.RuleSetup, Message: text.Plain("the Server Members Intent is off"),
				Hint: text.Plain("switch it on on the application's Bot page under Privileged Gateway Intents"),
			},
			"too_many_members": {Rule: platform.RulePeople, Message: text.Plain("the server has too many members"), Hint: text.Plain("name the people instead of the role")},
		},
	}
}
