package text

import "riskroom/core"

// Node returns the label of a node of the organisation's process, or its key if the process
// no longer has it.
func (p Printer) Node(o *core.Organisation, key string) string {
	n, _ := o.Node(key)
	return core.LabelIn(n.Label, p.lang, key)
}

// Position returns where a risk is in the organisation's process: "2 of 3: Review".
func (p Printer) Position(o *core.Organisation, r core.Risk) string {
	_, i := o.Node(r.Node)
	if i < 0 {
		return p.S("common.position.gone", Args{"Node": r.Node})
	}
	return p.S("common.position", Args{"At": i + 1, "Of": len(o.Process), "Node": p.Node(o, r.Node)})
}
