package adaptertest

import (
	"fmt"
	"slices"
	"strings"

	"riskroom/core"
)

// plainState is a State without IDs, so that Worlds can be compared.
type plainState struct {
	Groups []plainGroup
	Direct []plainDirect
}

type plainGroup struct {
	Name, Topic, Purpose string
	Private, Archived    bool
	Members              []string
	Silent               []string // the members who can't post
	Messages             []string
	Notices              []string // sorted, because people may be handled in another order
	Pinned               []string // the messages themselves
	Bookmarks            []string // the label and the linked message
}

type plainDirect struct {
	With     string
	Messages []string
}

func plain(s State) plainState {
	var out plainState
	for _, g := range s.Groups {
		p := plainGroup{
			Name: g.Name, Topic: g.Topic, Purpose: g.Purpose, Private: g.Private, Archived: g.Archived,
			Members: slices.Sorted(slices.Values(g.Members)), Silent: g.Silent, Messages: plainMessages(g.Messages),
			Notices: slices.Sorted(slices.Values(g.Notices)),
		}
		for _, ref := range g.Pinned {
			p.Pinned = append(p.Pinned, g.find(ref))
		}
		for _, b := range g.Bookmarks {
			p.Bookmarks = append(p.Bookmarks, b.Label+" -> "+g.find(b.Message))
		}
		out.Groups = append(out.Groups, p)
	}
	for _, d := range s.Direct {
		out.Direct = append(out.Direct, plainDirect{With: d.With, Messages: plainMessages(d.Messages)})
	}
	slices.SortFunc(out.Direct, func(a, b plainDirect) int { return strings.Compare(a.With, b.With) })
	return out
}

func plainMessages(messages []Shown) []string {
	var out []string
	for _, m := range messages {
		out = append(out, m.plain())
	}
	return out
}

// plain returns everything in the message except its ID.
func (m Shown) plain() string {
	return fmt.Sprintf("%s\nmentions %q, links %q, buttons %q, reply to %q", m.Text, m.Mentions, m.Links, m.Buttons, m.ReplyTo)
}

// find returns the plain form of a message in the group.
func (g GroupView) find(ref core.MessageRef) string {
	if m, ok := message(g.Messages, ref); ok {
		return m.plain()
	}
	return "no message of this group"
}

// message returns the message ref from messages.
func message(messages []Shown, ref core.MessageRef) (Shown, bool) {
	i := slices.IndexFunc(messages, func(m Shown) bool { return m.Ref == ref.Name() })
	if i < 0 {
		return Shown{}, false
	}
	return messages[i], true
}

// message returns the message ref, wherever it is.
func (s State) message(ref core.MessageRef) (Shown, bool) {
	for _, g := range s.Groups {
		if m, ok := message(g.Messages, ref); ok {
			return m, true
		}
	}
	for _, d := range s.Direct {
		if m, ok := message(d.Messages, ref); ok {
			return m, true
		}
	}
	return Shown{}, false
}

// forgive removes from s at most n messages, notices and bookmarks that base has
// fewer of. A policy of sending again allows those.
func (s plainState) forgive(base plainState, n int) plainState {
	out := plainState{Groups: slices.Clone(s.Groups), Direct: slices.Clone(s.Direct)}
	for i, g := range out.Groups {
		if i < len(base.Groups) {
			out.Groups[i].Messages = withoutRepeats(g.Messages, base.Groups[i].Messages, &n)
			out.Groups[i].Notices = withoutRepeats(g.Notices, base.Groups[i].Notices, &n)
			out.Groups[i].Bookmarks = withoutRepeats(g.Bookmarks, base.Groups[i].Bookmarks, &n)
		}
	}
	for i, d := range out.Direct {
		if i < len(base.Direct) {
			out.Direct[i].Messages = withoutRepeats(d.Messages, base.Direct[i].Messages, &n)
		}
	}
	return out
}

// withoutRepeats removes at most n elements that base has fewer of.
func withoutRepeats(list, base []string, n *int) []string {
	var out []string
	for _, m := range list {
		if have := count(out, m); *n > 0 && have > 0 && have >= count(base, m) {
			*n--
			continue
		}
		out = append(out, m)
	}
	return out
}

func count(list []string, s string) int {
	n := 0
	for _, e := range list {
		if e == s {
			n++
		}
	}
	return n
}

// within reports whether base contains everything in s, as it does if a step
// stopped halfway.
func (s plainState) within(base plainState) bool {
	if len(s.Groups) > len(base.Groups) || len(s.Direct) > len(base.Direct) {
		return false
	}
	for i, g := range s.Groups {
		b := base.Groups[i]
		if g.Name != b.Name || !among(g.Members, b.Members) || !among(g.Messages, b.Messages) || !among(g.Notices, b.Notices) ||
			!among(g.Pinned, b.Pinned) || !among(g.Bookmarks, b.Bookmarks) {
			return false
		}
	}
	for i, d := range s.Direct {
		if d.With != base.Direct[i].With || !among(d.Messages, base.Direct[i].Messages) {
			return false
		}
	}
	return true
}

// among reports whether whole contains every element of part at least as often.
func among(part, whole []string) bool {
	return !slices.ContainsFunc(part, func(s string) bool { return count(part, s) > count(whole, s) })
}
