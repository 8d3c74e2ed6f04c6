package demo

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/discord"
	"riskroom/adapters/discord/emulator"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// discordManner is how one plays on Discord: its forms take texts only, so all
// else is given as options of the command.
func discordManner() manner {
	return manner{
		title:   "Discord",
		userID:  func(n int) string { return fmt.Sprintf("1000000000000%05d", n) },
		byEmail: discord.Settings().ByEmail,
		changes: []string{
			"create_message", "update_message", "create_guild_channel", "update_channel", "set_channel_permission_overwrite", "create_pin",
		},
		inLine: func(key string) bool { return key != titleKey && key != descriptionKey },
		file: func(command string, fields []given) string {
			words := []string{command, "new"}
			for _, f := range fields {
				name, value := strings.ToLower(strings.TrimPrefix(f.key, ownPrefix)), f.value
				if f.key == discoveredKey { // left out, the form offers today
					name, value = "discovered", cmp.Or(value, "now")
				}
				words = append(words, name+":"+value)
			}
			return strings.Join(words, " ")
		},
		person: func(name, _ string) string { return "@" + name },
		resolve: func(command string, key core.RiskKey, note string) string {
			command += " status status:" + string(core.Resolved)
			if key != "" {
				command += " key:" + string(key)
			}
			return command + " note:" + note
		},
		open: openDiscord,
	}
}

// openDiscord starts the stand-in for a guild. Interactions come over HTTP: that
// a clock jumps is nothing to a connection that there is not.
func openDiscord(c *castIn, s *config.WorkspaceSettings, now func() time.Time) (opened, error) {
	opts := emulator.Options{GuildID: s.Values["guild_id"], GuildName: s.Name, OwnerID: c.people[0].id, Now: now}
	locale := cmp.Or(map[string]string{text.English: "en-US"}[c.lang], c.lang)
	for _, p := range c.people {
		opts.Users = append(opts.Users, emulator.User{ID: p.id, Name: p.name, Locale: locale})
	}
	for n, g := range c.groups {
		role := emulator.Role{ID: fmt.Sprintf("2000000000000%05d", n+1), Name: g.name}
		opts.Roles = append(opts.Roles, role)
		for i, u := range opts.Users {
			if slices.Contains(g.members, u.ID) {
				opts.Users[i].Roles = append(u.Roles, role.ID)
			}
		}
	}
	for _, id := range c.channels {
		opts.Channels = append(opts.Channels, emulator.Channel{ID: id, Name: channelName(id)})
	}
	ws, err := emulator.New(opts)
	if err != nil {
		return opened{}, err
	}
	url, err := ws.Start("")
	if err != nil {
		return opened{}, errors.Join(err, ws.Close())
	}
	s.APIURL = url + "/api/v10/"
	s.Values["bot_token"], s.Values["guild_id"], s.Values["public_key"] = ws.BotToken(), ws.GuildID(), ws.PublicKey()
	return opened{standIn: ws, hands: ws.Hands(), connect: func(public string) {
		ws.Connect(public + "/discord/" + s.Name + "/interactions")
	}}, nil
}
