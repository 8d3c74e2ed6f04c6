package emulator

import (
	"fmt"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// What the workspace keeps, in the stage's model.
type (
	world   = stage.World[User, channelExtra, content, view]
	channel = stage.Channel[channelExtra, content]
	message = stage.Message[channelExtra, content]
	object  = stage.Object
)

// team is the state of the workspace and the rules that hold whoever acts. The
// API, the app's callbacks and what people do share it, and its lock guards
// their own state too.
type team struct {
	*world
	opts   Options
	host   *stage.Host
	show   *renderer
	events *events

	groups    []UserGroup
	counts    map[string]int  // how many IDs of each prefix were given out
	reserved  map[string]bool // IDs that Options name and newID must not give out
	lastMicro int64           // the last message timestamp
}

// newID gives out the next ID with the given prefix: "C0000000001".
func (t *team) newID(prefix string) string {
	for {
		t.counts[prefix]++
		id := fmt.Sprintf("%s%0*d", prefix, 11-len(prefix), t.counts[prefix])
		if !t.reserved[id] {
			return id
		}
	}
}

// newTS gives out a message timestamp: the clock's milliseconds, told apart by
// microseconds so that none is given out twice. The second result is the
// instant that it stands for.
func (t *team) newTS() (string, time.Time) {
	micro := t.opts.Now().UnixMilli() * 1000
	micro = max(micro, t.lastMicro+1)
	t.lastMicro = micro
	return fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6), time.UnixMicro(micro).UTC()
}

func (t *team) botScopes() string { return strings.Join(t.opts.Scopes, ",") }

// siteURL is where people would open the workspace. It only ever stands in
// links; nothing answers there.
func (t *team) siteURL() string { return "https://" + t.opts.Domain + ".slack.com" }

// permalink is where a message would be opened.
func (t *team) permalink(m *message) string {
	return t.siteURL() + "/archives/" + m.Channel.ID + "/p" + strings.ReplaceAll(m.ID, ".", "")
}

// linked returns the message that a permalink of this workspace leads to, nil
// if it leads to none.
func (t *team) linked(url string) *message {
	rest, ok := strings.CutPrefix(url, t.siteURL()+"/archives/")
	if !ok {
		return nil
	}
	id, p, _ := strings.Cut(rest, "/p")
	ch := t.Channels.ByID(id)
	if ch == nil || len(p) < 7 {
		return nil
	}
	return ch.Message(p[:len(p)-6] + "." + p[len(p)-6:])
}

// AddUser lets another person join the workspace, and so #general.
func (w *Workspace) AddUser(u User) error {
	t := w.team
	t.Lock()
	defer t.Unlock()
	if u.ID == "" {
		u.ID = t.newID("U")
	}
	if err := t.addUser(u); err != nil {
		return err
	}
	for _, ch := range t.Channels.All() {
		if ch.Extra.general && u.inGeneral() {
			t.join(ch, u.ID, "")
		}
	}
	return nil
}

// inGeneral reports whether the user is in #general without being asked.
func (u *User) inGeneral() bool { return !u.Deleted && !u.SingleChannel && !u.NotVisible }

func (t *team) addUser(u User) error {
	set(&u.TZ, "Etc/UTC")
	set(&u.Locale, "en-US")
	set(&u.RealName, u.Name)
	if u.ID == "" {
		u.ID = t.newID("U")
	}
	return t.People.Add(u.ID, u.Name, &u)
}

func (t *team) addGroup(g UserGroup) error {
	if g.ID == "" {
		g.ID = t.newID("S")
	}
	for _, id := range g.Users {
		if t.People.ByID(id) == nil {
			return fmt.Errorf("emulator: the user group @%s names the user %s, who does not exist", g.Handle, id)
		}
	}
	t.groups = append(t.groups, g)
	return nil
}

// person finds a user who can act.
func (t *team) person(id string) (*User, error) {
	u := t.People.ByID(id)
	if u == nil || u.Deleted || u.Bot {
		return nil, fmt.Errorf("emulator: there is no person %q who could do this", id)
	}
	return u, nil
}

// within finds a channel that the person can see: one that they are in, a
// public one, or with "" their direct conversation with the bot.
func (t *team) within(u *User, channelID string) (*channel, error) {
	if channelID == "" {
		ch, _ := t.openDirect(u.ID)
		return ch, nil
	}
	ch := t.Channels.ByID(channelID)
	if ch == nil || ch.Extra.private && !ch.Has(u.ID) {
		return nil, fmt.Errorf("emulator: @%s sees no channel %q", u.Name, channelID)
	}
	return ch, nil
}
