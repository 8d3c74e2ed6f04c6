package config

import (
	"slices"
	"strings"

	"riskroom/core/flow"
)

// maxTwins is how many steps with one message are compared with each other.
const maxTwins = 50

// message is a step that tells people something.
type message struct {
	flow *flow.Flow
	i    int // of the step
	to   []string
	at   place
}

// checkTwins warns of steps that would tell somebody the same at the same moment.
func (l *loader) checkTwins() {
	same := map[string][]message{} // by what they say
	for _, f := range l.cfg.Flows {
		for i := range f.Steps {
			what, to := f.Message(i)
			if len(to) == 0 || len(same[what]) == maxTwins {
				continue
			}
			step := l.root.get("flows").get(f.Name).get("steps").item(i)
			m := message{f, i, to, cmpKey(step.get(f.Steps[i].Action.Kind()))}
			l.twin(m, same[what])
			same[what] = append(same[what], m)
		}
	}
}

// twin warns if one of the messages before m tells somebody the same at the same moment.
func (l *loader) twin(m message, before []message) {
	for _, other := range before {
		var shared []string
		for _, to := range m.to {
			if slices.Contains(other.to, to) {
				shared = append(shared, to)
			}
		}
		if len(shared) == 0 || !flow.Together(other.flow, other.i, m.flow, m.i) {
			continue
		}
		l.warning(m.at, "twice", "%s would get this message twice at the same moment: flow %q sends it in line %d too",
			short(strings.Join(shared, ", ")), short(other.flow.Name), other.at.line).
			hint("remove one of the two, or let their conditions exclude each other")
		return
	}
}
