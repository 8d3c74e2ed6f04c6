package engine

import (
	"context"

	"riskroom/core"
)

// PassOn moves a risk to the next node of the process, where it is pending. The operators
// of its node, the module lead and administrators may do so.
type PassOn struct {
	Risk core.RiskKey
	// Seen is the version of the card whose button was pressed, 0 if there was no card.
	// If the risk has moved since, the refusal is a Conflict that says where it is.
	Seen int64
	Note string
}

func (p PassOn) subject() (core.RiskKey, int64) { return p.Risk, p.Seen }

func (PassOn) attempt() string { return "pass" }

func (p PassOn) decide(ctx context.Context, d deed) (effect, error) {
	d.e.enterFirst(&d.rec.Risk, d.e.now())
	m := move{how: "pass", note: p.Note}
	if err := d.mayMove(ctx); err != nil {
		return effect{}, err
	}
	nodes := d.e.org.NodeKeys()
	_, i := d.e.org.Node(d.rec.Risk.Node)
	switch {
	case i < 0:
		return effect{}, d.nodeRefusal("node_gone")
	case i == len(nodes)-1:
		return effect{}, d.nodeRefusal("node_last")
	}
	m.to = nodes[i+1]
	return m.effect(ctx, d)
}
