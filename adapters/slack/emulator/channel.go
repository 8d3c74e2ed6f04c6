package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Slack's numbers for channels. See
// https://docs.slack.dev/reference/methods/conversations.create and
// https://docs.slack.dev/reference/methods/conversations.setTopic.
const (
	maxName  = 80
	maxTopic = 250
)

// channel is a channel or direct conversation. The workspace's lock guards it.
type channel struct {
	Channel
	with      string // the other person of a direct conversation
	created   time.Time
	members   map[string]bool
	messages  []*message // oldest first
	pins      []pin      // oldest first
	bookmarks []bookmark // in the order shown
}

type pin struct {
	ts string
	by string
	at time.Time
}

type bookmark struct {
	ID, Title, Link, Emoji string
	created, updated       time.Time
	by                     string
}

func (c *channel) isDirect() bool { return c.with != "" }

func (c *channel) message(ts string) *message {
	for _, m := range c.messages {
		if m.ts == ts {
			return m
		}
	}
	return nil
}

func (c *channel) memberIDs() []string {
	ids := make([]string, 0, len(c.members))
	for id := range c.members {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// seed adds a channel that Options name.
func (w *Workspace) seed(in Channel) error {
	if err := checkName(in.Name); err != nil {
		return fmt.Errorf("emulator: the channel name %q: %w", in.Name, err)
	}
	if w.channelByName(in.Name) != nil {
		return fmt.Errorf("emulator: the channel #%s is there twice", in.Name)
	}
	in.General = in.General || in.Name == "general"
	if in.Creator == "" {
		in.Creator = w.anybody()
	}
	if in.General {
		in.Members = append(slices.Clone(in.Members), w.everybody()...)
	}
	if w.channels[in.ID] != nil {
		return fmt.Errorf("emulator: the channel ID %s is there twice", in.ID)
	}
	c := w.addChannel(in)
	for _, id := range append([]string{in.Creator}, in.Members...) {
		if w.users[id] == nil {
			return fmt.Errorf("emulator: the channel #%s names the user %s, who does not exist", in.Name, id)
		}
		c.members[id] = true
	}
	if !in.General && in.Creator != w.opts.BotUserID && !slices.Contains(in.Members, w.opts.BotUserID) {
		delete(c.members, w.opts.BotUserID)
	}
	return nil
}

// everybody is who is in #general.
func (w *Workspace) everybody() []string {
	return slices.DeleteFunc(w.userIDs(), func(id string) bool { return !w.users[id].inGeneral() })
}

// anybody is who made the channels that nobody is named for: the first person,
// or the bot where there is no person.
func (w *Workspace) anybody() string {
	if len(w.opts.Users) > 0 && w.opts.Users[0].ID != "" {
		return w.opts.Users[0].ID
	}
	return w.opts.BotUserID
}

func (w *Workspace) addChannel(in Channel) *channel {
	if in.ID == "" {
		in.ID = w.newID("C")
	}
	c := &channel{Channel: in, created: w.opts.Now(), members: make(map[string]bool)}
	w.channels[in.ID] = c
	w.order = append(w.order, in.ID)
	return c
}

// channelByName finds a channel of any kind, archived ones included: their
// names stay taken.
func (w *Workspace) channelByName(name string) *channel {
	for _, c := range w.channels {
		if c.Name == name && !c.isDirect() {
			return c
		}
	}
	return nil
}

// visible finds a channel that the bot can know of: public ones, and those
// that it is in. Any other counts as channel_not_found.
func (w *Workspace) visible(id string) (*channel, error) {
	c := w.channels[id]
	if c == nil || c.Private && !c.members[w.opts.BotUserID] {
		return nil, refuse("channel_not_found")
	}
	return c, nil
}

// joined finds a channel that the bot is a member of and that is not archived.
func (w *Workspace) joined(id string) (*channel, error) {
	c, err := w.visible(id)
	switch {
	case err != nil:
		return nil, err
	case c.Archived:
		return nil, refuse("is_archived")
	case !c.members[w.opts.BotUserID]:
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// checkName applies the rules for channel names. The page says that Slack
// modifies names that do not fit; it also documents these codes for them, and
// an app that sends only names that fit need not know which happens.
func checkName(name string) error {
	fits := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_'
	}
	switch {
	case name == "":
		return refuse("invalid_name_required")
	case utf8.RuneCountInString(name) > maxName:
		return refuse("invalid_name_maxlength")
	case strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPunct(r) && !unicode.IsSpace(r) }) < 0:
		return refuse("invalid_name_punctuation")
	case strings.IndexFunc(name, func(r rune) bool { return !fits(r) }) >= 0:
		return refuse("invalid_name_specials")
	}
	return nil
}

// openDirect returns the direct conversation of the bot with a user, making it
// where there is none.
func (w *Workspace) openDirect(userID string) (c *channel, made bool) {
	if id, ok := w.direct[userID]; ok {
		return w.channels[id], false
	}
	c = w.addChannel(Channel{ID: w.newID("D"), Private: true, Creator: w.opts.BotUserID})
	c.with = userID
	c.members[userID], c.members[w.opts.BotUserID] = true, true
	w.direct[userID] = c.ID
	w.publish(stage.RoomCreated, w.opts.BotUserID, c, nil, "")
	return c, true
}

// conversation is a channel as conversations.info shows it,
// https://docs.slack.dev/reference/objects/conversation-object.
func (w *Workspace) conversation(c *channel) object {
	out := object{
		"id": c.ID, "created": c.created.Unix(), "creator": c.Creator, "is_archived": c.Archived,
		"is_im": c.isDirect(), "is_mpim": false, "is_org_shared": false, "context_team_id": w.opts.TeamID,
		"updated": c.created.UnixMilli(),
	}
	if c.isDirect() {
		out["user"], out["is_open"], out["is_user_deleted"] = c.with, true, w.users[c.with].Deleted
		return out
	}
	aspect := func(value string) object { return object{"value": value, "creator": "", "last_set": 0} }
	for k, v := range (object{
		"name": c.Name, "name_normalized": c.Name, "is_channel": !c.Private, "is_group": c.Private,
		"is_private": c.Private, "is_general": c.General, "is_member": c.members[w.opts.BotUserID],
		"is_shared": false, "is_ext_shared": false, "topic": aspect(c.Topic), "purpose": aspect(c.Purpose),
		"num_members": len(c.members), "previous_names": []string{}, "unlinked": 0,
	}) {
		out[k] = v
	}
	if c.ReadOnly {
		out["is_read_only"] = true
		out["properties"] = object{"posting_restricted_to": object{"type": []string{"admin"}, "user": []string{}}}
	}
	return out
}

// room is the same for the stage.
func (w *Workspace) room(c *channel) stage.Room {
	r := stage.Room{
		ID: c.ID, Name: c.Name, Kind: stage.PublicRoom, Topic: c.Topic, Purpose: c.Purpose,
		Archived: c.Archived, Commands: !c.Archived, Members: c.memberIDs(), Created: c.created,
	}
	if c.isDirect() {
		r.Kind, r.Name = stage.DirectRoom, w.users[c.with].Name
	} else if c.Private {
		r.Kind = stage.PrivateRoom
	}
	for _, b := range c.bookmarks {
		badge := stage.Badge{Title: b.Title, Link: b.Link}
		if to, m := w.linked(b.Link); to == c && m != nil {
			badge.Post = m.ts
		}
		r.Badges = append(r.Badges, badge)
	}
	for _, p := range c.pins {
		r.Pinned = append(r.Pinned, p.ts)
	}
	return r
}

// publish puts on the feed what actor did in c, to m where m is not nil.
func (w *Workspace) publish(kind stage.EventKind, actor string, c *channel, m *message, text string) {
	e := stage.Event{At: w.opts.Now(), Kind: kind, Actor: actor, Text: text}
	if c != nil {
		e.Room = w.room(c)
	}
	if m != nil {
		e.Post = w.post(m)
	}
	if kind == stage.MemberJoined || kind == stage.MemberLeft {
		e.Person, e.Text = text, ""
	}
	w.feed.Publish(e)
}
