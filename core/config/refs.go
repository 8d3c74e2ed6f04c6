package config

import (
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// mention is a name, an ID or the like in a text of the file, at an offset in bytes.
type mention struct {
	node   *node
	text   string
	offset int
	also   []string // keywords that are allowed here too
}

// whole returns the whole text of n as a mention.
func whole(n *node) mention { return mention{node: n, text: n.text} }

// from returns the part of m from offset on.
func (m mention) from(offset int) mention {
	return mention{node: m.node, text: m.text[offset:], offset: m.offset + offset}
}

// spotOf returns the place of m.
func (l *loader) spotOf(m mention) place {
	if m.offset == 0 {
		return m.node.at
	}
	p := m.node.spot(l.src, m.offset)
	if p.width == 1 {
		p.width = len([]rune(m.text))
	}
	return p
}

// refs reads a list of names, groups and accounts.
func (l *loader) refs(n *node) []core.Ref {
	if !l.sound(n) {
		return nil
	}
	var out []core.Ref
	for _, it := range n.strings() {
		if !l.sound(it) {
			continue
		}
		if !l.ref(whole(it)) {
			l.bad[it] = true // what depends on the list can't be checked
			continue
		}
		r := core.Ref(it.text)
		if slices.Contains(out, r) {
			l.warning(it.at, "twice", "%q is listed twice", short(it.text))
			continue
		}
		out = append(out, r)
	}
	return out
}

// ref checks that a text names people as lists allow: a person of the file, "@group",
// "workspace:@group" or workspace/ID.
func (l *loader) ref(m mention) bool {
	r := core.Ref(m.text)
	if w, group, ok := r.Group(); ok {
		if w != "" && !l.knownWorkspace(m, w) {
			return false
		}
		l.outside(Outside{Kind: OutsideGroup, Workspace: w, Name: group}, l.spotOf(m))
		l.oneName(m)
		return true
	}
	if beginsList(m.text) && l.root.get("people").get(m.text) == nil {
		l.wideList(m)
		return false
	}
	if parts := flow.Several(m.text); parts != nil && l.root.get("people").get(m.text) == nil {
		l.problem(l.spotOf(m), "people", "%q names several people: %s", short(m.text), flow.AsList(parts))
		return false
	}
	if a, ok := r.Account(); ok {
		id := m.from(len(a.Workspace) + 1)
		if !l.knownWorkspace(m, a.Workspace) || !l.userFits(id, a.Workspace, a.ID) {
			return false
		}
		l.outside(Outside{Kind: OutsideUser, Workspace: a.Workspace, Name: a.ID}, l.spotOf(id))
		return true
	}
	name, ok := r.Name()
	switch {
	case !ok && strings.Contains(m.text, "@"):
		p := l.problem(l.spotOf(m), "people", "%q can't be used here", short(m.text))
		p.hint("give the person a name under people, with the e-mail address there")
		return false
	case !ok:
		l.problem(l.spotOf(m), "people", "%q is neither a name, nor @group, nor workspace:@group, nor workspace/ID", short(m.text))
		return false
	case l.root.get("people").get(name) != nil, l.bad[l.root.get("people")]:
		return true
	case slices.Contains(l.keywords(), name):
		l.problem(l.spotOf(m), "people", "the keyword %s can't be used here", name)
		return false
	}
	known := append(keys(l.root.get("people")), m.also...)
	if len(known) == 0 {
		l.problem(l.spotOf(m), "people", "no person named %q: the file has no people", short(name)).
			hint("add people: { %s: { email: %s@example.com } }", short(name), short(name))
		return false
	}
	p := l.problem(l.spotOf(m), "people", "no person named %q: %s", short(name), suggest(name, known))
	switch name {
	case flow.OperatorsKeyword:
		p.hint("the keyword operators needs a process")
	case flow.NewHandlersKeyword:
		p.hint("the keyword new_handlers needs a flow with on: assigned")
	}
	return false
}

// wideList reports a list in full-width brackets.
func (l *loader) wideList(m mention) {
	whole := m.text
	if above, ok := l.root.nearest(m.node.path[:len(m.node.path)-1]); ok && !endsList(whole) {
		whole = strings.Join(append([]string{whole}, restOfList(above)...), ", ")
	}
	whole = strings.TrimRight(strings.TrimLeft(whole, wideOpen), wideClose)
	if names := flow.Several(whole); names != nil {
		whole = "[" + strings.Join(names, ", ") + "]"
	}
	l.problem(l.spotOf(m), "people", "full-width brackets make no list").hint("write it with plain signs: %s", short(whole))
}

// oneName warns of a group whose name looks like several names: a role may be called
// so, but people who forget the brackets of a list reach nobody.
func (l *loader) oneName(m mention) {
	parts := flow.Several(m.text)
	known := func(part string) bool {
		name, ok := core.Ref(part).Name()
		return !ok || l.root.get("people").get(name) != nil || slices.Contains(flow.Keywords(), name)
	}
	if parts == nil || !strings.ContainsAny(m.text, ",;，；、\n") && !slices.ContainsFunc(parts[1:], known) {
		return
	}
	l.warning(l.spotOf(m), "people", "%q is one group with a name like a list", short(m.text)).hint("%s", flow.AsList(parts))
}

// knownWorkspace reports an unknown workspace. The workspace's own settings may be
// invalid.
func (l *loader) knownWorkspace(m mention, name string) bool {
	workspaces := l.root.get("workspaces")
	if workspaces.get(name) != nil {
		return true
	}
	if !l.sound(workspaces) {
		return false // the workspaces themselves have a problem
	}
	l.problem(l.spotOf(m), "workspace", "unknown workspace %q: %s", short(name), suggest(name, keys(workspaces)))
	return false
}

// platformOf returns the platform of a workspace, if it is known.
func (l *loader) platformOf(workspace string) (core.PlatformSettings, bool) {
	p, ok := l.platforms[l.root.get("workspaces").get(workspace).get("platform").str()]
	return p, ok
}

// settings returns the settings of a workspace, by key. Of a secret it says only that
// there is one.
func (l *loader) settings(workspace string) map[string]string {
	out := map[string]string{}
	p, _ := l.platformOf(workspace)
	for _, s := range p.Settings {
		n := l.root.get("workspaces").get(workspace)
		v := n.get(s.Key)
		switch {
		case s.Secret && (v != nil || n.get(s.Key+fileSuffix) != nil):
			out[s.Key] = s.Key
		case !s.Secret && v != nil:
			out[s.Key] = v.text
		}
	}
	return out
}

// channelFits checks the form of a channel's ID.
func (l *loader) channelFits(m mention, workspace, id string) bool {
	p, ok := l.platformOf(workspace)
	if !ok || fits(p.Channel, id) {
		return ok
	}
	pr := l.problem(l.spotOf(m), "channel", "%q is not the ID of a channel on %s", short(id), p.Platform)
	pr.hint("write an ID such as %s, and not the channel's name; to copy it: %s", p.ChannelForm, coretext.Plain(p.CopyChannel))
	return false
}

// userFits checks the form of a person's ID.
func (l *loader) userFits(m mention, workspace, id string) bool {
	p, ok := l.platformOf(workspace)
	if !ok || fits(p.User, id) {
		return ok
	}
	pr := l.problem(l.spotOf(m), "account", "%q is not the ID of a person on %s", short(id), p.Platform)
	pr.hint("write an ID such as %s; to copy it: %s", p.UserForm, coretext.Plain(p.CopyUser))
	return false
}

// keys lists the keys of a mapping in the file's order.
func keys(n *node) []string {
	var out []string
	for _, e := range n.list() {
		out = append(out, e.name)
	}
	return out
}
