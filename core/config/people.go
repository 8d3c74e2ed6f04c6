package config

import (
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// keywords returns the words that mean people or groups. A person can't have one as a
// name.
func (l *loader) keywords() []string {
	words := append(flow.Keywords(), "everyone", "involved", "item")
	if l.root.get("process") != nil {
		words = append(words, flow.OperatorsKeyword)
	}
	return words
}

func (l *loader) readPeople() {
	org := &l.cfg.Organisation
	org.People = map[string]core.Person{}
	l.namesAlike(coretext.Plain("person"), l.root.get("people"))
	taken := map[string]*node{} // by address or account
	for _, e := range l.root.get("people").list() {
		if e.value.kind != mapNode {
			continue
		}
		if slices.ContainsFunc(l.keywords(), func(k string) bool { return strings.EqualFold(k, e.name) }) {
			l.problem(e.value.key, "name", "a person can't be named %q: it is a keyword", e.name)
		}
		org.People[e.name] = l.readPerson(e.name, e.value, taken)
	}
}

func (l *loader) readPerson(name string, n *node, taken map[string]*node) core.Person {
	p := core.Person{Name: name, Accounts: map[string]string{}}
	for _, a := range n.entries {
		if !l.sound(a.value) {
			continue
		}
		if a.name == "email" {
			p.Email = a.value.text
			l.takeOnce(taken, strings.ToLower(p.Email), a.value)
			l.outside(Outside{Kind: OutsideEmail, Name: p.Email, Person: name}, a.value.at)
			continue
		}
		workspace := l.root.get("workspaces").get(a.name)
		if a.name == "timezone" && workspace == nil {
			p.Zone = l.zone(a.value).String()
			continue
		}
		if workspace == nil {
			l.bad[a.value] = true
			l.problem(a.value.key, "unknown-key", "unknown key %q in person %q: %s", short(a.name), name,
				suggest(a.name, append([]string{"email", "timezone"}, keys(l.root.get("workspaces"))...)))
			continue
		}
		if l.userFits(whole(a.value), a.name, a.value.text) {
			p.Accounts[a.name] = a.value.text
			l.outside(Outside{Kind: OutsideUser, Workspace: a.name, Name: a.value.text, Person: name}, a.value.at)
			l.takeOnce(taken, a.name+"/"+a.value.text, a.value)
		}
	}
	if !l.broken(n) {
		l.reachable(name, n, p)
	}
	return p
}

// reachable warns if a person can't be found in a workspace. An address that works in one
// workspace is enough, because people can link their other accounts.
func (l *loader) reachable(name string, n *node, p core.Person) {
	workspaces := keys(l.root.get("workspaces"))
	if n.get("email") == nil {
		remedy := coretext.Plain("give one of the two")
		if len(p.Accounts) > 0 {
			remedy = coretext.Phrasef("give one of the two, or let them link their accounts with %s link", l.cfg.Organisation.Command)
		}
		if absent := slices.DeleteFunc(workspaces, func(w string) bool { return n.get(w) != nil }); len(absent) > 0 {
			l.warning(n.key, "account", "%s has no account in %s: neither an e-mail address nor a user ID", name, strings.Join(absent, ", ")).hint("%s", remedy)
		}
		return
	}
	var remedy coretext.Phrase
	for _, w := range workspaces {
		platform, known := l.platformOf(w)
		if !known || platform.ByEmail || n.get(w) != nil {
			return
		}
		if remedy.IsZero() {
			remedy = coretext.Phrasef("add the user ID, as %s: ID; it is under %s", w, coretext.Plain(platform.CopyUser))
		}
	}
	if !remedy.IsZero() {
		l.warning(n.get("email").at, "account", "%s can't be reached: riskroom can't look up e-mail addresses in %s", name, strings.Join(workspaces, ", ")).hint("%s", remedy)
	}
}

// takeOnce reports an address or account that two people have.
func (l *loader) takeOnce(taken map[string]*node, what string, n *node) {
	if first := taken[what]; first != nil {
		l.problem(n.at, "account", "%s and %s have the same %s, first on line %d", first.path[1], n.path[1], n.path[2], first.at.line)
		return
	}
	taken[what] = n
}

func (l *loader) readModules() {
	org := &l.cfg.Organisation
	l.namesAlike(coretext.Plain("module"), l.root.get("modules"))
	for _, e := range l.root.get("modules").list() {
		m := core.Module{Name: e.name, Handlers: l.refs(e.value.get("handlers"))}
		if n := e.value.get("lead"); l.sound(n) && l.ref(whole(n)) {
			m.Lead = core.Ref(n.text)
			if _, _, group := m.Lead.Group(); group {
				l.problem(n.at, "people", "the lead must be one person, not a group")
			}
		}
		h := e.value.get("handlers")
		if l.sound(e.value) && (h == nil || l.sound(h) && len(h.strings()) == 0) {
			l.warning(e.value.key, "no-handlers", "module %q has no handlers", e.name)
		}
		org.Modules = append(org.Modules, m)
	}
}

func (l *loader) readPermissions() {
	n := l.root.get("permissions")
	p := &l.cfg.Organisation.Permissions
	for _, e := range n.list() {
		l.oneGroup(e.value)
	}
	p.Administrators = l.refs(n.get("administrators"))
	p.GroupSettings = l.refs(n.get("group_settings"))
	p.File = l.audience(n.get("file"))
	p.Read = l.audience(n.get("read"))
	if p.File.Involved {
		l.problem(n.get("file").at, "permission", "involved can't be used for file: before a risk is filed, nobody is involved in it")
	}
	if n.get("administrators") == nil && l.root.get("admin_channel") == nil {
		w := l.warning(place{1, 1, 1}, "no-administrators", "no admin_channel and no administrators: nobody is notified of failures")
		w.hint("set admin_channel or permissions.administrators")
	}
}

// oneGroup reports a user group without a workspace: permissions must not depend on where
// somebody asks.
func (l *loader) oneGroup(n *node) {
	names := keys(l.root.get("workspaces"))
	if len(names) < 2 {
		return
	}
	for _, it := range n.strings() {
		if ws, group, ok := core.Ref(it.text).Group(); ok && ws == "" && l.sound(it) {
			pr := l.problem(it.at, "permission", "@%s needs a workspace: every workspace may have a group with that name", short(group))
			pr.hint("write %s:@%s", names[0], short(group))
		}
	}
}

// audience reads who may do something, everyone if it is left out.
func (l *loader) audience(n *node) core.Audience {
	if n == nil {
		return core.Audience{Everyone: true}
	}
	var a core.Audience
	for _, it := range n.strings() {
		switch {
		case !l.sound(it):
		case it.text == "everyone":
			a.Everyone = true
		case it.text == "involved":
			a.Involved = true
		case l.ref(whole(it)):
			a.Refs = append(a.Refs, core.Ref(it.text))
		}
	}
	return a
}
