package config

import (
	"regexp"
	"slices"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/flow"
)

// step is one step of a flow while what it says of people, places and rights is
// checked.
type step struct {
	*loader
	flow flow.Def
	def  flow.StepDef
	i    int
	node *node
}

func (s step) check() {
	places := s.places(s.def.Workspace)
	if a := s.node.get("send_message"); s.def.SendMessage != nil {
		s.able(a, places, func(c core.Capabilities) core.Ability { return c.Direct }, "send direct messages")
		s.message(a, places)
	}
	if a := s.node.get("create_group"); s.def.CreateGroup != nil {
		s.createGroup(a, places)
	}
	if a := s.node.get("send_group_message"); s.def.SendGroupMessage != nil {
		places = s.groupPlaces(a.get("group"))
		s.message(a, places)
	}
	if a := s.node.get("set_group"); s.def.SetGroup != nil {
		s.setGroup(a, s.groupPlaces(a.get("group")))
	}
}

// places returns the platforms on which the step may act: the workspace's, or
// those of every workspace where a risk can be filed.
func (s step) places(workspace string) []core.PlatformSettings {
	names := []string{workspace}
	if workspace == "" {
		names = keys(s.root.get("workspaces"))
	}
	var out []core.PlatformSettings
	for _, name := range names {
		p, ok := s.platformOf(name)
		if ok && !slices.ContainsFunc(out, func(o core.PlatformSettings) bool { return o.Platform == p.Platform }) {
			out = append(out, p)
		}
	}
	return out
}

// groupPlaces returns where the group of a step is.
func (s step) groupPlaces(n *node) []core.PlatformSettings {
	if !s.sound(n) {
		return nil
	}
	if ref, err := core.ParseGroupRef(n.text); err == nil {
		return s.places(ref.Workspace)
	}
	for _, earlier := range s.flow.Steps[:s.i] {
		if c := earlier.CreateGroup; c != nil && c.ID == n.text {
			return s.places(earlier.Workspace)
		}
	}
	return s.places(s.def.Workspace)
}

// able refuses what one of the platforms cannot do, with the platform's reason.
func (s step) able(n *node, places []core.PlatformSettings, of func(core.Capabilities) core.Ability, what string) {
	for _, p := range places {
		a := of(p.Capabilities)
		if a.Support == core.Native || a.Support == core.Emulated {
			continue
		}
		why := ""
		if a.Why != "" {
			why = ": " + a.Why
		}
		s.problem(cmpKey(n), "capability", "%s cannot %s%s", p.Platform, what, why)
	}
}

func (s step) createGroup(a *node, places []core.PlatformSettings) {
	if t := a.get("type"); s.sound(t) {
		kind := core.GroupType(t.text)
		s.able(t, places, func(c core.Capabilities) core.Ability { return c.Groups[kind] }, "create "+t.text+" groups")
	}
	for _, p := range places {
		lim := p.Capabilities.Limits
		s.fitsName(a.get("name"), p.Platform, lim.GroupName)
		s.fitsText(a.get("topic"), p.Platform, lim.Topic)
		s.fitsText(a.get("purpose"), p.Platform, lim.Purpose)
		if m := a.get("members"); s.sound(m) && lim.GroupMembers > 0 && len(m.items) > lim.GroupMembers {
			s.problem(m.head(), "limit", "members has %d entries, and a group on %s holds %d", len(m.items), p.Platform, lim.GroupMembers)
		}
	}
}

func (s step) setGroup(a *node, places []core.PlatformSettings) {
	parts := []struct {
		key  string
		part core.Part
		what string
	}{
		{"name", core.PartName, "change a group's name"},
		{"topic", core.PartTopic, "change a group's topic"},
		{"add", core.PartMember, "add people to a group"},
		{"remove", core.PartRemoved, "remove people from a group"},
	}
	for _, p := range parts {
		if n := a.get(p.key); n != nil {
			s.able(n, places, func(c core.Capabilities) core.Ability { return c.Set[p.part] }, p.what)
		}
	}
	for _, p := range places {
		s.fitsName(a.get("name"), p.Platform, p.Capabilities.Limits.GroupName)
		s.fitsText(a.get("topic"), p.Platform, p.Capabilities.Limits.Topic)
	}
}

// message checks the lengths of a message's texts.
func (s step) message(a *node, places []core.PlatformSettings) {
	for _, p := range places {
		s.fitsText(a.get("title"), p.Platform, p.Capabilities.Limits.MessageText)
		s.fitsText(a.get("text"), p.Platform, p.Capabilities.Limits.MessageText)
	}
}

var placeholder = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// fixedLength counts the characters of a template that are always there.
func fixedLength(template string) int {
	return utf8.RuneCountInString(placeholder.ReplaceAllString(template, ""))
}

func (s step) fitsText(n *node, platform string, limit int) {
	if s.sound(n) && limit > 0 && fixedLength(n.text) > limit {
		s.problem(n.at, "limit", "%s has %d characters, and %s takes %d", n.name(), fixedLength(n.text), platform, limit)
	}
}

func (s step) fitsName(n *node, platform string, limit int) {
	if s.sound(n) && limit > 0 && fixedLength(n.text) > limit {
		s.warning(n.at, "limit", "the name has %d characters, and %s takes %d: its end will be cut", fixedLength(n.text), platform, limit)
	}
}
