package emulator

import (
	"cmp"
	"fmt"
	"slices"
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
