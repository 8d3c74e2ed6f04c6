package config

import (
	"slices"

	"riskroom/core"
	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// step is a step of a flow while it is checked.
type step struct {
	*loader
	flow flow.Def
	def  flow.StepDef
	i    int
	node *node
}

func (s step) check() {
	if s.def.Action == nil {
		return
	}
	at, form := s.node.get(s.def.Action.Kind()), s.def.Action.Form()
	places := s.places(s.def.Workspace)
	for _, k := range form.Keys {
		if k.Kind == flow.GroupKey {
			places = s.groupPlaces(at.get(k.Name))
		}
	}
	s.able(at, places, form.Need)
	for _, k := range form.Keys {
		if n := at.get(k.Name); s.sound(n) {
			s.able(n, places, k.Need)
			s.fits(n, places, k)
		}
	}
}

// places returns where the step may act: the platform of the workspace, or those of
// every workspace where a risk can be filed. A platform whose capabilities depend on
// settings counts once for each workspace.
func (s step) places(workspace string) []core.PlatformSettings {
	names := []string{workspace}
	if workspace == "" {
		names = keys(s.root.get("workspaces"))
	}
	var out []core.PlatformSettings
	for _, name := range names {
		p, ok := s.platformOf(name)
		if ok && p.With != nil {
			p.Capabilities = p.With(s.settings(name))
			p.Platform = name + " (" + p.Platform + ")" // whose settings matter
		}
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
		if earlier.ID() == n.text {
			return s.places(earlier.Workspace)
		}
	}
	return s.places(s.def.Workspace)
}

// able reports what one of the platforms can't do, with the platform's reason. If the step
// is only skipped in part there and others can do it, that is a warning.
func (s step) able(n *node, places []core.PlatformSettings, need *flow.Need) {
	if need == nil {
		return
	}
	var lack []core.PlatformSettings
	for _, p := range places {
		if a := need.Ability(p.Capabilities); a.Support != core.Native && a.Support != core.Emulated {
			lack = append(lack, p)
		}
	}
	for _, p := range lack {
		lacking := coretext.Phrasef("%s cannot %s", p.Platform, need.What)
		if a := need.Ability(p.Capabilities); a.Why != "" {
			lacking = coretext.Phrasef("%s: %s", lacking, coretext.Plain(a.Why))
		}
		pr := s.problem(cmpKey(n), "capability", "%s", lacking)
		if need.Skips && len(lack) < len(places) {
			pr.Warning = true
			pr.hint("there, the step leaves this out and does the rest")
		}
	}
}

// fits refuses a text of the file that is longer than a platform accepts, and warns of
// one that can be cut, given how long values can be.
func (s step) fits(n *node, places []core.PlatformSettings, k flow.Key) {
	if k.Limit == nil {
		return
	}
	length, most := 0, 0
	if k.Kind == flow.TemplateKey {
		if length, most = s.flow.TemplateLength(n.text); most > k.Max && length <= k.Max {
			s.warning(n.at, "limit", "the %s can have %d characters; after %d it is cut off", n.name(), most, k.Max).hint("shorten long values, as in {{ .description | truncate 100 }}")
			most = k.Max
		}
	}
	for _, p := range places {
		limit := k.Limit(p.Capabilities.Limits)
		switch {
		case limit <= 0:
		case k.List != nil:
			if len(n.items) > limit {
				s.problem(n.head(), "limit", "%s has %d entries, but a group on %s can have %d members", n.name(), len(n.items), p.Platform, limit)
			}
		case length <= limit && (most <= limit || k.Cut): // a name is made to fit
		case length <= limit:
			s.warning(n.at, "limit", "the %s can have %d characters, but %s allows %d: the end will be cut off", n.name(), most, p.Platform, limit).hint("shorten long values, as in {{ .description | truncate 100 }}")
		case k.Cut:
			s.warning(n.at, "limit", "the %s has %d characters, but %s allows %d: the end will be cut off", n.name(), length, p.Platform, limit)
		default:
			s.problem(n.at, "limit", "%s has %d characters, but %s allows %d", n.name(), length, p.Platform, limit)
		}
	}
}
