package flow

import (
	"slices"
	"strings"

	"riskroom/core"
)

// Fallback is where a direct message goes that can't be delivered: one of the two.
type Fallback struct {
	Group  Target  // the item group or a channel
	People *People // direct messages to others
}

// needsItem reports whether a direct message may go to the item group instead.
func (a *SendMessage) needsItem() bool {
	return slices.ContainsFunc(a.Fallback, func(f Fallback) bool { return f.Group.Item })
}

// fallback compiles the list at path.
func (c *stepCompiler) fallback(path string, list []string) []Fallback {
	var out []Fallback
	for i, s := range list {
		spot := at(path, i)
		ref, err := core.ParseGroupRef(s)
		switch {
		case s == itemTarget:
			out = append(out, Fallback{Group: Target{Item: true}})
		case err == nil && strings.TrimSpace(s) == s && !strings.HasPrefix(s, "="):
			c.terms = append(c.terms, Term{Path: spot, Kind: ChannelTerm, Text: s, Workspace: ref.Workspace})
			out = append(out, Fallback{Group: Target{Ref: ref}})
		default:
			p := c.nobody()
			c.add(p, spot, s)
			out = append(out, Fallback{People: p})
		}
	}
	return out
}
