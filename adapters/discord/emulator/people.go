package emulator

import (
	"fmt"
	"slices"
	"time"
)

// member is a user as the workspace keeps them.
type member struct {
	User
	joined time.Time
}

// AddUser gives another person an account and, unless Outside, lets them join
// the guild.
func (w *Workspace) AddUser(u User) error {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	if err := g.addUser(u); err != nil {
		return err
	}
	if m := g.People.ByName(u.Name); !m.Outside {
		g.gateway.dispatch(event{kind: "GUILD_MEMBER_ADD", intent: IntentGuildMembers, body: g.memberObject(m, true)})
	}
	return nil
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
	if u.Locale == "" {
		u.Locale = "en-US"
	}
	m := &member{User: u, joined: g.opts.Now()}
	m.Roles = slices.Clone(u.Roles)
	return g.People.Add(u.ID, u.Name, m)
}

func (g *guild) bot() *member { return g.People.ByID(g.opts.BotUserID) }

// person finds a member who can act.
func (g *guild) person(id string) (*member, error) {
	u := g.People.ByID(id)
	if u == nil || u.Bot || u.Outside {
		return nil, fmt.Errorf("emulator: there is no person %q who could do this", id)
	}
	return u, nil
}

// within finds a text channel that the person can see, with "" #general.
func (g *guild) within(u *member, channelID string) (*channel, error) {
	ch := g.Channels.ByID(channelID)
	if channelID == "" {
		ch = g.Channels.ByName(general)
	}
	if ch == nil || ch.Extra.category || !g.permissionsIn(u, ch).Has(ViewChannel) {
		return nil, fmt.Errorf("emulator: @%s sees no channel %q", u.Name, channelID)
	}
	return ch, nil
}

// shown is what a person is called in the guild.
func (u *member) shown() string {
	if u.Nick != "" {
		return u.Nick
	}
	return u.Name
}

func (u *member) export() User {
	out := u.User
	out.Roles = slices.Clone(u.Roles)
	return out
}
