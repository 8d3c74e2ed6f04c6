package discord_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/discord/emulator"
	"riskroom/core"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	opts := guildOf()
	opts.BotPermissions = emulator.NeededPermissions() &^ emulator.PinMessages
	w := start(t, opts)
	a := connect(t, w, discord.Config{})
	id, err := a.Check(t.Context(), everything)
	if err != nil || id.UserID != w.BotUserID() || id.ApplicationID != w.ApplicationID() || id.GuildID != w.GuildID() || id.Guild != "Acme" {
		t.Errorf("it is %+v, %v", id, err)
	}
	if !slices.Equal(id.Missing, []string{"PIN_MESSAGES"}) {
		t.Errorf("missing: %v", id.Missing)
	}
	for detail, c := range map[string]struct{ token, guild string }{
		"http_401": {"a-wrong-token", w.GuildID()},
		"10004":    {w.BotToken(), "80351110224679999"},
	} {
		b, err := discord.New(discord.Config{API: client(t, w, api.Config{Token: c.token}), GuildID: c.guild})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Check(t.Context(), everything)
		wantError(t, err, core.Unauthorized, detail)
	}
}

// TestRequiredPermissionsAreEnough checks that a bot with no other permissions
// can do everything.
func TestRequiredPermissionsAreEnough(t *testing.T) {
	t.Parallel()
	opts := guildOf()
	// It must not matter that everyone's roles are above the bot's.
	opts.Roles, opts.BotPosition = []emulator.Role{{ID: oncall, Name: "On Call", Position: 5}}, 1
	for _, p := range discord.RequiredPermissions(core.Uses{Groups: true, Files: true}) {
		opts.BotPermissions |= emulator.Permissions(p.Bit)
	}
	opts.Everyone = emulator.UseApplicationCommands
	a := connect(t, start(t, opts), discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil || len(g.Report.Failed()) > 0 {
		t.Fatalf("%v, failed %v", err, g.Report.Failed())
	}
	theContent := func(context.Context) ([]byte, error) { return []byte("png"), nil }
	if err := a.SendFile(t.Context(), newOnce(), g.Ref, upload(core.File{ID: "F17", Name: "x.png"}, theContent)); err != nil {
		t.Error(err)
	}
	report, err := a.SetGroup(t.Context(), newOnce(), g.Ref, core.GroupChange{
		Topic: new("New"), Add: []core.Account{account(wei)}, Remove: []core.Account{account(lin)},
	})
	if err != nil || len(report.Failed()) > 0 {
		t.Errorf("%v, failed %v", err, report.Failed())
	}
}

// TestCheckTells checks what is read about the application, the guild and its
// channels.
func TestCheckTells(t *testing.T) {
	t.Parallel()
	fill := func(channels, inCategory int) func(*emulator.Options) {
		return func(o *emulator.Options) {
			for i := range channels {
				ch := emulator.Channel{Name: fmt.Sprint("room-", i)}
				if i < inCategory {
					ch.Parent = rooms
				}
				o.Channels = append(o.Channels, ch)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*emulator.Options)
		url    string
		want   func(id *discord.Identity)
	}{
		"as it should be":     {},
		"the intent is off":   {change: func(o *emulator.Options) { o.DisallowedIntents = emulator.IntentGuildMembers }, want: func(id *discord.Identity) { id.MembersIntent = false }},
		"interactions by URL": {url: "https://risk.example.com/discord/guild/interactions", want: func(id *discord.Identity) { id.InteractionsURL = "https://risk.example.com/discord/guild/interactions" }},
		"two-factor, had":     {change: func(o *emulator.Options) { o.NeedsTwoFactor = true }},
		"two-factor, lacked": {
			change: func(o *emulator.Options) { o.NeedsTwoFactor, o.OwnerWithoutIt = true, true },
			want:   func(id *discord.Identity) { id.NeedsTwoFactor = true },
		},
		// #general, the category and its channels; 500 channels in all. Each 50
		// that follow need a category.
		"a full category": {change: fill(50, 50), want: func(id *discord.Identity) {
			id.Category, id.Channels, id.Room = "", 52, 448/51*50+448%51-1
		}},
		"room in the category": {change: fill(460, 40), want: func(id *discord.Identity) {
			id.Channels, id.Room = 462, 10+27
		}},
		"room for one channel, and no category": {change: fill(497, 50), want: func(id *discord.Identity) {
			id.Category, id.Channels, id.Room = "", 499, 0
		}},
		"full": {change: fill(498, 50), want: func(id *discord.Identity) { id.Category, id.Channels, id.Room = "", 500, 0 }},
		"the category denies": {
			change: func(o *emulator.Options) {
				o.Channels[0].Overwrites = []emulator.Overwrite{{ID: oncall, Deny: emulator.ViewChannel}, {ID: "80351110224678912", Deny: emulator.ManageChannels | emulator.EmbedLinks}}
			},
			want: func(id *discord.Identity) { id.CategoryMissing = []string{"MANAGE_CHANNELS"} },
		},
		"the category denies and the bot is added": {
			change: func(o *emulator.Options) {
				o.Channels[0].Overwrites = []emulator.Overwrite{
					{ID: "80351110224678912", Deny: emulator.ManageChannels}, {ID: "81384788765712384", Member: true, Allow: emulator.ManageChannels},
				}
			},
		},
		"the archive denies": {
			change: func(o *emulator.Options) {
				o.Channels = append(o.Channels, emulator.Channel{
					ID: "300000000000000009", Name: "riskroom-archive", Category: true, Overwrites: []emulator.Overwrite{{ID: "80351110224678912", Deny: emulator.ManageChannels}},
				})
			},
			want: func(id *discord.Identity) {
				id.Archive, id.ArchiveMissing, id.Channels, id.Room = "riskroom-archive", []string{"MANAGE_CHANNELS"}, 3, id.Room-1
			},
		},
		"an administrator": {change: func(o *emulator.Options) {
			o.BotPermissions = emulator.Administrator
			o.Channels[0].Overwrites = []emulator.Overwrite{{ID: "80351110224678912", Deny: emulator.ManageChannels}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := guildOf()
			opts.Channels = []emulator.Channel{{ID: rooms, Name: "riskroom", Category: true}}
			if c.change != nil {
				c.change(&opts)
			}
			w := start(t, opts)
			w.Connect(c.url)
			want := discord.Identity{
				UserID: w.BotUserID(), Name: "riskroom", ApplicationID: w.ApplicationID(), GuildID: w.GuildID(), Guild: "Acme",
				PublicKey: w.PublicKey(), MembersIntent: true, Category: "riskroom", Channels: 2, Room: 50 + 448/51*50 + 448%51 - 1,
			}
			if c.want != nil {
				c.want(&want)
			}
			got, err := connect(t, w, discord.Config{}).Check(t.Context(), everything)
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Errorf("-want +got:\n%s%v", d, err)
			}
		})
	}
}

// TestRoomIsWhatThereIsRoomFor checks that exactly as many groups can be
// created as Check says.
func TestRoomIsWhatThereIsRoomFor(t *testing.T) {
	t.Parallel()
	opts := filled(45, 45)
	for i := range 395 {
		opts.Channels = append(opts.Channels, emulator.Channel{Name: fmt.Sprint("other-", i)})
	}
	a := connect(t, start(t, opts), discord.Config{})
	id, err := a.Check(t.Context(), everything)
	if err != nil || id.Room == 0 {
		t.Fatalf("%+v, %v", id, err)
	}
	for i := range id.Room {
		if _, err := a.CreateGroup(t.Context(), newOnce(), numbered(i)); err != nil {
			t.Fatalf("group %d of %d: %v", i+1, id.Room, err)
		}
	}
	_, err = a.CreateGroup(t.Context(), newOnce(), numbered(id.Room))
	wantError(t, err, core.Denied, "guild_is_full:500")
}

func TestCheckCommands(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	if names, err := a.CheckCommands(t.Context(), w.ApplicationID()); err != nil || len(names) > 0 {
		t.Errorf("%q, %v", names, err)
	}
	opts := guildOf()
	opts.NoCommands = true
	_, err := connect(t, start(t, opts), discord.Config{}).CheckCommands(t.Context(), w.ApplicationID())
	wantError(t, err, core.Denied, "50001")
}

// TestCheckChannel checks that a message sent to the channel meets the same
// result.
func TestCheckChannel(t *testing.T) {
	t.Parallel()
	const id = "3000000000000000009"
	everyone := func(allow, deny emulator.Permissions) emulator.Overwrite {
		return emulator.Overwrite{ID: "80351110224678912", Allow: allow, Deny: deny}
	}
	for name, c := range map[string]struct {
		channel emulator.Channel
		kind    core.Kind
		detail  string
	}{
		"fine":        {},
		"private":     {channel: emulator.Channel{Private: true}, kind: core.NotFound, detail: "50001"},
		"a category":  {channel: emulator.Channel{Category: true}, kind: core.Unsupported, detail: "no_messages"},
		"read-only":   {channel: emulator.Channel{Overwrites: []emulator.Overwrite{everyone(0, emulator.SendMessages)}}, kind: core.Denied, detail: "SEND_MESSAGES EMBED_LINKS"},
		"bare":        {channel: emulator.Channel{Overwrites: []emulator.Overwrite{everyone(0, emulator.EmbedLinks|emulator.ReadMessageHistory)}}, kind: core.Denied, detail: "EMBED_LINKS READ_MESSAGE_HISTORY"},
		"for the bot": {channel: emulator.Channel{Overwrites: []emulator.Overwrite{everyone(0, emulator.ViewChannel), {ID: "81384788765712384", Member: true, Allow: emulator.ViewChannel}}}},
		"for a role that it lacks": {
			channel: emulator.Channel{Overwrites: []emulator.Overwrite{everyone(0, emulator.SendMessages), {ID: oncall, Allow: emulator.SendMessages}}},
			kind:    core.Denied, detail: "SEND_MESSAGES EMBED_LINKS",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := guildOf()
			c.channel.ID, c.channel.Name = id, "room"
			opts.Channels = []emulator.Channel{c.channel}
			a := connect(t, start(t, opts), discord.Config{})
			err := a.CheckChannel(t.Context(), id)
			if c.kind == "" && err != nil || c.kind != "" && (core.KindOf(err) != c.kind || core.DetailOf(err) != c.detail) {
				t.Errorf("it is %v", err)
			}
			message := core.Message{Card: &core.Card{Risk: "R-17", Title: []core.Span{core.Plain("R-17")}}}
			_, err = a.SendGroupMessage(t.Context(), newOnce(), core.GroupRef{Workspace: home, ID: id}, message)
			if (c.kind == "") != (err == nil) && name != "bare" { // without EMBED_LINKS the message arrives without its card
				t.Errorf("the message: %v", err)
			}
		})
	}
	a := connect(t, start(t, guildOf()), discord.Config{})
	wantError(t, a.CheckChannel(t.Context(), missing), core.NotFound, "10003")
	direct, err := a.SendMessage(t.Context(), newOnce(), account(lin), text("hello"))
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, a.CheckChannel(t.Context(), direct.Channel), core.Conflict, "other_guild")
}
