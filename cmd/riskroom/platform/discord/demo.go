package discord

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core/config"
	"riskroom/core/text"
)

// demo describes the demo on Discord.
func demo() platform.Demo {
	return platform.Demo{
		UserID: func(n int) string { return fmt.Sprintf("1000000000000%05d", n) },
		Changes: []string{
			"create_message", "update_message", "create_guild_channel", "update_channel", "set_channel_permission_overwrite", "create_pin",
		},
		Line:        lineOf,
		Open:        openStage,
		Placeholder: placeholder,
	}
}

// lineOf returns a command with its options.
func lineOf(_ text.Printer, command string, typed platform.Typed) string {
	command += " " + typed.Name
	if typed.Key != "" {
		command += " key:" + string(typed.Key)
	}
	if typed.Value != "" {
		command += " " + typed.Option + ":" + typed.Value
	}
	return command
}

// openStage starts an emulated guild. Interactions arrive over HTTP, because a
// connection to the gateway would notice the jumps of the clock.
func openStage(c platform.Cast, s *config.WorkspaceSettings, now func() time.Time) (platform.Stage, error) {
	opts := emulator.Options{GuildID: s.Values[guildIDKey], GuildName: s.Name, OwnerID: c.People[0].ID, Now: now}
	locale := cmp.Or(map[string]string{text.English: "en-US"}[c.Lang], c.Lang)
	for _, p := range c.People {
		opts.Users = append(opts.Users, emulator.User{ID: p.ID, Name: p.Name, Locale: locale})
	}
	// riskroom's administrators may manage channels. They aren't owners, who could post in a
	// topic that has ended.
	groups := append(slices.Clone(c.Groups), platform.Group{Name: "server moderators", Members: c.Managers})
	for n, g := range groups {
		role := emulator.Role{ID: fmt.Sprintf("2000000000000%05d", n+1), Name: g.Name}
		if n == len(c.Groups) {
			role.Permissions = emulator.ManageChannels | emulator.ManageRoles
		}
		opts.Roles = append(opts.Roles, role)
		for i, u := range opts.Users {
			if slices.Contains(g.Members, u.ID) {
				opts.Users[i].Roles = append(u.Roles, role.ID)
			}
		}
	}
	for _, ch := range c.Channels {
		opts.Channels = append(opts.Channels, emulator.Channel{ID: ch.ID, Name: ch.Name})
	}
	ws, err := emulator.New(opts)
	if err != nil {
		return platform.Stage{}, err
	}
	url, err := ws.Start("")
	if err != nil {
		return platform.Stage{}, errors.Join(err, ws.Close())
	}
	s.APIURL = url + "/api/v10/"
	s.Values[platform.BotTokenKey], s.Values[guildIDKey], s.Values[publicKeyKey] = ws.BotToken(), ws.GuildID(), ws.PublicKey()
	return platform.Stage{StandIn: ws, Hands: ws.Hands(), Connect: func(public string) {
		ws.Connect(public + "/discord/" + s.Name + "/interactions")
	}}, nil
}

// placeholder returns a value for an unset key.
func placeholder(key string) string {
	switch key {
	case platform.BotTokenKey:
		return "for-the-demo"
	case guildIDKey, "channel":
		return "300000000000000000"
	case publicKeyKey:
		return strings.Repeat("0", 64)
	}
	return ""
}
