package emulator

import (
	"encoding/json"
	"slices"
	"strings"
)

// posters are who may post in a channel, or in its threads. None of them is everyone.
type posters struct {
	Types []string // "admin" or "user"
	Users []string // IDs
}

// open reports whether everyone may post.
func (p posters) open() bool {
	return len(p.Types)+len(p.Users) == 0 || slices.Contains(p.Types, "user")
}

// excludes reports whether a person may not post.
func (p posters) excludes(u *User) bool {
	return !p.open() && !slices.Contains(p.Users, u.ID) && (!u.Admin || !slices.Contains(p.Types, "admin"))
}

func (p posters) object() object {
	return object{"type": append([]string{}, p.Types...), "user": append([]string{}, p.Users...)}
}

// bot returns the bot's user.
func (t *team) bot() *User { return t.People.ByID(botUserID) }

// setConversationPrefs sets who may post: "type:admin,user:U1234". See
// https://docs.slack.dev/reference/methods/admin.conversations.setConversationPrefs.
func setConversationPrefs(a *api, c *call) (object, error) {
	var prefs map[string]string
	if err := json.Unmarshal([]byte(c.str("prefs")), &prefs); err != nil {
		return nil, refuse("invalid_value")
	}
	post, thread := c.ch.Extra.post, c.ch.Extra.thread
	for key, value := range prefs {
		p, err := a.readPosters(value)
		switch {
		case err != nil:
			return nil, err
		case key == "who_can_post":
			post = p
		case key == "can_thread":
			thread = p
		default:
			return nil, refuse("could_not_set_channel_pref")
		}
	}
	if c.ch.Extra.archived {
		return nil, refuse("could_not_set_channel_pref")
	}
	c.changed = post.String() != c.ch.Extra.post.String() || thread.String() != c.ch.Extra.thread.String()
	c.ch.Extra.post, c.ch.Extra.thread = post, thread
	return object{}, nil
}

// String returns the posters as the method takes them.
func (p posters) String() string {
	var out []string
	for _, t := range p.Types {
		out = append(out, "type:"+t)
	}
	for _, u := range p.Users {
		out = append(out, "user:"+u)
	}
	return strings.Join(out, ",")
}

func (t *team) readPosters(s string) (posters, error) {
	var p posters
	for one := range strings.SplitSeq(s, ",") {
		switch kind, value, _ := strings.Cut(one, ":"); {
		case kind == "type" && (value == "admin" || value == "user"):
			p.Types = append(p.Types, value)
		case kind == "user" && t.People.ByID(value) != nil:
			p.Users = append(p.Users, value)
		default:
			return posters{}, refuse("invalid_value")
		}
	}
	if p.open() {
		return posters{}, nil
	}
	return p, nil
}
