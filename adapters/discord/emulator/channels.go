package emulator

import (
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

// listGuildChannels: https://docs.discord.com/developers/resources/guild#get-guild-channels
// What the bot cannot view is left out.
func listGuildChannels(a *api, _ *call) (any, error) {
	out := []object{}
	for _, ch := range a.inGuild() {
		if a.views(a.bot(), ch) {
			out = append(out, a.channelObject(ch))
		}
	}
	return out, nil
}

// getChannel: https://docs.discord.com/developers/resources/channel#get-channel
func getChannel(a *api, c *call) (any, error) { return a.channelObject(c.ch), nil }

// wanted is the channel that a body describes.
type wanted struct {
	name       string
	topic      string
	parent     string
	overwrites []Overwrite
	body       object
}

// has reports whether the body contains a field, which may be null.
func (in wanted) has(field string) bool {
	_, ok := in.body[field]
	return ok
}

// readChannel reads and checks the body of a channel. Fields for other types of
// channels have no effect.
func (a *api) readChannel(body object, creates bool, kind int) (wanted, error) {
	f, in := &form{}, wanted{body: body}
	least := 0
	if creates || in.has("name") {
		least = 1
	}
	in.name = f.text("name", body["name"], least, maxName)
	if kind != categoryChannel && in.name != "" {
		if in.name = textName(in.name); in.name == "" {
			f.fail("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
		}
	}
	in.topic = f.text("topic", body["topic"], 0, maxTopic)
	in.parent = f.id("parent_id", body["parent_id"])
	a.checkParent(f, in.parent, kind)
	in.overwrites = readOverwrites(f, body["permission_overwrites"])
	return in, f.err()
}

func (a *api) checkParent(f *form, id string, kind int) {
	if id == "" {
		return
	}
	switch parent := a.Channels.ByID(id); {
	case kind == categoryChannel:
		f.fail("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Category channels cannot have a parent.")
	case parent == nil || parent.IsDirect():
		f.fail("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
	case !parent.Extra.category:
		f.fail("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Not a category")
	}
}

// checkRoom refuses another channel in a category that is full.
func (a *api) checkRoom(parent string) error {
	if parent == "" || len(a.children(parent)) < maxInCategory {
		return nil
	}
	f := &form{}
	f.fail("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", fmt.Sprintf("Maximum number of channels in category reached (%d)", maxInCategory))
	r := asRefusal(f.err())
	r.full = true
	return r
}

// createGuildChannel: https://docs.discord.com/developers/resources/guild#create-guild-channel
// It doesn't copy the category's overwrites; Discord's pages don't say.
func createGuildChannel(a *api, c *call) (any, error) {
	kind, err := creatable(c.fields["type"])
	if err != nil {
		return nil, err
	}
	in, err := a.readChannel(c.fields, true, kind)
	if err == nil {
		err = a.mayCreate(in)
	}
	if err != nil {
		return nil, err
	}
	if _, alters := c.met.Of(stage.AlterName); alters {
		in.name = textName(stage.OnlyASCII(in.name))
	}
	ch, err := a.addChannel(Channel{
		Name: in.name, Category: kind == categoryChannel, Parent: in.parent, Topic: in.topic,
		Creator: a.opts.BotUserID, Overwrites: in.overwrites,
	})
	if err != nil {
		return nil, err
	}
	c.changed, c.status = true, 201
	a.note(auditChannelCreate, a.opts.BotUserID, ch.ID, c.reason)
	a.Publish(stage.RoomCreated, a.opts.BotUserID, ch, nil, "")
	a.announce("CHANNEL_CREATE", ch)
	return a.channelObject(ch), nil
}

// changed announces a channel that somebody changed. was is the channel before.
func (g *guild) changed(ch *channel, was channel, by, reason string) {
	var changes []object
	if ch.Name != was.Name {
		changes = append(changes, object{"key": "name", "old_value": was.Name, "new_value": ch.Name})
	}
	if ch.Topic != was.Topic {
		changes = append(changes, object{"key": "topic", "old_value": was.Topic, "new_value": ch.Topic})
	}
	if ch.Extra.parent != was.Extra.parent {
		changes = append(changes, object{"key": "parent_id", "old_value": was.Extra.parent, "new_value": ch.Extra.parent})
	}
	g.note(auditChannelUpdate, by, ch.ID, reason, changes...)
	g.announce("CHANNEL_UPDATE", ch)
	g.Publish(stage.RoomChanged, by, ch, nil, "")
}

// creatable reads the type of a new channel.
func creatable(v any) (int, error) {
	f := &form{}
	n, _ := f.number("type", v, 0, 16)
	if n != textChannel && n != categoryChannel {
		f.fail("type", "BASE_TYPE_CHOICES", "Value must be one of {0, 4}: the stand-in knows no others.")
	}
	return int(n), f.err()
}

func (a *api) mayCreate(in wanted) error {
	if err := a.needInGuild(ManageChannels); err != nil {
		return err
	}
	if parent := a.Channels.ByID(in.parent); parent != nil {
		if err := a.need(parent, ViewChannel|ManageChannels); err != nil {
			return err
		}
	}
	if err := a.mayOverwrite(nil, a.Channels.ByID(in.parent), in.overwrites...); err != nil {
		return err
	}
	if len(a.inGuild()) >= maxChannels {
		return refuse(tooManyChannels)
	}
	return a.checkRoom(in.parent)
}

// updateChannel: https://docs.discord.com/developers/resources/channel#modify-channel
func updateChannel(a *api, c *call) (any, error) {
	ch := c.ch
	if ch.IsDirect() {
		return nil, refuse(dmOnly)
	}
	in, err := a.readChannel(c.fields, false, kindOf(ch))
	if err == nil {
		err = a.need(ch, ManageChannels)
	}
	if err == nil && in.has("permission_overwrites") {
		err = a.mayOverwrite(ch, a.Channels.ByID(ch.Extra.parent), in.overwrites...)
	}
	if err == nil && in.parent != ch.Extra.parent {
		err = a.checkRoom(in.parent)
	}
	if err == nil && (in.has("name") || in.has("topic")) {
		err = a.overRenames(ch)
	}
	if err != nil {
		return nil, err
	}
	c.changed = in.differs(ch)
	was := *ch
	a.change(ch, in)
	if c.changed {
		a.changed(ch, was, a.opts.BotUserID, c.reason)
	}
	return a.channelObject(ch), nil
}

// differs reports whether the channel would change.
func (in wanted) differs(c *channel) bool {
	return in.has("name") && in.name != c.Name || in.has("topic") && in.topic != c.Topic ||
		in.has("parent_id") && in.parent != c.Extra.parent || in.has("permission_overwrites") && !slices.Equal(in.overwrites, c.Extra.overwrites)
}

func (a *api) change(ch *channel, in wanted) {
	if in.has("name") {
		ch.Name = in.name
	}
	if in.has("topic") {
		ch.Topic = in.topic
	}
	if in.has("parent_id") {
		ch.Extra.parent = in.parent
	}
	if in.has("permission_overwrites") {
		a.changeAccess(ch, a.opts.BotUserID, func() { ch.Extra.overwrites = in.overwrites })
	}
}

// deleteChannel: https://docs.discord.com/developers/resources/channel#deleteclose-channel
func deleteChannel(a *api, c *call) (any, error) {
	if c.ch.IsDirect() {
		return nil, refuse(dmOnly)
	}
	if err := a.need(c.ch, ManageChannels); err != nil {
		return nil, err
	}
	out := a.channelObject(c.ch)
	c.changed = true
	a.removeChannel(c.ch, a.opts.BotUserID, c.reason)
	return out, nil
}
