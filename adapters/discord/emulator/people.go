package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// member is a user as the workspace keeps them.
type member struct {
	User
	joined time.Time
}

func (g *guild) addUser(u User) error {
	if u.ID == "" {
		u.ID = g.newID()
	}
	if _, ok := snowflake(u.ID); !ok {
		return fmt.Errorf("emulator: the user ID %q is no snowflake", u.ID)
	}
	for _, id := range u.Roles {
		if g.roles[id] == nil {
			return fmt.Errorf("emulator: @%s has the role %s, which does not exist", u.Name, id)
		}
	}
	u.Locale = cmp.Or(u.Locale, "en-US")
	m := &member{User: u, joined: g.opts.Now()}
	m.Roles = slices.Clone(u.Roles)
	return g.People.Add(u.ID, u.Name, m)
}

func (g *guild) bot() *member { return g.People.ByID(g.opts.BotUserID) }

// person finds a member who can act.
func (g *guild) person(id string) (*member, error) {
	u := g.People.ByID(id)
	if u == nil || u.Bot || u.Outside {
		return nil, fmt.Errorf("emulator: no person %q who could do this", id)
	}
	return u, nil
}

// within finds a person and a text channel that they can see, with "" #general.
func (g *guild) within(userID, channelID string) (*member, *channel, error) {
	u, err := g.person(userID)
	if err != nil {
		return nil, nil, err
	}
	ch := g.Channels.ByID(channelID)
	if channelID == "" {
		ch = g.Channels.ByName(general)
	}
	if ch == nil || ch.Extra.category || !g.permissionsIn(u, ch).Has(ViewChannel) {
		return nil, nil, fmt.Errorf("emulator: @%s sees no channel %q", u.Name, channelID)
	}
	return u, ch, nil
}

// shown returns a person's name in the guild.
func (u *member) shown() string { return cmp.Or(u.Nick, u.Name) }

func (u *member) export() User {
	out := u.User
	out.Roles = slices.Clone(u.Roles)
	return out
}

// epoch is where Discord's snowflakes begin, in milliseconds of Unix time. See
// https://docs.discord.com/developers/reference#snowflakes.
const epoch = 1420070400000

// newID gives out the next snowflake: the clock's milliseconds, but always above
// the previous one.
func (g *guild) newID() string {
	for {
		n := max((g.opts.Now().UnixMilli()-epoch)<<22, g.lastID+1)
		g.lastID = n
		if id := strconv.FormatInt(n, 10); !g.reserved[id] {
			return id
		}
	}
}

// snowflake parses an ID; false if it is none.
func snowflake(id string) (int64, bool) {
	n, err := strconv.ParseInt(id, 10, 64)
	return n, err == nil && n > 0
}

// namedIDs returns the IDs in the options.
func (o Options) namedIDs() map[string]bool {
	ids := map[string]bool{o.GuildID: true, o.ApplicationID: true, o.BotUserID: true, o.OwnerID: true}
	for _, u := range o.Users {
		ids[u.ID] = true
	}
	for _, r := range o.Roles {
		ids[r.ID] = true
	}
	for _, c := range o.Channels {
		ids[c.ID] = true
	}
	return ids
}

// createDM: https://docs.discord.com/developers/resources/user#create-dm
// It succeeds for people whom the bot cannot reach; sending then fails.
func createDM(a *api, c *call) (any, error) {
	f := &form{}
	to := f.id("recipient_id", c.fields["recipient_id"])
	if c.fields["recipient_id"] == nil {
		f.required("recipient_id")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	u := a.People.ByID(to)
	switch {
	case u == nil || u.ID == a.opts.BotUserID:
		return nil, refuse(invalidRecipient)
	case u.Bot:
		return nil, refuse(cannotMessage)
	}
	ch, made := a.openDirect(u.ID)
	c.changed = made
	return a.channelObject(ch), nil
}

// openDirect returns the bot's direct conversation with a person, and creates it if
// there is none.
func (g *guild) openDirect(userID string) (ch *channel, made bool) {
	if ch := g.Channels.Direct(userID); ch != nil {
		return ch, false
	}
	ch = &channel{ID: g.newID(), With: userID, Created: g.opts.Now()}
	_ = g.Channels.Add(ch) // its ID is new
	return ch, true
}
