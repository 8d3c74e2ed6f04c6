package emulator

import (
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

// channelOf finds the channel that a call names and that the bot can view.
func (w *Workspace) channelOf(c *call) (*channel, error) {
	ch := w.channels[c.path["channel"]]
	if ch == nil {
		return nil, refuse(unknownChannel)
	}
	if !w.views(w.bot(), ch) {
		return nil, refuse(missingAccess)
	}
	return ch, nil
}

// listGuildChannels: https://docs.discord.com/developers/resources/guild#get-guild-channels
// What the bot cannot view is left out.
func listGuildChannels(w *Workspace, c *call) (any, error) {
	if err := w.ownGuild(c); err != nil {
		return nil, err
	}
	out := []object{}
	for _, ch := range w.inGuild() {
		if w.views(w.bot(), ch) {
			out = append(out, w.channelObject(ch))
		}
	}
	return out, nil
}

// getChannel: https://docs.discord.com/developers/resources/channel#get-channel
func getChannel(w *Workspace, c *call) (any, error) {
	ch, err := w.channelOf(c)
	if err != nil {
		return nil, err
	}
	return w.channelObject(ch), nil
}

// wanted is what a body asks of a channel.
type wanted struct {
	name       string
	topic      string
	parent     string
	overwrites []Overwrite
	has        map[string]bool // fields that the body holds
}

// readChannel reads and checks the body of a channel. Fields of other sorts of
// channels are taken and do nothing.
func (w *Workspace) readChannel(body object, creates bool, kind int) (wanted, error) {
	f, in := &form{}, wanted{has: make(map[string]bool)}
	for k := range body {
		in.has[k] = true
	}
	least := 0
	if creates || in.has["name"] {
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
	w.checkParent(f, in.parent, kind)
	in.overwrites = readOverwrites(f, body["permission_overwrites"])
	return in, f.err()
}

func (w *Workspace) checkParent(f *form, id string, kind int) {
	if id == "" {
		return
	}
	switch parent := w.channels[id]; {
	case kind == categoryChannel:
		f.fail("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Category channels cannot have a parent.")
	case parent == nil || parent.isDirect():
		f.fail("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
	case !parent.Category:
		f.fail("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Not a category")
	}
}

// checkRoom refuses a channel more than a category holds.
func (w *Workspace) checkRoom(parent string) error {
	if parent == "" || len(w.children(parent)) < maxInCategory {
		return nil
	}
	f := &form{}
	f.fail("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", fmt.Sprintf("Maximum number of channels in category reached (%d)", maxInCategory))
	r := asRefusal(f.err())
	r.full = true
	return r
}

// createGuildChannel: https://docs.discord.com/developers/resources/guild#create-guild-channel
// Whether overwrites of the category are taken over where none are given is not
// documented: they are not.
func createGuildChannel(w *Workspace, c *call) (any, error) {
	if err := w.ownGuild(c); err != nil {
		return nil, err
	}
	body, err := c.fields()
	if err != nil {
		return nil, err
	}
	kind, err := creatable(body["type"])
	if err != nil {
		return nil, err
	}
	in, err := w.readChannel(body, true, kind)
	if err == nil {
		err = w.mayCreate(in)
	}
	if err != nil {
		return nil, err
	}
	ch := w.addChannel(Channel{
		Name: in.name, Category: kind == categoryChannel, Parent: in.parent, Topic: in.topic,
		Creator: w.opts.BotUserID, Overwrites: in.overwrites,
	})
	c.changed, c.status = true, 201
	w.opened(ch, w.opts.BotUserID, c.reason)
	return w.channelObject(ch), nil
}

// opened tells of a channel that somebody created.
func (w *Workspace) opened(ch *channel, by, reason string) {
	w.note(auditChannelCreate, by, ch.ID, reason)
	w.publish(stage.RoomCreated, by, ch, nil, "")
	w.announce("CHANNEL_CREATE", ch)
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

func (w *Workspace) mayCreate(in wanted) error {
	if err := w.needInGuild(ManageChannels); err != nil {
		return err
	}
	if parent := w.channels[in.parent]; parent != nil {
		if err := w.need(parent, ViewChannel|ManageChannels); err != nil {
			return err
		}
	}
	if err := w.mayOverwrite(nil, w.channels[in.parent], in.overwrites...); err != nil {
		return err
	}
	if len(w.inGuild()) >= maxChannels {
		return refuse(tooManyChannels)
	}
	return w.checkRoom(in.parent)
}

// updateChannel: https://docs.discord.com/developers/resources/channel#modify-channel
func updateChannel(w *Workspace, c *call) (any, error) {
	ch, err := w.channelOf(c)
	if err != nil {
		return nil, err
	}
	if ch.isDirect() {
		return nil, refuse(dmOnly)
	}
	body, err := c.fields()
	if err != nil {
		return nil, err
	}
	in, err := w.readChannel(body, false, ch.kind())
	if err == nil {
		err = w.need(ch, ManageChannels)
	}
	if err == nil && in.has["permission_overwrites"] {
		err = w.mayOverwrite(ch, w.channels[ch.Parent], in.overwrites...)
	}
	if err == nil && in.parent != ch.Parent {
		err = w.checkRoom(in.parent)
	}
	if err == nil && (in.has["name"] || in.has["topic"]) {
		err = w.overRenames(ch)
	}
	if err != nil {
		return nil, err
	}
	c.changed = ch.differs(in)
	w.change(ch, in)
	if c.changed {
		w.note(auditChannelUpdate, w.opts.BotUserID, ch.ID, c.reason)
		w.announce("CHANNEL_UPDATE", ch)
		w.publish(stage.RoomChanged, w.opts.BotUserID, ch, nil, "")
	}
	return w.channelObject(ch), nil
}

// differs tells whether what is asked of a channel is news.
func (c *channel) differs(in wanted) bool {
	return in.has["name"] && in.name != c.Name || in.has["topic"] && in.topic != c.Topic ||
		in.has["parent_id"] && in.parent != c.Parent || in.has["permission_overwrites"] && !slices.Equal(in.overwrites, c.overwrites)
}

func (w *Workspace) change(ch *channel, in wanted) {
	if in.has["name"] {
		ch.Name = in.name
	}
	if in.has["topic"] {
		ch.Topic = in.topic
	}
	if in.has["parent_id"] {
		ch.Parent = in.parent
	}
	if in.has["permission_overwrites"] {
		w.letting(ch, w.opts.BotUserID, func() { ch.overwrites = in.overwrites })
	}
}

// deleteChannel: https://docs.discord.com/developers/resources/channel#deleteclose-channel
func deleteChannel(w *Workspace, c *call) (any, error) {
	ch, err := w.channelOf(c)
	if err != nil {
		return nil, err
	}
	if ch.isDirect() {
		return nil, refuse(dmOnly) // Discord closes the conversation; the stand-in keeps it
	}
	if err := w.need(ch, ManageChannels); err != nil {
		return nil, err
	}
	if w.opts.Community && ch.Name == general {
		return nil, refuse(cannotDelete)
	}
	out := w.channelObject(ch)
	c.changed = true
	w.removeChannel(ch, w.opts.BotUserID, c.reason)
	return out, nil
}
