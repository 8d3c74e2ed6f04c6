package config

import (
	"slices"

	"riskroom/core"
	"riskroom/core/flow"
)

// term checks a term of a flow: whether the person, workspace, channel or module exists,
// and whether an operator has the permission.
func (l *loader) term(at *node, t flow.Term) {
	n, _ := at.nearest(pointer(t.Path))
	if !l.sound(n) || n.kind != scalarNode {
		return
	}
	m := mention{n, t.Text, runeOffset(n.text, max(0, t.Offset)), flow.Keywords()}
	switch t.Kind {
	case flow.KeywordTerm:
		l.keyword(m)
	case flow.PersonTerm, flow.GroupTerm, flow.AccountTerm:
		if l.ref(m) && t.Operator {
			l.operator(m)
		}
	case flow.WorkspaceTerm:
		l.knownWorkspace(m, t.Text)
	case flow.ChannelTerm:
		if g, err := core.ParseGroupRef(t.Text); err == nil && l.knownWorkspace(m, g.Workspace) {
			id := m.from(len(g.Workspace) + 1)
			if l.channelFits(id, g.Workspace, g.ID) {
				l.outside(Outside{Kind: OutsideChannel, Workspace: g.Workspace, Name: g.ID}, l.spotOf(id))
			}
		}
	case flow.ModuleTerm:
		if modules := l.root.get("modules"); l.sound(modules) && modules.get(t.Text) == nil {
			l.problem(l.spotOf(m), "module", "unknown module %q: %s", short(t.Text), suggest(t.Text, keys(modules)))
		}
	case flow.ExpressionTerm: // checked when it is compiled
	}
}

// keyword warns of a keyword that never means anybody.
func (l *loader) keyword(m mention) {
	org := l.cfg.Organisation
	switch {
	case m.text == "administrators" && l.root.get("permissions").get("administrators") == nil:
		l.warning(l.spotOf(m), "nobody", "nobody is an administrator: permissions.administrators is missing")
	case m.text == "lead" && !slices.ContainsFunc(keys(l.root.get("modules")), func(name string) bool {
		return l.root.get("modules").get(name).get("lead") != nil
	}) && len(org.Modules) > 0:
		l.warning(l.spotOf(m), "nobody", "no module has a lead")
	}
}

// operator checks that the person for whom a group is changed has group_settings. The
// members of a user group are unknown here, so an operator must be named.
func (l *loader) operator(m mention) {
	r := core.Ref(m.text)
	if _, _, group := r.Group(); group {
		l.problem(l.spotOf(m), "operator", "the operator must be one person, not a group")
		return
	}
	permissions := l.root.get("permissions")
	if l.broken(permissions.get("group_settings")) || l.broken(permissions.get("administrators")) {
		return
	}
	p := l.cfg.Organisation.Permissions
	for _, holder := range slices.Concat(p.GroupSettings, p.Administrators) {
		if l.samePerson(r, holder) {
			return
		}
	}
	pr := l.problem(l.spotOf(m), "operator", "%q does not have the permission group_settings", short(m.text))
	pr.hint("name the person in permissions.group_settings; a user group there is not enough")
}

// samePerson reports whether two refs mean one person, by name or account.
func (l *loader) samePerson(a, b core.Ref) bool {
	if a == b {
		return true
	}
	owns := func(name, account core.Ref) bool {
		acc, ok := account.Account()
		p, known := l.cfg.Organisation.People[string(name)]
		return ok && known && p.Accounts[acc.Workspace] == acc.ID
	}
	return owns(a, b) || owns(b, a)
}
