package e2e_test

import (
	"context"
	"testing"

	"riskroom/adapters/discord/emulator"
)

// The people of the Discord guild.
const (
	anaThere = "100000000000000001"
	linThere = "100000000000000002"
	weiThere = "100000000000000003"
)

// onDiscord is the Discord guild "guild", whose commands come in over HTTP, else
// over the gateway.
func onDiscord(t testing.TB, overHTTP bool) (*platform, *emulator.Workspace) {
	t.Helper()
	w, err := emulator.New(emulator.Options{Users: []emulator.User{
		{ID: anaThere, Name: "ana", RealName: "Ana Reyes"}, {ID: linThere, Name: "lin", RealName: "Lin Chen"},
		{ID: weiThere, Name: "wei", RealName: "Wei Ran"},
	}})
	api := begin(t, w, err)
	key := ""
	if overHTTP {
		key = ` public_key: "${DISCORD_KEY}",`
	}
	return &platform{
		name:   "guild",
		entry:  `{ platform: discord, bot_token: "${DISCORD_TOKEN}", guild_id: "` + w.GuildID() + `",` + key + ` api_url: "${DISCORD_API}", rates: unlimited }`,
		env:    []string{"DISCORD_TOKEN=" + w.BotToken(), "DISCORD_KEY=" + w.PublicKey(), "DISCORD_API=" + api + "/api/v10/"},
		ids:    map[string]string{"ana": anaThere, "lin": linThere, "wei": weiThere},
		people: map[string]string{"lin": `guild: "` + linThere + `"`, "wei": `guild: "` + weiThere + `"`},
		calls: calls{
			remind: []string{"create_dm", "create_message"},
			group:  []string{"create_guild_channel", "create_message", "create_pin"},
			change: []string{"update_message"}, search: "list_messages",
		},
		log: w.Log(), faults: w.Faults(), view: w.View,
		connect: func(public string) {
			if overHTTP {
				w.Connect(public + "discord/guild/interactions")
			}
		},
		gives: func(id string, o order) (string, error) {
			reply, err := w.SlashCommand(context.Background(), id, "", "/risk", o.sub, o.options)
			if reply.Modal != nil {
				return reply.Modal.Title, err
			}
			return "", err
		},
		heard: func(id string) []string {
			var all []string
			for _, m := range w.Ephemerals(id) {
				all = append(all, m.Plain)
			}
			return all
		},
		state: func(t testing.TB, f func(string) string) any { return plainly(t, w.State(), f) },
	}, w
}
