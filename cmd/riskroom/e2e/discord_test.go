package e2e_test

import (
	"context"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/core/engine"
)

// The people of the Discord guild.
const (
	anaThere = "100000000000000001"
	linThere = "100000000000000002"
	weiThere = "100000000000000003"
)

// onDiscord starts a Discord guild with this name in the config file. Commands arrive
// over HTTP or over the gateway. The deaf accept no direct messages.
func onDiscord(t testing.TB, name string, overHTTP bool, deaf ...string) (*platform, *emulator.Workspace) {
	t.Helper()
	users := []emulator.User{
		{ID: anaThere, Name: "ana", RealName: "Ana Reyes"}, {ID: linThere, Name: "lin", RealName: "Lin Chen"},
		{ID: weiThere, Name: "wei", RealName: "Wei Ran"},
	}
	for i, u := range users {
		users[i].DirectMessagesOff = slices.Contains(deaf, u.Name)
	}
	// Ops derive from the guild's ID, so two guilds must have different IDs.
	id := strconv.FormatUint(80351110224678912+uint64(crc32.ChecksumIEEE([]byte(name))), 10)
	c := &clock{}
	w, err := emulator.New(emulator.Options{GuildID: id, Now: c.now, Users: users})
	api := begin(t, w, err)
	key := ""
	if overHTTP {
		key = ` public_key: "` + w.PublicKey() + `",`
	}
	return &platform{
		name:   name,
		entry:  `{ platform: discord, bot_token: "${DISCORD_TOKEN}", guild_id: "` + w.GuildID() + `",` + key + ` api_url: "` + api + `/api/v10/", rates: unlimited }`,
		env:    []string{"DISCORD_TOKEN=" + w.BotToken()},
		ids:    map[string]string{"ana": anaThere, "lin": linThere, "wei": weiThere},
		people: map[string]string{"lin": name + `: "` + linThere + `"`, "wei": name + `: "` + weiThere + `"`},
		calls: calls{
			remind: []string{"create_dm", "create_message"},
			group:  []string{"create_guild_channel", "create_message", "create_pin"},
			change: []string{"update_message"}, search: "list_messages",
		},
		log: w.Log(), clock: c, faults: w.Faults(), view: w.View, hands: w.Hands(),
		dismiss:  func(id, room string) error { return w.RemoveOverwrite(w.OwnerID(), room, id) },
		readOnly: "50013",
		connect: func(public string) {
			if overHTTP {
				w.Connect(public + "discord/" + name + "/interactions")
			}
		},
		gives: func(id string, o order) (string, error) {
			reply, err := w.SlashCommand(context.Background(), id, "", "/risk", o.sub, o.options)
			if reply.Modal != nil {
				return reply.Modal.Title, err
			}
			return "", err
		},
		received: func(id string) []string {
			private := append(w.Ephemerals(id), slices.DeleteFunc(w.DMs(id), func(m emulator.Message) bool { return m.Nonce != "" })...)
			slices.SortFunc(private, func(a, b emulator.Message) int { return strings.Compare(a.ID, b.ID) })
			var all []string
			for _, m := range private {
				all = append(all, m.Plain)
			}
			return all
		},
		state: func(t testing.TB, f func(string) string) any { return plainly(t, withoutAnswers(w.State()), f) },
	}, w
}

// withoutAnswers removes direct messages without an op: these are late replies, not
// written by a run.
func withoutAnswers(s stage.State) stage.State {
	for i := range s.Direct {
		s.Direct[i].Messages = slices.DeleteFunc(s.Direct[i].Messages, func(m stage.MessageState) bool { return m.Op == "" })
	}
	direct := s.Direct
	s.Direct = nil
	for _, d := range direct {
		if len(d.Messages) > 0 {
			s.Direct = append(s.Direct, d)
		}
	}
	return s
}

// TestUnreachable checks that a person without direct messages is tried once, that the
// audit trail and the administrators' messages mention it, and that others are reminded.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	p, _ := onDiscord(t, "guild", false, "lin")
	b := newBench(t, startRedis(t), set{flows: reminder, platforms: []*platform{p}})
	b.up()
	key := b.file()
	s := b.look()
	b.ended(s, key)
	refused := 0
	for _, c := range p.log.Calls() {
		if strings.HasPrefix(c.Code, "50007") {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("@lin was written to %d times, want once", refused)
	}
	got := p.direct("wei")
	if len(got) != 2 || !slices.ContainsFunc(got, func(m stage.Post) bool {
		return strings.Contains(m.Text, string(key)) && strings.Contains(m.Text, "send_message")
	}) {
		t.Errorf("@wei, who handles it and is an administrator, reads %+v", got)
	}
	events, err := s.Trail(t.Context(), key, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(events, func(e engine.Event) bool { return strings.Contains(e.Data["what"], linThere+" (50007)") }) {
		t.Errorf("the trail lacks it: %+v", events)
	}
	b.down()
}
