package config

import (
	"regexp"

	"riskroom/core"
	"riskroom/core/flow"
)

// opener is a step that opens an item group.
type opener struct {
	flow  string
	at    place
	wants []map[string]string // what its flow's condition and its own ask for
}

// opener returns s as one, if it opens an item group.
func (s step) opener() (opener, bool) {
	c, creates := s.def.Action.(*flow.CreateGroupDef)
	if !creates || c.Type != core.Item {
		return opener{}, false
	}
	return opener{
		flow: s.flow.Name, at: cmpKey(s.node.get(c.Kind())),
		wants: []map[string]string{wants(s.flow.If), wants(s.def.If)},
	}, true
}

// checkItemGroups warns of two flows that could both open the item group of one
// risk: the second is then refused while the first group lives. Two steps of
// one flow are the flow's own to tell.
func (l *loader) checkItemGroups(openers []opener) {
	for j, b := range openers {
		for _, a := range openers[:j] {
			if a.flow == b.flow || exclusive(a, b) {
				continue
			}
			l.warning(b.at, "item-group", "flow %q (line %d) may create an item group for the same risk, but a risk can have only one", short(a.flow), a.at.line)
			break
		}
	}
}

// comparison is a condition that holds for one word only.
var comparison = regexp.MustCompile(`^\s*([a-z_.0-9]+)\s*==\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*$`)

var conjunction = regexp.MustCompile(`\s+and\s+|&&`)

// exclusive reports whether two steps surely never both act for one risk, as far
// as that can be seen: their conditions are comparisons joined by and, and want
// different words of the same name. What a risk goes through by itself, its
// status, does not count.
func exclusive(a, b opener) bool {
	for _, x := range a.wants {
		for _, y := range b.wants {
			for name, word := range x {
				if other, ok := y[name]; ok && other != word && name != "status" {
					return true
				}
			}
		}
	}
	return false
}

// loose finds what may make a condition hold without one of its comparisons.
var loose = regexp.MustCompile(`\bor\b|\bnot\b|[(|?!]`)

// wants returns the words that a condition of joined comparisons asks for.
func wants(condition string) map[string]string {
	out := map[string]string{}
	if loose.MatchString(condition) {
		return out
	}
	for _, part := range conjunction.Split(condition, -1) {
		if m := comparison.FindStringSubmatch(part); m != nil {
			out[m[1]] = m[2] + m[3]
		}
	}
	return out
}
