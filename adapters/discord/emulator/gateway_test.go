package emulator_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
)

func TestCloseCodes(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *emulator.Options) { o.DisallowedIntents = emulator.IntentGuildMembers })
	token := b.BotToken()
	for name, test := range map[string]struct {
		op   any
		data any
		want int
	}{
		"another token":     {2, identity("x", guilds), 4004},
		"unknown intents":   {2, identity(token, 1<<30), 4013},
		"forbidden intents": {2, identity(token, guilds|emulator.IntentGuildMembers), 4014},
		"no intents":        {2, object{"token": token, "properties": object{}}, 4002},
		"another shard":     {2, object{"token": token, "intents": 1, "properties": object{}, "shard": []int{1, 2}}, 4010},
		"unknown opcode":    {42, nil, 4001},
		"no opcode":         {nil, nil, 4002},
		"no sequence":       {1, "x", 4002},
		"resume, no number": {6, object{"token": token, "session_id": "y"}, 4002},
		"nonsense":          {2, "hello", 4002},
		"too early":         {3, object{}, 4003},
		"too long":          {2, strings.Repeat("x", 5000), 4002},
		"resume, bad token": {6, object{"token": "x", "session_id": "y", "seq": 1}, 4004},
	} {
		c := b.dial(t)
		c.send(test.op, test.data)
		if got := c.closed(); got != test.want {
			t.Errorf("%s: closed with %d, want %d", name, got, test.want)
		}
	}
	twice := b.identified(t, guilds)
	twice.send(2, identity(token, guilds))
	if got := twice.closed(); got != 4005 {
		t.Errorf("identified twice: %d", got)
	}
	chatty := b.identified(t, guilds)
	for range 121 {
		chatty.send(3, object{})
	}
	if got := chatty.closed(); got != 4008 {
		t.Errorf("too much was sent: %d", got)
	}
	old, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(b.url, "http")+"/gateway/?v=6", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if got := (&client{t: t, ws: old}).closed(); got != 4012 {
		t.Errorf("an old version: %d", got)
	}
	_ = old.Close()
}

func TestEventsOfWhatPeopleDo(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, guilds|emulator.IntentGuildMembers|moderation|messages)
	room := b.room("room")
	id := b.post(room, object{"content": "a"})
	b.fine("PUT", "/channels/"+room+"/messages/pins/"+id, nil)
	for _, step := range []func() error{
		func() error { return b.UnpinByHand(boss, room, id) },
		func() error { return b.DeleteMessage(boss, room, id) },
		func() error { return b.SetTopicByHand(boss, room, "another") },
		func() error {
			return b.SetOverwrite(boss, room, emulator.Overwrite{ID: wei, Member: true, Allow: emulator.ViewChannel})
		},
		func() error { return b.RemoveOverwrite(boss, room, wei) },
		func() error { return b.Leave(lin) },
		func() error { return b.DeleteChannel(boss, room) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	const audit = "GUILD_AUDIT_LOG_ENTRY_CREATE"
	want := []string{
		audit, "CHANNEL_CREATE", "MESSAGE_CREATE",
		"MESSAGE_CREATE", "CHANNEL_PINS_UPDATE", audit, // the notice of the pin
		"CHANNEL_PINS_UPDATE", audit, "MESSAGE_DELETE", audit, audit, "CHANNEL_UPDATE", audit, "CHANNEL_UPDATE", audit, "CHANNEL_UPDATE",
		"GUILD_MEMBER_REMOVE", "CHANNEL_DELETE", audit,
	}
	if diff := cmp.Diff(want, c.types(len(want))); diff != "" {
		t.Error(diff)
	}
	if err := b.Leave(boss); err == nil {
		t.Error("the owner left")
	}
	if err := b.DeleteChannel(lin, public); err == nil {
		t.Error("lin may not delete channels")
	}
}

func TestIntents(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	few := b.identified(t, direct)
	b.fine("PATCH", "/channels/"+public, object{"topic": "x"})
	b.post(public, object{"content": "a"})
	if err := b.Leave(lin); err != nil {
		t.Fatal(err)
	}
	b.post(b.dm(wei), object{"content": "to wei"})
	if f := few.read(); f.Type != "MESSAGE_CREATE" || f.Data["content"] != "to wei" || f.Data["guild_id"] != nil {
		t.Errorf("came %+v", f)
	}
	blind := b.identified(t, messages)
	seeing := b.identified(t, messages|emulator.IntentMessageContent)
	if _, err := b.Say(wei, public, "private"); err != nil {
		t.Fatal(err)
	}
	if f := blind.read(); f.Data["content"] != "" {
		t.Errorf("without the intent came %+v", f)
	}
	if f := seeing.read(); f.Data["content"] != "private" {
		t.Errorf("with the intent came %+v", f)
	}
}

// TestHiddenChannels is of Discord's change of 16 November 2026.
func TestHiddenChannels(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, guilds|messages)
	if err := b.SetTopicByHand(boss, secret, "plans"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Say(wei, secret, "unseen"); err != nil {
		t.Fatal(err)
	}
	f := c.read()
	if f.Type != "CHANNEL_UPDATE" || f.Data["name"] != "___hidden___" || f.Data["flags"] != float64(1<<17) || len(f.Data["permission_overwrites"].([]any)) != 1 {
		t.Errorf("came %+v", f)
	}
	if err := b.SetOverwrite(boss, secret, emulator.Overwrite{ID: b.BotUserID(), Member: true, Allow: emulator.ViewChannel}); err != nil {
		t.Fatal(err)
	}
	if f := c.read(); f.Type != "CHANNEL_UPDATE" || f.Data["topic"] != "plans" {
		t.Errorf("came %+v", f)
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, guilds)
	b.fine("PATCH", "/channels/"+public, object{"topic": "1"})
	if got := c.types(1); got[0] != "CHANNEL_UPDATE" {
		t.Fatal(got)
	}
	b.Gateway().Cut()
	if got := c.closed(); got != 0 {
		t.Errorf("cut with %d", got)
	}
	b.fine("PATCH", "/channels/"+public, object{"topic": "2"})
	b.fine("PATCH", "/channels/"+public, object{"topic": "3"})
	again := b.resume(t, c)
	first, second, last := again.read(), again.read(), again.read()
	if first.Data["topic"] != "2" || first.Seq != c.last+1 || second.Data["topic"] != "3" || last.Type != "RESUMED" || b.Gateway().Resumes() != 1 || b.Gateway().Connected() != 1 {
		t.Errorf("came %+v %+v %+v", first, second, last)
	}
	b.Gateway().Close(4000)
	if got := again.closed(); got != 4000 {
		t.Errorf("closed with %d", got)
	}
	ahead := b.resume(t, &client{id: c.id, last: 1000})
	if got := ahead.closed(); got != 4007 {
		t.Errorf("ahead of the sequence: %d", got)
	}
	gone := b.resume(t, c)
	if f := gone.read(); f.Op != 9 || f.Raw != false {
		t.Errorf("of a session that has ended: %+v", f)
	}
	gone.send(2, identity(b.BotToken(), guilds)) // on the same connection
	if f := gone.read(); f.Type != "READY" {
		t.Errorf("came %+v", f)
	}
}

func TestClosingNormallyEndsTheSession(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, guilds)
	message := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := c.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	c.closed()
	if f := b.resume(t, c).read(); f.Op != 9 {
		t.Errorf("came %+v", f)
	}
}

func TestReconnectAndInvalidSession(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, guilds)
	b.Gateway().SendReconnect()
	if f := c.read(); f.Op != 7 {
		t.Errorf("came %+v", f)
	}
	b.Gateway().SendInvalidSession(true)
	if f := c.read(); f.Op != 9 || f.Raw != true {
		t.Errorf("came %+v", f)
	}
	b.Gateway().SendInvalidSession(false)
	if f := c.read(); f.Op != 9 || f.Raw != false || b.Gateway().Connected() != 0 {
		t.Errorf("came %+v", f)
	}
	b.Gateway().SetFaults(emulator.GatewayFaults{InvalidIdentify: true})
	other := b.dial(t)
	for range 2 {
		other.send(2, identity(b.BotToken(), guilds))
		if f := other.read(); f.Op != 9 || f.Raw != false {
			t.Errorf("came %+v", f)
		}
	}
	if n := len(b.Gateway().Identifies()); n != 3 {
		t.Errorf("%d IDENTIFYs", n)
	}
	b.Gateway().SetFaults(emulator.GatewayFaults{Down: true})
	_, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(b.url, "http")+"/gateway?v=10", nil)
	if err == nil || response == nil || response.StatusCode != 503 {
		t.Errorf("a gateway that is down: %v", err)
	}
}

func TestOutageAndBeingThrownOut(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, guilds)
	b.Outage(true)
	b.Outage(false)
	gone, back := c.read(), c.read()
	if gone.Type != "GUILD_DELETE" || gone.Data["unavailable"] != true || back.Type != "GUILD_CREATE" || len(back.Data["channels"].([]any)) != 4 {
		t.Errorf("came %+v %+v", gone, back)
	}
	b.KickBot()
	if f := c.read(); f.Type != "GUILD_DELETE" || f.Data["unavailable"] != nil {
		t.Errorf("came %+v", f)
	}
	b.refused(404, 10004, "GET", "/guilds/"+b.GuildID(), nil)
	b.refused(403, 50001, "GET", "/channels/"+public, nil)
}

func TestIdentifiesRunOut(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	b := setup(t, func(o *emulator.Options) { o.Now = func() time.Time { return now } })
	b.Gateway().SetFaults(emulator.GatewayFaults{InvalidIdentify: true})
	for n := 0; n < 1000; {
		c := b.dial(t)
		for range 100 {
			n++
			c.send(2, identity(b.BotToken(), guilds))
			c.read()
		}
		_ = c.ws.Close()
	}
	limit := b.fine("GET", "/gateway/bot", nil)["session_start_limit"].(object)
	if limit["remaining"] != 0.0 || limit["reset_after"] != 86_400_000.0 {
		t.Errorf("%v", limit)
	}
	b.Gateway().SetFaults(emulator.GatewayFaults{})
	c := b.dial(t)
	c.send(2, identity(b.BotToken(), guilds))
	if got := c.closed(); got != 4004 {
		t.Errorf("closed with %d", got)
	}
	if status, _ := b.call("GET", "/users/@me", nil); status != 401 {
		t.Error("the token still works")
	}
}

func TestEventFaults(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.identified(t, guilds)
	b.Faults().Order(
		stage.Fault{Method: "ONE", Kind: stage.ReorderEvent},
		stage.Fault{Method: "TWO", Kind: stage.DuplicateEvent},
		stage.Fault{Method: "THREE", Kind: stage.ReorderEvent},
		stage.Fault{Method: "FOUR", Kind: stage.LoseEvent},
	)
	for _, kind := range []string{"ONE", "TWO", "THREE", "FOUR"} {
		b.SendEvent(kind, map[string]any{"a": 1})
	}
	if err := b.FlushEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"TWO", "TWO", "ONE", "THREE"}, c.types(4)); diff != "" {
		t.Error(diff)
	}
}

func TestInteractionOverTheGateway(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.risk()
	if _, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil); !errors.Is(err, emulator.ErrNobody) {
		t.Errorf("nobody is connected: %v", err)
	}
	var kinds []discordgo.InteractionType
	b.api.Identify.Intents = discordgo.IntentsGuilds
	b.api.AddHandler(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		kinds = append(kinds, i.Type)
		answer := &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseChannelMessageWithSource, Data: &discordgo.InteractionResponseData{Content: "hello " + i.Member.User.Username},
		}
		if i.Type == discordgo.InteractionMessageComponent {
			answer = &discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}
		}
		if err := s.InteractionRespond(i.Interaction, answer); err != nil {
			t.Error(err)
		}
	})
	b.api.SyncEvents = true
	if err := b.api.Open(); err != nil {
		t.Fatal(err)
	}
	reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
	if err != nil || reply.Message.Plain != "hello lin" || reply.Message.Ephemeral {
		t.Errorf("%+v %v", reply, err)
	}
	if _, err := b.Press(t.Context(), lin, public, card(b, public), "resolve"); err != nil {
		t.Error(err)
	}
	if err := b.api.CloseWithCode(websocket.CloseNormalClosure); err != nil {
		t.Error(err)
	}
	if !slices.Equal(kinds, []discordgo.InteractionType{discordgo.InteractionApplicationCommand, discordgo.InteractionMessageComponent}) {
		t.Errorf("kinds: %v", kinds)
	}
}

func TestLibraryReadsTheGuild(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.api.Identify.Intents = discordgo.IntentsGuilds
	ready := make(chan *discordgo.GuildCreate, 1)
	b.api.AddHandler(func(_ *discordgo.Session, g *discordgo.GuildCreate) { ready <- g })
	if err := b.api.Open(); err != nil {
		t.Fatal(err)
	}
	select {
	case g := <-ready:
		if len(g.Channels) != 4 || g.OwnerID != boss || g.MemberCount != 5 {
			raw, _ := json.Marshal(g)
			t.Errorf("%s", raw)
		}
	case <-time.After(time.Minute):
		t.Error("no GUILD_CREATE")
	}
	if err := b.api.CloseWithCode(websocket.CloseNormalClosure); err != nil {
		t.Error(err)
	}
}
