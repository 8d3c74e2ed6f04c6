package config

import (
	"slices"
	"strings"

	"riskroom/core"
)

// mention is a name, an ID or the like that stands in a text of the file, at an
// offset in bytes.
type mention struct {
	node   *node
	text   string
	offset int
	also   []string // words that could stand here too
}

// whole is the whole text of n as a mention.
func whole(n *node) mention { return mention{node: n, text: n.text} }

// from is the part of m that begins at offset in it.
func (m mention) from(offset int) mention {
	return mention{node: m.node, text: m.text[offset:], offset: m.offset + offset}
}

// spotOf returns where m stands.
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
		if !l.sound(it) || !l.ref(whole(it)) {
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

// ref checks that a text names somebody who may stand in a list: a person of
// the file, "@group", "workspace:@group" or workspace/ID.
func (l *loader) ref(m mention) bool {
	r := core.Ref(m.text)
	if w, group, ok := r.Group(); ok {
		if w != "" && !l.knownWorkspace(m, w) {
			return false
		}
		l.outside(Outside{Kind: OutsideGroup, Workspace: w, Name: group}, l.spotOf(m))
		return true
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
		p.Hint = "give the person a name under people, with the e-mail address there"
		return false
	case !ok:
		l.problem(l.spotOf(m), "people", "%q is neither a name, nor @group, nor workspace:@group, nor workspace/ID", short(m.text))
		return false
	case l.root.get("people").get(name) != nil, l.bad[l.root.get("people")]:
		return true
	case slices.Contains(keywords(), name):
		l.problem(l.spotOf(m), "people", "the keyword %s can't be used here", name)
		return false
	}
	l.problem(l.spotOf(m), "people", "no person named %q: %s", short(name), suggest(name, append(keys(l.root.get("people")), m.also...)))
	return false
}

// knownWorkspace reports a name that is not a workspace's. Whether that
// workspace's own settings are right does not matter here.
func (l *loader) knownWorkspace(m mention, name string) bool {
	workspaces := l.root.get("workspaces")
	if workspaces.get(name) != nil {
		return true
	}
	if !l.sound(workspaces) {
		return false // what is wrong is told where they should stand
	}
	l.problem(l.spotOf(m), "workspace", "unknown workspace %q: %s", short(name), suggest(name, keys(workspaces)))
	return false
}

// platformOf returns the platform of a workspace, if it is known.
func (l *loader) platformOf(workspace string) (core.PlatformSettings, bool) {
	p, ok := l.platforms[l.root.get("workspaces").get(workspace).get("platform").str()]
	return p, ok
}

// channelFits compares an ID with what channels of the workspace look like.
func (l *loader) channelFits(m mention, workspace, id string) bool {
	p, ok := l.platformOf(workspace)
	if !ok || fits(p.Channel, id) {
		return ok
	}
	pr := l.problem(l.spotOf(m), "channel", "%q is not the ID of a channel on %s", short(id), p.Platform)
	pr.Hint = "IDs there match " + p.Channel + "; a channel's name does not work"
	return false
}

// userFits compares an ID with what people's IDs in the workspace look like.
func (l *loader) userFits(m mention, workspace, id string) bool {
	p, ok := l.platformOf(workspace)
	if !ok || fits(p.User, id) {
		return ok
	}
	pr := l.problem(l.spotOf(m), "account", "%q is not the ID of a person on %s", short(id), p.Platform)
	pr.Hint = "IDs there match " + p.User
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
