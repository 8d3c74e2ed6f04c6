package emulator

import (
	"cmp"
	"fmt"
	"slices"
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

// The app and its bot.
const (
	appID     = "A0000000001"
	botID     = "B0000000BOT"
	botUserID = "U0000000BOT"
	botName   = "riskroom"
)

// team is the state of the workspace and the rules that apply to everybody. The
// API, the app's callbacks and people's actions share it, and its lock guards
// their own state too.
type team struct {
	*world
	opts   Options
	host   *stage.Host
	show   *renderer
	events *events
	socket *Socket

	groups    []UserGroup
	homes     map[string]*view // App Home by person
	counts    map[string]int   // how many IDs of each prefix were given out
	reserved  map[string]bool  // IDs in Options, which newID must not give out
	lastMicro int64            // the last message timestamp
	triggers  map[string]*trigger
	hooks     map[string]*responseURL
	files     map[string]*file
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

// newTS gives out a message timestamp and its instant: the clock's milliseconds
// with microseconds that make each timestamp unique.
func (t *team) newTS() (string, time.Time) {
	micro := t.opts.Now().UnixMilli() * 1000
	micro = max(micro, t.lastMicro+1)
	t.lastMicro = micro
	return fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6), time.UnixMicro(micro).UTC()
}

// siteURL is the workspace's address in links; nothing answers there.
func (t *team) siteURL() string { return "https://" + t.opts.Domain + ".slack.com" }

// permalink returns the address of a message.
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

// inGeneral reports whether the user is in #general without being asked.
func (u *User) inGeneral() bool { return !u.Deleted && u.Team == "" }

func (t *team) addUser(u User) error {
	u.TZ = cmp.Or(u.TZ, "Etc/UTC")
	u.Locale = cmp.Or(u.Locale, "en-US")
	u.RealName = cmp.Or(u.RealName, u.Name)
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
			return fmt.Errorf("emulator: the user group @%s has the member %s, who does not exist", g.Handle, id)
		}
	}
	t.groups = append(t.groups, g)
	return nil
}

// group returns the first user group that matches, nil if none does.
func (t *team) group(match func(UserGroup) bool) *UserGroup {
	if i := slices.IndexFunc(t.groups, match); i >= 0 {
		return &t.groups[i]
	}
	return nil
}

// person finds a user who can act.
func (t *team) person(id string) (*User, error) {
	u := t.People.ByID(id)
	if u == nil || u.Deleted || u.Bot {
		return nil, fmt.Errorf("emulator: no person %q who could do this", id)
	}
	return u, nil
}

// within finds a person and a channel that they can see: one that they are in,
// a public one, or with "" their direct conversation with the bot.
func (t *team) within(userID, channelID string) (*User, *channel, error) {
	u, err := t.person(userID)
	if err != nil {
		return nil, nil, err
	}
	if channelID == "" {
		ch, _ := t.openDirect(u.ID)
		return u, ch, nil
	}
	ch := t.Channels.ByID(channelID)
	if ch == nil || ch.Extra.private && !ch.Has(u.ID) {
		return nil, nil, fmt.Errorf("emulator: @%s sees no channel %q", u.Name, channelID)
	}
	return u, ch, nil
}
