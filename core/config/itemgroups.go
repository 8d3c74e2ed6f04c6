package config

import (
	"regexp"

	"riskroom/core"
	"riskroom/core/flow"
)

// itemCreator is a step that creates an item group.
type itemCreator struct {
	flow  string
	at    place
	wants []map[string]string // the words that its flow's condition and its own require
}

// itemCreator returns s as one, if it opens an item group.
func (s step) itemCreator() (itemCreator, bool) {
	c, creates := s.def.Action.(*flow.CreateGroupDef)
	if !creates || c.Type != core.Item {
		return itemCreator{}, false
	}
	return itemCreator{
		flow: s.flow.Name, at: cmpKey(s.node.get(c.Kind())),
		wants: []map[string]string{wants(s.flow.If), wants(s.def.If)},
	}, true
}

// checkItemGroups warns of two flows that may both create an item group for one risk: the
// second fails while the first group exists. Compiling a flow warns of two steps of it.
func (l *loader) checkItemGroups(creators []itemCreator) {
	for j, b := range creators {
		for _, a := range creators[:j] {
			if a.flow == b.flow || exclusive(a, b) {
				continue
			}
			l.warning(b.at, "item-group", "flow %q (line %d) may create an item group for the same risk, but a risk can have only one", short(a.flow), a.at.line)
			break
		}
	}
}

// comparison matches a condition that requires one word.
var comparison = regexp.MustCompile(`^\s*([a-z_.0-9]+)\s*==\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*$`)

var conjunction = regexp.MustCompile(`\s+and\s+|&&`)

// exclusive reports whether two steps certainly never both run for one risk: their
// conditions are comparisons joined by and, and require different words of the same name.
// Status and node don't count, because they change.
func exclusive(a, b itemCreator) bool {
	for _, x := range a.wants {
		for _, y := range b.wants {
			for name, word := range x {
				if other, ok := y[name]; ok && other != word && name != "status" && name != "node" {
					return true
				}
			}
		}
	}
	return false
}

// loose matches what may make a condition true without one of its comparisons.
var loose = regexp.MustCompile(`\bor\b|\bnot\b|[(|?!]`)

// wants returns the words that a condition of joined comparisons requires, by name.
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
