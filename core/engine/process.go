package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// operators are the operators of every node.
type operators struct {
	of     map[string]*flow.People // by node
	named  []core.Ref              // people and groups that are operators of some node
	fields bool                    // some are named in own fields, which differ from risk to risk
}

// compileOperators compiles the operators of every node.
func compileOperators(org *core.Organisation) (operators, error) {
	all := operators{of: map[string]*flow.People{}}
	for _, n := range org.Process {
		list, terms, problems := flow.CompileOperators(org, n)
		if list == nil && len(problems) > 0 {
			return all, fmt.Errorf("operators of node %q: %s", n.Key, problems[0].Message)
		}
		all.of[n.Key] = list
		for _, t := range terms {
			if t.Ref != "" {
				all.named = append(all.named, t.Ref)
			}
		}
		all.fields = all.fields || slices.ContainsFunc(n.Operators, func(s string) bool { return strings.Contains(s, core.OwnName("")) })
	}
	return all, nil
}

// operatorsOf returns the operators of a risk's node.
func (e *Engine) operatorsOf(r core.Risk) ([]core.Ref, error) {
	return e.operators.of[r.Node].Refs(flow.Env{
		Risk: r, Now: e.clock.Now(), Lead: e.lead(r), Administrators: e.org.Permissions.Administrators,
	})
}

// enterFirst moves a risk that is at no node to the first one, and leaves its status as it
// is.
func (e *Engine) enterFirst(r *core.Risk, now time.Time) {
	if e.atNoNode(*r) {
		r.Node, r.NodeSince = e.org.Process[0].Key, now
	}
}

// reenter restarts the time of a reopened risk at its node.
func (e *Engine) reenter(r *core.Risk, now time.Time) {
	if r.Node != "" && len(e.org.Process) > 0 {
		r.NodeSince = now
	}
	e.enterFirst(r, now)
}

// move is a person's wish to move a risk from its node to another one.
type move struct {
	how  string // of EventNode
	note string
	to   string
}

// mayMove returns a Refusal if the person can't move the risk from its node. Whoever pressed
// an old button gets to know where the risk is now, even if it is beyond their reach.
func (d deed) mayMove(ctx context.Context) error {
	risk := d.rec.Risk
	_, i := d.e.org.Node(risk.Node)
	switch {
	case len(d.e.org.Process) == 0:
		return core.Refuse(core.Invalid, "no_process", "")
	case d.changed("node"):
		return d.nodeRefusal("node_moved")
	case !risk.Status.Open():
		return d.nodeRefusal("node_closed")
	}
	may, err := d.e.mayMove(ctx, d.by.Account, risk)
	switch {
	case err != nil:
		return core.Unanswered("rights to move", err)
	case !may && i < 0:
		return d.nodeRefusal("node_gone")
	case !may:
		return d.nodeDenied("may_not_move")
	}
	return nil
}

// effect returns the effect of moving the risk. Entering a node makes it pending.
func (m move) effect(ctx context.Context, d deed) (effect, error) {
	note := strings.TrimSpace(m.note)
	c := d.e.newChecker(ctx, d.by)
	c.text("note", note, core.MaxNote)
	if err := c.refusal(); err != nil {
		return effect{}, err
	}
	now := d.e.now()
	risk := d.rec.Risk
	risk.Node, risk.NodeSince = m.to, now
	if risk.Status != core.Pending {
		risk.Status, risk.StatusSince = core.Pending, now
	}
	eff := effect{risk: &risk, kind: EventNode, data: map[string]string{
		"from": d.rec.Risk.Node, "to": m.to, "note": note, "how": m.how,
	}}
	if note != "" {
		eff.note = d.note(note, nil)
	}
	return eff, nil
}

// refuseResolving returns a Refusal if the process doesn't let the person resolve the risk
// at its node. Administrators may resolve it at any.
func (e *Engine) refuseResolving(ctx context.Context, d deed) error {
	if len(e.org.Process) == 0 {
		return nil
	}
	if d.rec.Risk.Node == "" {
		d.rec.Risk.Node = e.org.Process[0].Key // it was closed before there was a process
	}
	risk := d.rec.Risk
	may, err := e.mayResolve(ctx, d.by.Account, risk)
	switch _, i := e.org.Node(risk.Node); {
	case err != nil:
		return core.Unanswered("rights to resolve", err)
	case may:
		return nil
	case i == len(e.org.Process)-1:
		return d.nodeDenied("may_not_resolve")
	}
	return d.nodeRefusal("resolve_early")
}

// mayResolve reports whether a may resolve a risk at its node.
func (e *Engine) mayResolve(ctx context.Context, a core.Account, r core.Risk) (bool, error) {
	if _, i := e.org.Node(r.Node); i == len(e.org.Process)-1 {
		return e.rights.MayMove(ctx, a, r)
	}
	return e.rights.Administrator(ctx, a)
}

// mayMove reports whether a may move a risk from its node: from one that the process no
// longer has, only administrators may.
func (e *Engine) mayMove(ctx context.Context, a core.Account, r core.Risk) (bool, error) {
	if _, i := e.org.Node(r.Node); i < 0 {
		return e.rights.Administrator(ctx, a)
	}
	return e.rights.MayMove(ctx, a, r)
}

// refusals sets why the person of d can't move the risk and can't resolve it. If that isn't
// known now they are offered both, and checked when they do it.
func (v *View) refusals(ctx context.Context, d deed) {
	if len(d.e.org.Process) == 0 {
		return
	}
	v.CantMove, _ = errors.AsType[*core.Refusal](d.mayMove(ctx))
	v.CantResolve, _ = errors.AsType[*core.Refusal](d.e.refuseResolving(ctx, d))
}

// nodeRefusal returns a Conflict that carries the risk.
func (d deed) nodeRefusal(code string) *core.Refusal {
	r := d.nodeDenied(code)
	r.Kind, r.Field, r.Risk = core.Conflict, "node", &d.rec.Risk
	return r
}

// nodeDenied returns a refusal of a person who lacks a right at the risk's node.
func (d deed) nodeDenied(code string) *core.Refusal {
	org, risk := d.e.org, d.rec.Risk
	p := d.e.text.In(org.Language)
	var known []string
	for _, key := range org.BackFrom(risk) {
		known = append(known, p.Node(org, key))
	}
	return core.Refuse(core.Denied, code, "", "Key", string(risk.Key), "Node", p.Node(org, risk.Node), "Position", p.Position(org, risk),
		"Last", p.Node(org, org.Process[len(org.Process)-1].Key), "Known", p.List(known), "Status", p.Status(risk.Status), "Command", org.Command)
}

// atNoNode reports whether an open risk has not entered the process: it was filed, or
// reopened, while there was none.
func (e *Engine) atNoNode(r core.Risk) bool {
	return r.Node == "" && r.Status.Open() && len(e.org.Process) > 0
}

// entering returns the change that moves a risk that is at no node to the first one.
func (e *Engine) entering(ctx context.Context, rec Record) Change {
	old, now := rec.Risk, e.now()
	risk := old
	risk.Version++
	e.enterFirst(&risk, now)
	risk = recordChanges(old, risk, e.changes(old, risk), core.Actor{})
	p := plan(e.flows, flow.Change{Before: &old, After: risk, Now: now, Env: e.envs(ctx)}, rec.Runs)
	op := core.MakeOp("enter", string(risk.Key), strconv.FormatInt(risk.Version, 10))
	entered := Event{At: now, V: risk.Version, Kind: EventNode, Op: op, Data: map[string]string{
		"from": "", "to": risk.Node, "note": "", "how": "enter",
	}}
	return Change{
		Op: op, Expect: old.Version, Old: &old, New: risk, File: e.file,
		Timers: append(p.timers, e.syncAt(risk.Key, now)), Events: append([]Event{entered}, p.events...),
	}
}

// maxGone is how many risks a notice about a removed node names.
const maxGone = 20

// notifyGone notifies administrators of open risks whose nodes the process no longer has,
// once for the same risks.
func (e *Engine) notifyGone(ctx context.Context, gone map[string][]core.RiskKey) error {
	var timers []TimerChange
	for _, node := range slices.Sorted(maps.Keys(gone)) {
		slices.SortFunc(gone[node], func(a, b core.RiskKey) int { return cmp.Compare(a.Number(), b.Number()) })
		risks := make([]string, len(gone[node]))
		for i, key := range gone[node] {
			risks[i] = string(key)
		}
		named := strings.Join(risks[:min(len(risks), maxGone)], ", ")
		if len(risks) > maxGone {
			named += ", …"
		}
		args := text.Args{"Node": node, "Risks": named, "Key": risks[0], "Command": e.org.Command}
		c, err := e.noticeNow(noticeData{Code: "node_gone", Args: args}, core.MakeOp(append([]string{"node_gone", node}, risks...)...))
		if err != nil {
			return err
		}
		timers = append(timers, c)
	}
	if len(timers) == 0 {
		return nil
	}
	return e.store.Arm(ctx, e.noticesRisk(), timers)
}

// nodePresses adapts the buttons for a risk's status to its node: a risk is resolved at the
// last one, and passed on from any other.
func (e *Engine) nodePresses(r core.Risk, presses []core.Press) []core.Press {
	if len(e.org.Process) == 0 || !r.Status.Open() {
		return presses
	}
	_, i := e.org.Node(r.Node)
	var out []core.Press
	for _, press := range presses {
		switch {
		case press != core.PressResolve || i == len(e.org.Process)-1:
			out = append(out, press)
		case i >= 0:
			out = append(out, core.PressPass)
		}
	}
	if len(e.org.BackFrom(r)) > 0 {
		out = append(out, core.PressBack)
	}
	return out
}

// buttonLabel returns the label of a button of a risk.
func (e *Engine) buttonLabel(p text.Printer, press core.Press, r core.Risk) string {
	if _, i := e.org.Node(r.Node); press == core.PressPass && i+1 < len(e.org.Process) {
		return p.S("card.button.pass", text.Args{"Node": p.Node(e.org, e.org.Process[i+1].Key)})
	}
	return p.S("card.button." + string(press))
}

// mayBeOperator reports whether an account may be an operator of some node by more than
// being the submitter, a handler or a lead, which the indexes hold.
func (e *Engine) mayBeOperator(ctx context.Context, a core.Account) (bool, error) {
	if e.operators.fields {
		return true, nil
	}
	return e.rights.Among(ctx, a, e.operators.named)
}

// keepsReadable returns a filter that keeps the risks that keep does and that a may read. It
// sets failed if that isn't known of some risk.
func (e *Engine) keepsReadable(ctx context.Context, a core.Account, keep func(core.Risk) bool, failed *error) func(core.Risk) bool {
	return func(r core.Risk) bool {
		if keep != nil && !keep(r) {
			return false
		}
		ok, err := e.rights.MayRead(ctx, a, r)
		*failed = cmp.Or(*failed, err)
		return ok
	}
}
