package emulator

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
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
	publicThread    = 11
)

// channelExtra holds what only Discord knows of a channel; see Channel.
type channelExtra struct {
	category   bool
	thread     bool
	parent     string // the ID of its category, or of a thread's channel
	overwrites []Overwrite
}

// kindOf returns a channel's type.
func kindOf(c *channel) int {
	switch {
	case c.IsDirect():
		return directChannel
	case c.Extra.category:
		return categoryChannel
	case c.Extra.thread:
		return publicThread
	default:
		return textChannel
	}
}

// textName normalises a text channel's name: lower-case, hyphens instead of blanks,
// without punctuation. Letters and digits of all languages stay. Discord documents
// none of this.
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

// seed adds a channel of the options.
func (g *guild) seed(in Channel) error {
	if !in.Category {
		in.Name = textName(in.Name)
	}
	if in.Name == "" {
		return fmt.Errorf("emulator: the channel %s has no name", in.ID)
	}
	if _, ok := snowflake(in.ID); in.ID != "" && !ok {
		return fmt.Errorf("emulator: the channel ID %q is no snowflake", in.ID)
	}
	if parent := g.Channels.ByID(in.Parent); in.Parent != "" && (parent == nil || !parent.Extra.category) {
		return fmt.Errorf("emulator: the parent of #%s is %s, which is no category", in.Name, in.Parent)
	}
	if in.Private {
		in.Overwrites = append(slices.Clone(in.Overwrites), Overwrite{ID: g.opts.GuildID, Deny: ViewChannel})
	}
	for _, id := range in.Members {
		if u := g.People.ByID(id); u == nil || u.Outside {
			return fmt.Errorf("emulator: #%s has the member %s, who is not in the guild", in.Name, id)
		}
		in.Overwrites = append(in.Overwrites, Overwrite{ID: id, Member: true, Allow: ViewChannel | SendMessages | ReadMessageHistory})
	}
	_, err := g.addChannel(in)
	return err
}

// addChannel stores a channel and gives it an ID if it has none.
func (g *guild) addChannel(in Channel) (*channel, error) {
	if in.ID == "" {
		in.ID = g.newID()
	}
	ch := &channel{
		ID: in.ID, Name: in.Name, Topic: in.Topic, Creator: in.Creator, Created: g.opts.Now(),
		Extra: channelExtra{category: in.Category, parent: in.Parent, overwrites: slices.Clone(in.Overwrites)},
	}
	return ch, g.Channels.Add(ch)
}

// children returns the channels of a category, in the order of their creation.
func (g *guild) children(category string) []*channel {
	var out []*channel
	for _, ch := range g.Channels.All() {
		if ch.Extra.parent == category && category != "" && !ch.Extra.thread {
			out = append(out, ch)
		}
	}
	return out
}

// inGuild returns the guild's channels and categories, without threads.
func (g *guild) inGuild() []*channel {
	var out []*channel
	for _, ch := range g.Channels.All() {
		if !ch.IsDirect() && !ch.Extra.thread {
			out = append(out, ch)
		}
	}
	return out
}

// private reports whether @everyone may not view a channel.
func (g *guild) private(ch *channel) bool {
	if ch.Extra.thread {
		ch = g.Channels.ByID(ch.Extra.parent)
	}
	return ch.IsDirect() || !g.overwrite(g.opts.Everyone, &member{}, ch).Has(ViewChannel)
}

// memberIDs returns the people and bots who have access to a channel by roles and
// overwrites.
func (g *guild) memberIDs(ch *channel) []string {
	var ids []string
	for _, u := range g.People.All() {
		if g.hasAccess(u, ch) {
			ids = append(ids, u.ID)
		}
	}
	slices.SortFunc(ids, compareIDs)
	return ids
}

// channelObject is a channel as the API returns it.
func (g *guild) channelObject(ch *channel) object {
	if ch.IsDirect() {
		return object{
			"id": ch.ID, "type": directChannel, "flags": 0, "last_message_id": lastMessage(ch),
			"recipients": []object{userObject(g.People.ByID(ch.With))},
		}
	}
	out := object{
		"id": ch.ID, "type": kindOf(ch), "flags": 0, "guild_id": g.opts.GuildID, "name": ch.Name, "parent_id": nil,
		"position": slices.Index(g.Channels.All(), ch), "permission_overwrites": overwriteObjects(ch.Extra.overwrites), "nsfw": false,
	}
	if ch.Extra.parent != "" {
		out["parent_id"] = ch.Extra.parent
	}
	if !ch.Extra.category {
		out["topic"], out["rate_limit_per_user"], out["last_message_id"] = nil, 0, lastMessage(ch)
		if ch.Topic != "" {
			out["topic"] = ch.Topic
		}
		out["last_pin_timestamp"] = lastPin(ch)
	}
	return out
}

func lastMessage(c *channel) any {
	if n := len(c.Messages()); n > 0 {
		return c.Messages()[n-1].ID
	}
	return nil
}

// seenObject is a channel as the gateway shows it to the bot: obfuscated if the bot
// cannot view it, since 16 November 2026. See
// https://docs.discord.com/developers/resources/channel#channel-object-obfuscated-channels.
func (g *guild) seenObject(ch *channel) object {
	out := g.channelObject(ch)
	if g.views(g.bot(), ch) {
		return out
	}
	const obfuscated = 1 << 17
	out["name"], out["flags"] = "___hidden___", obfuscated
	out["permission_overwrites"] = overwriteObjects([]Overwrite{{ID: g.opts.GuildID, Deny: ViewChannel}})
	for _, field := range []string{"topic", "last_message_id", "last_pin_timestamp"} {
		if _, ok := out[field]; ok {
			out[field] = nil
		}
	}
	return out
}

// announce sends an event about a channel.
func (g *guild) announce(kind string, ch *channel) {
	g.gateway.dispatch(event{kind: kind, intent: intentGuilds, body: g.seenObject(ch)})
}

// removeChannel deletes a channel for good, with its threads. The channels of a category
// stay, without a category.
func (g *guild) removeChannel(ch *channel, by, reason string) {
	g.announce("CHANNEL_DELETE", ch)
	for _, t := range slices.Clone(g.Channels.All()) {
		if t.Extra.thread && t.Extra.parent == ch.ID {
			g.RemoveChannel(t, by)
		}
	}
	for _, child := range g.children(ch.ID) {
		child.Extra.parent = ""
		g.announce("CHANNEL_UPDATE", child)
	}
	g.RemoveChannel(ch, by)
	g.note(auditChannelDelete, by, ch.ID, reason)
}
