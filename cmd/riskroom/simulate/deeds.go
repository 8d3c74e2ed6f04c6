package simulate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// deed is something that a person does at a moment.
type deed struct {
	at    time.Time
	do    func(ctx context.Context, w *world) error
	stops bool // it stops riskroom, so what is due at the same moment isn't carried out before it
}

// deeds returns everything that people do before the end, in order: at the same moment,
// riskroom is started first, and risks are filed before people act.
func (s Scenario) deeds() []deed {
	var all []deed
	for _, o := range s.Down {
		all = append(all,
			deed{at: o.From, do: func(_ context.Context, w *world) error { return w.goDown(o) }, stops: true},
			deed{at: o.Until, do: func(ctx context.Context, w *world) error { return w.comeUp(ctx) }})
	}
	for i, r := range s.Risks {
		all = append(all, deed{at: r.Filed, do: func(ctx context.Context, w *world) error { return w.file(ctx, i, r) }})
	}
	for _, a := range s.Actions {
		all = append(all, deed{at: a.At, do: func(ctx context.Context, w *world) error { return w.act(ctx, a) }})
	}
	all = slices.DeleteFunc(all, func(d deed) bool { return d.at.After(s.End()) })
	slices.SortStableFunc(all, func(a, b deed) int { return a.at.Compare(b.at) })
	return all
}

// file files a risk, as the form of /risk new does.
func (w *world) file(ctx context.Context, n int, r Risk) error {
	p := w.place(r.Workspace)
	if p == nil {
		return r.errf("there is no workspace %q", r.Workspace)
	}
	by := core.Actor{Account: core.Account{Workspace: p.Name, ID: p.IDs[r.By]}, Name: r.By}
	if a, ok := core.Ref(r.By).Account(); ok {
		by = core.Actor{Account: a, Name: p.Names[a.ID]}
	}
	if by.Account.ID == "" {
		return r.errf("%s has no account in %s", r.By, p.Name)
	}
	w.rec.person(r.Place)
	_, err := w.app.Engine().File(ctx, fmt.Sprintf("scenario-%d", n), by, engine.Draft{
		Title: r.Title, Module: r.Module, Severity: r.Severity, Description: r.Description,
		DiscoveredAt: r.DiscoveredAt, DueAt: r.DueAt, Fields: w.fields(r, p.Name), Handlers: w.refs(r.Handlers, p.Name), Again: true,
	})
	if refusal, ok := errors.AsType[*core.Refusal](err); ok {
		return r.errf("%q can't be filed: %s", r.Title, w.refusal(refusal))
	}
	if err != nil {
		return r.errf("%q can't be filed: %w", r.Title, err)
	}
	return nil
}

// refusal words a refusal with all that is wrong.
func (w *world) refusal(r *core.Refusal) string {
	var all []string
	for _, one := range r.All() {
		all = append(all, w.words.In(w.lang).S("refusal."+one.Code, text.Args(one.Args)))
	}
	return strings.Join(all, " ")
}

// refs returns the people in a list. Those whom the config file doesn't have are accounts in a
// workspace.
func (w *world) refs(list []core.Ref, workspace string) []core.Ref {
	out := slices.Clone(list)
	for i, r := range out {
		name, ok := r.Name()
		if _, known := w.cfg.Organisation.People[name]; ok && !known {
			out[i] = core.RefOf(core.Account{Workspace: workspace, ID: w.place(workspace).IDs[name]})
		}
	}
	return out
}

func (w *world) fields(r Risk, workspace string) map[string]core.Value {
	out := map[string]core.Value{}
	for key, v := range r.Fields {
		v.People = w.refs(v.People, workspace)
		out[key] = v
	}
	return out
}

// act has a person type a slash command.
func (w *world) act(ctx context.Context, a Action) error {
	p := w.place(a.Workspace)
	if p == nil {
		return a.errf("there is no workspace %q", a.Workspace)
	}
	user := p.IDs[a.By]
	if user == "" {
		return a.errf("%s has no account in %s", a.By, p.Name)
	}
	w.rec.person(a.Place)
	if err := p.Hands.Command(ctx, user, p.General, a.Do); err != nil {
		return a.errf("%s types %s: %w", a.By, a.Do, err)
	}
	select {
	case r := <-w.replies:
		w.answers = append(w.answers, Answer{Action: a, Undone: r.Undone || r.Form != nil, Form: r.Form != nil && !r.Undone, Text: core.Text(r.Text)})
	case <-time.After(answerWithin):
		return a.errf("%s types %s: no answer within %s", a.By, a.Do, answerWithin)
	case <-ctx.Done():
		return ctx.Err()
	}
	return w.runner.flush(ctx)
}

// answerWithin is how long the bot may take for its answer to a command.
const answerWithin = time.Minute
