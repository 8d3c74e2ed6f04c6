package engine

import (
	"context"
	"strings"

	"riskroom/core"
	"riskroom/core/people"
)

// Assign changes who handles a risk. Its submitter while it is pending, its handlers,
// the module lead and administrators may do so; the handlers of its module may also
// take it. Guests and external people can be assigned only if the config file names
// them. The status stays as it is.
type Assign struct {
	Risk core.RiskKey
	// Seen is the version of the card or form that showed the handlers, 0 if there
	// was none. If they have changed since, the refusal is a Conflict that names
	// them, unless Anyway is set.
	Seen   int64
	To     []core.Ref // the new handlers; groups without a workspace are of the person's
	Module bool       // the handlers of the module instead of To
	Add    bool       // To are added to the present handlers
	Take   bool       // the person becomes the only handler; To has no meaning
	Hand   bool       // the person hands the risk over; needs a Reason
	Reason string
	Anyway bool
}

func (a Assign) subject() (core.RiskKey, int64) { return a.Risk, a.Seen }

func (a Assign) attempt() string {
	if a.Add {
		return Assign{}.how()
	}
	return a.how()
}

func (a Assign) decide(ctx context.Context, d deed) (effect, error) {
	old := d.rec.Risk
	if err := a.allowed(ctx, d); err != nil {
		return effect{}, err
	}
	c := d.e.newChecker(ctx, d.by)
	a.Reason = strings.TrimSpace(a.Reason)
	if a.Hand && !visible(a.Reason) {
		c.refuse("hand_reason", "note", "Key", string(old.Key))
	}
	c.text("note", a.Reason, core.MaxNote)
	risk := old
	risk.Handlers = a.handlers(ctx, d, c)
	if err := c.refusal(); err != nil {
		return effect{}, err
	}
	present := people.Qualify(old.Handlers, old.Home)
	switch {
	case sameRefs(present, risk.Handlers):
		r := core.Refuse(core.Conflict, "handlers_same", "handlers", "Key", string(old.Key), "Handlers", c.names(ctx, present...))
		r.Risk = &old
		return effect{}, r
	case d.changed("handlers") && !a.Anyway:
		r := core.Refuse(core.Conflict, "handlers_moved", "handlers", "Key", string(old.Key), "Handlers", c.names(ctx, present...))
		r.Risk = &old
		return effect{}, r
	}
	return effect{risk: &risk, kind: EventAssigned, gained: d.e.rights.Gained(ctx, old, risk), data: map[string]string{
		"from": core.Value{People: old.Handlers}.String(), "to": core.Value{People: risk.Handlers}.String(),
		"reason": a.Reason, "how": a.how(),
	}}, nil
}

// allowed returns a Refusal if the person may not do it.
func (a Assign) allowed(ctx context.Context, d deed) error {
	if a.Take {
		may, err := d.e.rights.MayTake(ctx, d.by.Account, d.rec.Risk)
		return d.allow("may_not_take", may, err)
	}
	may, err := d.e.rights.MayAssign(ctx, d.by.Account, d.rec.Risk)
	return d.allow("may_not_assign", may, err)
}

// how returns how the handlers change, as EventAssigned has it.
func (a Assign) how() string {
	switch {
	case a.Take:
		return "take"
	case a.Hand:
		return "hand"
	case a.Add:
		return "add"
	}
	return "assign"
}

// handlers returns the new handlers, which c has checked.
func (a Assign) handlers(ctx context.Context, d deed, c *checker) []core.Ref {
	r := d.rec.Risk
	if a.Take {
		return []core.Ref{d.yours(ctx)}
	}
	to := people.Qualify(a.To, d.by.Account.Workspace)
	if a.Module {
		m, _ := d.e.org.Module(r.Module)
		to = people.Qualify(m.Handlers, r.Home)
	}
	if len(to) == 0 {
		c.refuse("handlers_empty", "handlers", "Key", string(r.Key))
	}
	if a.Add {
		to = append(people.Qualify(r.Handlers, r.Home), to...)
	}
	return c.assignees(ctx, d.by, r, to)
}

// yours returns how the risk names the person who acts as a handler, or their account.
func (d deed) yours(ctx context.Context) core.Ref {
	for _, ref := range d.rec.Risk.Handlers {
		if _, _, group := ref.Group(); group {
			continue
		}
		if same, err := d.e.rights.Among(ctx, d.by.Account, []core.Ref{ref}); err == nil && same {
			return ref
		}
	}
	return core.RefOf(d.by.Account)
}
