package discordbot

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/bots"
	"riskroom/core"
)

const secondGuild = "500000000000000001"

// newPair returns two guilds with one application. Only the first one's emulator has a
// gateway that is used.
func newPair(t *testing.T, change ...func(*emulator.Options)) (first, second *bundle) {
	t.Helper()
	app := http.NewServeMux()
	change = append(change, func(o *emulator.Options) { o.App = app })
	first = newBundle(t, change...)
	second = newBundle(t, func(o *emulator.Options) { o.GuildID, o.BotToken = secondGuild, first.BotToken() })
	home := func(_ context.Context, key core.RiskKey) (string, error) {
		if key == "R-9" {
			return "", errors.New("down")
		}
		return "second", nil
	}
	for _, b := range []*bundle{first, second} {
		if _, err := b.Start(""); err != nil {
			t.Fatal(err)
		}
		b.newDiscordbot(t, func(c *Config) {
			c.Home = home
			if len(change) > 1 {
				c.PublicKey = first.PublicKey()
			}
		})
		shortenPauses(b.discordbot)
	}
	second.discordbot.workspace, second.discordbot.render.Workspace = "second", "second"
	both := []*Bot{first.discordbot, second.discordbot}
	for _, b := range both {
		b.Share(both)
	}
	app.Handle("/interactions", first.discordbot.Interactions())
	return first, second
}

// TestTwoGuildsShareASession checks that everything that arrives is for one guild.
func TestTwoGuildsShareASession(t *testing.T) {
	t.Parallel()
	first, second := newPair(t)
	first.run(t)
	second.run(t)
	first.ready(t)
	second.eventually(t, "both are ready", func() bool { return second.discordbot.Ready(t.Context()) == nil && second.discordbot.Leads() })
	if n := len(second.Gateway().Identifies()); n != 0 {
		t.Errorf("the second one has a session of its own: %d IDENTIFYs", n)
	}
	first.SendEvent("CHANNEL_DELETE", map[string]any{"id": "100000000000000005", "guild_id": secondGuild})
	noticed := func(b *bundle) int {
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		return len(b.engine.noticed)
	}
	second.eventually(t, "the event is passed on", func() bool { return noticed(second) == 1 })
	if noticed(first) != 0 {
		t.Error("the first one passes it on too")
	}
	first.SendEvent("GUILD_DELETE", map[string]any{"id": secondGuild})
	second.eventually(t, "the second learns that it was removed", func() bool { return strings.Contains(second.log(), "the server has removed") })
	first.SendEvent("INTERACTION_CREATE", map[string]any{
		"id": "9223372036854775806", "type": 2, "token": "x", "guild_id": secondGuild, "member": map[string]any{"user": map[string]any{"id": lin}},
		"data": map[string]any{"name": "risk", "options": []any{map[string]any{"type": 1, "name": "help"}}},
	})
	second.eventually(t, "the command is handled by the second", func() bool { return second.counted("interactions ok") == 1 || first.counted("interactions ok") == 1 })
	if n := first.counted("interactions wrong_guild") + second.counted("interactions wrong_guild"); n != 0 {
		t.Errorf("%d are rejected", n)
	}
}

// TestTwoGuildsShareAnEndpoint checks that the endpoint of one workspace takes what
// people do in the other guild and in direct messages.
func TestTwoGuildsShareAnEndpoint(t *testing.T) {
	t.Parallel()
	first, second := newPair(t, func(o *emulator.Options) { o.InteractionsURL = "http://app/interactions" })
	press := func(where, customID string) {
		t.Helper()
		body := `{"id":"` + core.MakeOp(customID, where, time.Now().String()) + `","type":3,"token":"t",` + where + `"data":{"custom_id":"` + customID + `"}}`
		if status, answer, err := first.SendSigned(t.Context(), []byte(body), time.Now()); err != nil || status != http.StatusOK {
			t.Errorf("%s %s: status %d, %s, %v", where, customID, status, answer, err)
		}
	}
	changes := func() [2]int {
		var n [2]int
		for i, b := range []*bundle{first, second} {
			b.engine.mu.Lock()
			n[i] = len(b.engine.changes)
			b.engine.mu.Unlock()
		}
		return n
	}
	direct := `"user":{"id":"` + lin + `"},`
	for _, c := range []struct {
		where, customID string
		want            [2]int
	}{
		{`"guild_id":"` + secondGuild + `","member":{"user":{"id":"` + lin + `"}},`, "riskroom.start:R-17@3", [2]int{0, 1}},
		{direct, "riskroom.start:R-17@3@second", [2]int{0, 2}},
		{direct, "riskroom.start:R-17@3@acme", [2]int{1, 2}},
		{direct, "riskroom.start:R-17@3", [2]int{1, 3}}, // from before: by the risk's home
		{direct, "riskroom.start:R-9@3", [2]int{2, 3}},  // the home can't be looked up
	} {
		press(c.where, c.customID)
		if got := changes(); got != c.want {
			t.Errorf("after %s: %v, want %v", c.customID, got, c.want)
		}
	}
	form := second.discordbot.addressed(interaction{ID: "77"}, bots.Form{ID: "resolve", State: map[string]string{"risk": "R-17", "seen": "3"}})
	custom, err := formID("77", form)
	if err != nil {
		t.Fatal(err)
	}
	several := form
	several.Fields = []bots.Field{{Key: "module", Kind: bots.SelectKind, Refresh: true}}
	part, err := formID("77", several)
	if err != nil {
		t.Fatal(err)
	}
	named := second.discordbot.named(interaction{ID: "77"})
	for _, id := range []string{custom, part, keptID(reopenPrefix, "77", named), keptID(submitPrefix, "77", named)} {
		var in interaction
		in.Data.CustomID = id
		if to := first.discordbot.addressee(t.Context(), in); to != second.discordbot {
			t.Errorf("the form %s is for %v", id, to.workspace)
		}
	}
	var in interaction
	in.Data.CustomID = keptID(reopenPrefix, "77", first.discordbot.named(interaction{ID: "77"}))
	if to := second.discordbot.addressee(t.Context(), in); to != first.discordbot {
		t.Errorf("the form of the first guild is for %v", to.workspace)
	}
}
