package emulator

import (
	"cmp"
	"fmt"
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

// channelExtra holds what only Slack knows of a channel; see Channel.
type channelExtra struct {
	purpose                    string
	topicSet, purposeSet       setting
	former                     []string // names, oldest first
	private, archived, general bool
	post, thread               posters
	bookmarks                  []bookmark // in the order shown
}

// setting says who last set a topic or purpose, and when.
type setting struct {
	by string
	at time.Time // zero if nobody did
}

// seed adds a channel that Options name.
func (t *team) seed(in Channel) error {
	if err := checkName(in.Name); err != nil {
		return fmt.Errorf("emulator: the channel name %q: %w", in.Name, err)
	}
	if t.Channels.ByName(in.Name) != nil {
		return fmt.Errorf("emulator: two channels are named #%s", in.Name)
	}
	in.General = in.General || in.Name == "general"
	in.Creator = cmp.Or(in.Creator, t.anybody())
	members := append([]string{in.Creator}, in.Members...)
	if in.General {
		members = append(members, t.everybody()...)
	}
	c, err := t.addChannel(in)
	if err != nil {
		return err
	}
	for _, id := range members {
		if t.People.ByID(id) == nil {
			return fmt.Errorf("emulator: the channel #%s has the member %s, who does not exist", in.Name, id)
		}
	}
	c.Admit(members...)
	return nil
}

// everybody returns the members of #general.
func (t *team) everybody() []string {
	var ids []string
	for _, u := range t.People.All() {
		if u.inGeneral() {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// anybody returns the creator of channels that name none: the first person, or
// the bot if there is no person.
func (t *team) anybody() string {
	if len(t.opts.Users) > 0 && t.opts.Users[0].ID != "" {
		return t.opts.Users[0].ID
	}
	return botUserID
}

// addChannel stores a channel without its members.
func (t *team) addChannel(in Channel) (*channel, error) {
	if in.ID == "" {
		in.ID = t.newID("C")
	}
	c := &channel{
		ID: in.ID, Name: in.Name, Topic: in.Topic, Creator: in.Creator, Created: t.opts.Now(),
		Extra: channelExtra{purpose: in.Purpose, private: in.Private, archived: in.Archived, general: in.General},
	}
	if in.ReadOnly {
		c.Extra.post = posters{Types: []string{"admin"}}
	}
	return c, t.Channels.Add(c)
}

// newChannel adds a channel with its creator as the first member.
func (t *team) newChannel(name string, private bool, by string) *channel {
	c, _ := t.addChannel(Channel{Name: name, Private: private, Creator: by}) // its ID is new
	c.Admit(by)
	t.Publish(stage.RoomCreated, by, c, nil, "")
	return c
}

// exportChannel returns a channel as a test sees it.
func exportChannel(c *channel) Channel {
	e := c.Extra
	return Channel{
		ID: c.ID, Name: c.Name, Private: e.private, Archived: e.archived, General: e.general, ReadOnly: !e.post.open(),
		Creator: c.Creator, Topic: c.Topic, Purpose: e.purpose, Members: c.Members(),
	}
}

// visible finds a channel that the bot can know of: a public one, or one that
// it is in.
func (t *team) visible(id string) (*channel, error) {
	c := t.Channels.ByID(id)
	if c == nil || c.Extra.private && !c.Has(botUserID) {
		return nil, refuse("channel_not_found")
	}
	return c, nil
}

// joined finds a channel that the bot is a member of and that is not archived.
func (t *team) joined(id string) (*channel, error) {
	c, err := t.visible(id)
	switch {
	case err != nil:
		return nil, err
	case c.Extra.archived:
		return nil, refuse("is_archived")
	case !c.Has(botUserID):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// checkName applies the rules for channel names. The page says that Slack
// modifies other names, and also documents these codes for them. It allows ASCII
// only, but https://slack.com/intl/ja-jp/help/articles/201402297 allows letters of
// all scripts, and Slack returns such names.
func checkName(name string) error {
	fits := func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.M, unicode.Nd) && unicode.ToLower(r) == r || r == '-' || r == '_'
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

// givenName returns the name that Slack gives the channel of a call.
func givenName(c *call) (string, error) {
	name := c.str("name")
	if err := checkName(name); err != nil {
		return "", err
	}
	ascii := stage.OnlyASCII(name)
	if _, refuses := c.met.Of(stage.RefuseName); refuses && ascii != name {
		return "", refuse("invalid_name_specials")
	}
	if _, alters := c.met.Of(stage.AlterName); alters {
		return ascii, nil
	}
	return name, nil
}

// freeName checks the name that a person gives a channel; own is the channel if
// it exists already.
func (t *team) freeName(name string, own *channel) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("emulator: the channel name %q: %w", name, err)
	}
	if other := t.Channels.ByName(name); other != nil && other != own {
		return fmt.Errorf("emulator: the name #%s is taken", name)
	}
	return nil
}

// openDirect returns the bot's direct conversation with a user, and creates it
// if there is none.
func (t *team) openDirect(userID string) (c *channel, made bool) {
	if c := t.Channels.Direct(userID); c != nil {
		return c, false
	}
	c = &channel{
		ID: t.newID("D"), With: userID, Creator: botUserID, Created: t.opts.Now(), Extra: channelExtra{private: true},
	}
	c.Admit(userID, botUserID)
	_ = t.Channels.Add(c) // its ID is new
	t.Publish(stage.RoomCreated, botUserID, c, nil, "")
	return c, true
}

// join adds a user to a channel; inviter is "" if nobody invited them.
func (t *team) join(c *channel, user, inviter string) {
	t.Join(c, user, inviter)
	t.notice(c, user, "join", "<@"+user+"> has joined the channel", "")
	t.events.announceJoin(c, user, inviter)
}

// leave removes a user from a channel; by is who does it, maybe the user.
func (t *team) leave(c *channel, user, by string) {
	if user == botUserID {
		// https://docs.slack.dev/reference/events/group_left
		t.events.announce(c, "left", object{"actor_id": by})
	}
	t.events.announceLeave(c, user)
	t.Leave(c, user, by)
	t.notice(c, user, "leave", "<@"+user+"> has left the channel", "")
}

func (t *team) rename(c *channel, by, name string) {
	old := c.Name
	c.Name, c.Extra.former = name, append(c.Extra.former, old)
	t.Publish(stage.RoomChanged, by, c, nil, "")
	t.notice(c, by, "name", `has renamed the channel from "`+old+`" to "`+name+`"`, name)
	t.events.announceRename(c)
}

// setAspect sets a topic or purpose.
func (t *team) setAspect(c *channel, by, what, value string) {
	if what == "topic" {
		c.Topic, c.Extra.topicSet = value, setting{by, t.opts.Now()}
	} else {
		c.Extra.purpose, c.Extra.purposeSet = value, setting{by, t.opts.Now()}
	}
	t.Publish(stage.RoomChanged, by, c, nil, "")
	t.notice(c, by, what, "set the channel "+what+": "+value, value)
}

func (t *team) archive(c *channel, by string) {
	t.notice(c, by, "archive", "archived the channel", "")
	c.Extra.archived = true
	t.Publish(stage.RoomArchived, by, c, nil, "")
	t.events.announce(c, "archive", object{"user": by})
	c.Dismiss(botUserID)
}
