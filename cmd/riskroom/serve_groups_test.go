package main

import (
	"strings"
	"testing"

	discord "riskroom/adapters/discord/emulator"
	slack "riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

// gathers contains flows that create an item group when a risk is filed, and again
// when work on it begins.
const gathers = `
  gather:
    trigger: { on: filed }
    if: status == "pending"
    steps:
      - create_group: { id: room, type: item, name: "ledger room", owner: handlers, members: [submitter, handlers] }
  again:
    trigger: { date_field: status_since, after: 2s }
    if: status == "in_progress"
    steps:
      - create_group: { id: room, type: item, name: "ledger room", owner: handlers, members: [submitter, handlers] }
`

const slackGroups = `version: 1
redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }
workspaces:
  acme: { platform: slack, bot_token: "${TOKEN}", signing_secret: "${SECRET}", api_url: "${API}", rates: unlimited }
people:
  lin: { email: lin@example.com }
permissions: { administrators: [lin] }
modules:
  Payments: { handlers: [lin] }
flows:` + gathers

const discordGroups = `version: 1
redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }
workspaces:
  guild: { platform: discord, bot_token: "${TOKEN}", guild_id: "${GUILD}", api_url: "${API}", rates: unlimited }
people:
  lin: { guild: "100000000000000001" }
permissions: { administrators: [lin] }
modules:
  Payments: { handlers: [lin] }
flows:` + gathers

// discordRoom returns the ID of a channel whose name has the ending, "" for none.
func discordRoom(g *discord.Workspace, ending string) string {
	for _, ch := range g.Channels() {
		if strings.HasSuffix(ch.Name, ending) {
			return ch.ID
		}
	}
	return ""
}

// TestDeletedChannelIsReleased deletes a risk's channel on Discord. Even if the event
// is missed, the risk is released, the administrator is notified, and the next group is
// a new one.
func TestDeletedChannelIsReleased(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(g *discord.Workspace, room string) error{
		"as the event says": func(g *discord.Workspace, room string) error {
			return g.DeleteChannel(g.OwnerID(), room)
		},
		"after the event was missed": func(g *discord.Workspace, room string) error {
			g.Faults().Order(stage.Fault{Method: "CHANNEL_DELETE", Kind: stage.LoseEvent})
			g.Outage(true)
			defer g.Outage(false)
			return g.DeleteChannel(g.OwnerID(), room)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, g := startDiscordWith(t, discordGroups, false, nil)
			command := func(sub string, v discord.Values) string {
				t.Helper()
				reply, err := g.SlashCommand(t.Context(), linID, "", "/risk", sub, v)
				if err != nil || reply.Message == nil {
					t.Fatalf("%s: %+v %v", sub, reply, err)
				}
				return reply.Message.Plain
			}
			command("new", discord.Values{"title": "Ledger is off by one", "module": "Payments"})
			var room string
			eventually(t, "the group is there", func() bool { room = discordRoom(g, "-r-1"); return room != "" && len(g.Pins(room)) == 1 })
			if err := remove(g, room); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the administrator knows", func() bool {
				return len(g.DMs(linID)) == 1 && strings.Contains(g.DMs(linID)[0].Plain, "-r-1 was deleted")
			})
			command("status", discord.Values{"key": "R-1", "status": "in_progress"})
			eventually(t, "another group is made", func() bool { return discordRoom(g, "-r-1-2") != "" })
			s.end(t)
		})
	}
}

// TestArchivedChannelIsReleased archives a risk's private channel on Slack, which only
// the event reports. Without the event, the risk stays bound until its owner releases
// it.
func TestArchivedChannelIsReleased(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		eventSent bool
		says      string
	}{
		"as the event says":     {true, "ledger-room-r-1 was archived"},
		"the event is not sent": {false, "/risk group release R-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServe(t, slackGroups, false)
			w := s.slack
			command := func(line, says string) {
				t.Helper()
				reply, err := w.SlashCommand(t.Context(), "U0LIN", "", "/risk", line)
				if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, says) {
					t.Fatalf("%s: %+v %v", line, reply, err)
				}
			}
			command("new Ledger is off by one module:Payments", "R-1 is filed")
			var room slack.Channel
			eventually(t, "the group is there", func() (ok bool) {
				room, ok = w.ChannelByName("ledger-room-r-1")
				return ok && len(w.Bookmarks(room.ID)) == 1
			})
			if !c.eventSent {
				w.Faults().Order(stage.Fault{Method: "group_archive", Kind: stage.LoseEvent})
			}
			if err := w.ArchiveByHand("U0LIN", room.ID); err != nil {
				t.Fatal(err)
			}
			if !c.eventSent {
				w.SendEvent("group_left", map[string]any{"channel": room.ID})
			}
			eventually(t, "the administrator knows", func() bool {
				return len(w.DMs("U0LIN")) == 1 && strings.Contains(w.DMs("U0LIN")[0].Plain, c.says)
			})
			if !c.eventSent {
				command("show R-1", "The bot can no longer see the channel of R-1")
				command("group release R-1", "R-1 is free of its channel ledger-room-r-1")
			}
			command("status R-1 in_progress", "In progress")
			eventually(t, "another group is made", func() (ok bool) { _, ok = w.ChannelByName("ledger-room-r-1-2"); return ok })
			s.end(t)
		})
	}
}
