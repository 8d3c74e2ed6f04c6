package engine

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
)

// SendBack moves a risk to an earlier node of the process, where it is pending. The
// operators of its node, the module lead and administrators may do so. If the process no
// longer has the risk's node, administrators may move it to any.
type SendBack struct {
	Risk   core.RiskKey
	Seen   int64  // as in PassOn
	To     string // the node's key; "" is the nearest one to which the risk may be sent back
	Reason string // required
}

func (s SendBack) subject() (core.RiskKey, int64) { return s.Risk, s.Seen }

func (SendBack) attempt() string { return "back" }

func (s SendBack) decide(ctx context.Context, d deed) (effect, error) {
	d.e.enterFirst(&d.rec.Risk, d.e.now())
	m := move{how: "back", note: s.Reason, to: s.To}
	if err := d.mayMove(ctx); err != nil {
		return effect{}, err
	}
	allowed := d.e.org.BackFrom(d.rec.Risk)
	if _, i := d.e.org.Node(d.rec.Risk.Node); m.to == "" && i >= 0 && len(allowed) > 0 {
		m.to = allowed[len(allowed)-1]
	}
	_, known := d.e.org.Node(m.to)
	switch {
	case len(allowed) == 0:
		return effect{}, d.nodeRefusal("back_none")
	case known < 0:
		r := d.nodeDenied("node_unknown")
		r.Kind, r.Field, r.Args["Value"] = core.Invalid, "node", m.to
		return effect{}, r
	case !slices.Contains(allowed, m.to):
		r := d.nodeDenied("back_not_there")
		r.Kind, r.Field = core.Invalid, "node"
		return effect{}, r
	case strings.TrimSpace(s.Reason) == "":
		return effect{}, core.Refuse(core.Invalid, "back_reason", "note", "Key", string(s.Risk))
	}
	return m.effect(ctx, d)
}
