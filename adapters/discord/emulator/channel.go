package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"riskroom/adapters/stage"
)

// Discord's numbers for channels, see
// https://docs.discord.com/developers/resources/channel and
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
const (
	maxName         = 100
	maxTopic        = 1024
	maxChannels     = 500
	maxInCategory   = 50
	maxOverwrites   = 1000
	maxInOneRequest = 100 // overwrites, by the OpenAPI document
	maxPins         = 250
)

// Types of channels.
const (
	textChannel     = 0
	directChannel   = 1
	categoryChannel = 4
)

// channel is a channel, category or direct conversation. The workspace's lock
// guards it.
type channel struct {
	Channel
	with       string // the other person of a direct conversation
	created    time.Time
	overwrites []Overwrite
	messages   []*message // oldest first
	pins       []pin      // oldest first
}

type pin struct {
	id string
	by string
	at time.Time
}

func (c *channel) isDirect() bool { return c.with != "" }

func (c *channel) kind() int {
	switch {
	case c.isDirect():
		return directChannel
	case c.Category:
		return categoryChannel
	default:
		return textChannel
	}
}

func (c *channel) message(id string) *message {
	for _, m := range c.messages {
		if m.id == id {
			return m
		}
	}
	return nil
}

func (c *channel) pinned(id string) bool {
	return slices.ContainsFunc(c.pins, func(p pin) bool { return p.id == id })
}

// textName is what Discord makes of a text channel's name: lower-case, hyphens
// for blanks, other signs left out. Discord documents none of this; letters and
// digits of all languages stay.
func textName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.IsSpace(r) || r == '-':
			if !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		case r > unicode.MaxASCII || unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_':
			b.WriteRune(r)
		}
	}
	return strings.Trim(b.String(), "-")
}

// addChannel stores a channel and gives it an ID where it has none.
func (w *Workspace) addChannel(c Channel) *channel {
	if c.ID == "" {
		c.ID = w.newID()
	}
	ch := &channel{Channel: c, created: w.opts.Now(), overwrites: slices.Clone(c.Overwrites)}
	w.channels[c.ID] = ch
	w.order = append(w.order, c.ID)
	return ch
}

// seed adds a channel of Options.
func (w *Workspace) seed(c Channel) error {
	if !c.Category {
		c.Name = textName(c.Name)
	}
	if c.Name == "" || w.channels[c.ID] != nil {
		return fmt.Errorf("emulator: the channel %q (%s) has no name or is there twice", c.Name, c.ID)
	}
	if _, ok := snowflake(c.ID); c.ID != "" && !ok {
		return fmt.Errorf("emulator: the channel ID %q is no snowflake", c.ID)
	}
	if parent := w.channels[c.Parent]; c.Parent != "" && (parent == nil || !parent.Category) {
		return fmt.Errorf("emulator: #%s stands under %s, which is no category", c.Name, c.Parent)
	}
	if c.Private {
		c.Overwrites = append(slices.Clone(c.Overwrites), Overwrite{ID: w.opts.GuildID, Deny: ViewChannel})
	}
	for _, id := range c.Members {
		if u := w.users[id]; u == nil || u.Outside {
			return fmt.Errorf("emulator: #%s has the member %s, who is not in the guild", c.Name, id)
		}
		c.Overwrites = append(c.Overwrites, Overwrite{ID: id, Member: true, Allow: ViewChannel | SendMessages | ReadMessageHistory})
	}
	w.addChannel(c)
	return nil
}

// children are the channels of a category, in the order of their making.
func (w *Workspace) children(category string) []*channel {
	var out []*channel
	for _, id := range w.order {
		if ch := w.channels[id]; ch.Parent == category && category != "" {
			out = append(out, ch)
		}
	}
	return out
}

// inGuild are the guild's channels, categories among them.
func (w *Workspace) inGuild() []*channel {
	var out []*channel
	for _, id := range w.order {
		if ch := w.channels[id]; !ch.isDirect() {
			out = append(out, ch)
		}
	}
	return out
}

// private tells whether @everyone may not view a channel.
func (w *Workspace) private(ch *channel) bool {
	return ch.isDirect() || !w.overwrite(w.opts.Everyone, &member{}, ch).Has(ViewChannel)
}

// memberIDs are the people, bots among them, who were let into a channel.
func (w *Workspace) memberIDs(ch *channel) []string {
	var ids []string
	for _, u := range w.users {
		if w.letIn(u, ch) {
			ids = append(ids, u.ID)
		}
	}
	slices.SortFunc(ids, compareIDs)
	return ids
}

// channelObject is a channel as the API gives it.
func (w *Workspace) channelObject(ch *channel) object {
	if ch.isDirect() {
		return object{
			"id": ch.ID, "type": directChannel, "flags": 0, "last_message_id": ch.lastMessage(),
			"recipients": []object{userObject(w.users[ch.with])},
		}
	}
	out := object{
		"id": ch.ID, "type": ch.kind(), "flags": 0, "guild_id": w.opts.GuildID, "name": ch.Name, "parent_id": nil,
		"position": slices.Index(w.order, ch.ID), "permission_overwrites": overwriteObjects(ch.overwrites), "nsfw": false,
	}
	if ch.Parent != "" {
		out["parent_id"] = ch.Parent
	}
	if !ch.Category {
		out["topic"], out["rate_limit_per_user"], out["last_message_id"], out["last_pin_timestamp"] = nil, 0, ch.lastMessage(), nil
		if ch.Topic != "" {
			out["topic"] = ch.Topic
		}
		if n := len(ch.pins); n > 0 {
			out["last_pin_timestamp"] = stamp(ch.pins[n-1].at)
		}
	}
	return out
}

func (c *channel) lastMessage() any {
	if n := len(c.messages); n > 0 {
		return c.messages[n-1].id
	}
	return nil
}

// seenObject is a channel as the gateway shows it to the bot: with nothing to be
// learnt where the bot cannot view it, since 16 November 2026. See
// https://docs.discord.com/developers/resources/channel#channel-object-obfuscated-channels.
func (w *Workspace) seenObject(ch *channel) object {
	out := w.channelObject(ch)
	if w.views(w.bot(), ch) {
		return out
	}
	const obfuscated = 1 << 17
	out["name"], out["flags"] = "___hidden___", obfuscated
	out["permission_overwrites"] = overwriteObjects([]Overwrite{{ID: w.opts.GuildID, Deny: ViewChannel}})
	for _, field := range []string{"topic", "last_message_id", "last_pin_timestamp"} {
		if _, ok := out[field]; ok {
			out[field] = nil
		}
	}
	return out
}

// announce tells the gateway's clients about a channel.
func (w *Workspace) announce(kind string, ch *channel) {
	w.dispatch(event{kind: kind, intent: intentGuilds, body: w.seenObject(ch)})
}

// removeChannel takes a channel away for good. The channels of a category stay,
// without one.
func (w *Workspace) removeChannel(ch *channel, by, reason string) {
	w.announce("CHANNEL_DELETE", ch)
	for _, child := range w.children(ch.ID) {
		child.Parent = ""
		w.announce("CHANNEL_UPDATE", child)
	}
	w.publish(stage.RoomDeleted, by, ch, nil, "")
	delete(w.channels, ch.ID)
	w.order = slices.DeleteFunc(w.order, func(id string) bool { return id == ch.ID })
	w.note(auditChannelDelete, by, ch.ID, reason)
}
