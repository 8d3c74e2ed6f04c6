package engine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
	"riskroom/core/text"
)

// fallback is an entry of a send_message's fallback: the item group, a channel or people.
// What it means on the platforms is decided only when it is needed.
type fallback struct {
	Item   bool          `json:"item,omitempty"`
	Group  core.GroupRef `json:"group,omitzero"`
	People []core.Ref    `json:"people,omitempty"`
	Name   string        `json:"name"` // as written in the flow
}

// detour is an attempt to deliver a direct message somewhere else.
type detour struct {
	To   string `json:"to"`             // a group or account, or what was written if it names none
	Code string `json:"code,omitempty"` // why it failed for good; "" if it was sent
}

// The kinds of places that an EventFallback names.
const (
	detourItem    = "item"
	detourChannel = "channel"
	detourPerson  = "person"
)

// resolveFallback returns the entries in the form that is stored.
func resolveFallback(list []flow.Fallback, env flow.Env) ([]fallback, error) {
	var out []fallback
	for _, f := range list {
		if f.People == nil {
			out = append(out, fallback{Item: f.Group.Item, Group: f.Group.Ref, Name: f.Group.String()})
			continue
		}
		refs, err := f.People.Refs(env)
		if err != nil {
			return nil, invalid("people", err)
		}
		out = append(out, fallback{People: people.Qualify(refs, env.Risk.Home), Name: f.People.String()})
	}
	return out, nil
}

// undeliverable reports whether the failure says that a person can't be reached.
func (f failure) undeliverable() bool { return f.Kind == core.Unreachable || f.Kind == core.NotFound }

// undelivered returns the recipients who can't be reached.
func (o *outcome) undelivered() []core.Ref {
	var out []core.Ref
	for _, f := range o.Failed {
		if f.undeliverable() {
			out = append(out, core.Ref(f.What))
		}
	}
	return out
}

// fallBack sends what some recipients could not get to the first entry of the fallback
// that takes it. left is why others have not got it yet: the entry gets one message for
// all, so that has to be decided first. In a run that is being cancelled, only the calls
// that were made become known.
func (t *turn) fallBack(ctx context.Context, home string, in *input, p *performed, left error) error {
	if left != nil && !errors.Is(left, errCancelled) || left == nil && len(p.out.undelivered()) == 0 {
		return left
	}
	var begun, others []fallback
	for _, f := range in.Fallback {
		if len(t.begunDetours(f)) > 0 {
			begun = append(begun, f)
		} else {
			others = append(others, f)
		}
	}
	for i, f := range append(begun, others...) {
		if i >= len(begun) && left != nil {
			break // cancelled: nothing new is begun
		}
		taken, err := t.tryFallback(ctx, home, in, p, f)
		switch {
		case core.IsStop(err):
			return err
		case errors.Is(err, errCancelled):
			left = cmp.Or(left, err)
		case taken, err != nil:
			return cmp.Or(left, err)
		}
	}
	return left
}

// tryFallback sends the message to one entry, and reports whether the entry took it. It
// fails only if trying again may help.
func (t *turn) tryFallback(ctx context.Context, home string, in *input, p *performed, f fallback) (bool, error) {
	if p.out.missed(f.Name) {
		return false, nil
	}
	switch {
	case f.Item:
		g, err := t.detourGroup(ctx, f)
		skipped, skip := isSkipped(err)
		switch {
		case skip, final(err):
			t.detoured(p, detourItem, detour{To: f.Name, Code: cmp.Or(skipped.reason, core.DetailOf(err))}, nil)
			return false, nil
		case err != nil:
			return false, err
		}
		return t.detour(ctx, in, p, f, detourItem, Shown{Group: g})
	case !f.Group.IsZero():
		g, err := t.groupOf(ctx, f.Group)
		switch {
		case err != nil:
			return false, err
		case g.State == core.Ended && len(t.begunDetours(f)) == 0:
			t.detoured(p, detourChannel, detour{To: f.Group.String(), Code: topicEnded}, nil)
			return false, nil
		}
		return t.detour(ctx, in, p, f, detourChannel, Shown{Group: f.Group})
	}
	accounts, missing, err := t.e.people.Resolve(ctx, f.People, home)
	if err != nil {
		return false, err
	}
	for _, m := range missing {
		t.detoured(p, detourPerson, detour{To: string(m.Ref), Code: m.Code}, nil)
	}
	if len(f.People) == 0 {
		t.detoured(p, detourPerson, detour{To: f.Name, Code: nobody}, nil)
	}
	var left error
	taken := false
	for _, a := range accounts {
		if p.out.failed(a.String()) {
			continue // one of those who can't be reached
		}
		sent, err := t.detour(ctx, in, p, f, detourPerson, Shown{To: a})
		if core.IsStop(err) {
			return taken, err
		}
		taken, left = taken || sent, leftOver(left, err)
	}
	return taken, left
}

// scope begins the keys of the calls that deliver a message by an entry of a fallback.
func (f fallback) scope() string { return "fallback:" + f.Name + ":" }

// begunDetours returns where an earlier turn sent the message by an entry, or may have.
func (t *turn) begunDetours(f fallback) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for key, c := range t.run.Calls {
		rest, ok := strings.CutPrefix(key, f.scope())
		if i := strings.LastIndexByte(rest, '/'); ok && i > 0 && (c.Open || c.Done) {
			out = append(out, rest[:i])
		}
	}
	return out
}

// detourGroup returns the item group for an entry. Since an earlier turn sent the message
// there, the risk may have got another.
func (t *turn) detourGroup(ctx context.Context, f fallback) (core.GroupRef, error) {
	for _, to := range t.begunDetours(f) {
		if g, err := core.ParseGroupRef(to); err == nil {
			return g, nil
		}
	}
	return t.itemGroup(ctx)
}

// delivered returns the groups and accounts that a message was sent to instead.
func (o *outcome) delivered() []string {
	var out []string
	for _, d := range o.Detours {
		if d.Code == "" {
			out = append(out, d.To)
		}
	}
	return out
}

// missed reports whether an attempt to deliver a message somewhere else has failed.
func (o *outcome) missed(to string) bool {
	return slices.ContainsFunc(o.Detours, func(d detour) bool { return d.To == to && d.Code != "" })
}

// detour sends the message to one place, a group or a person. It fails only if trying
// again may help.
func (t *turn) detour(ctx context.Context, in *input, p *performed, f fallback, where string, s Shown) (bool, error) {
	to, workspace := s.To.String(), s.To.Workspace
	if where != detourPerson {
		to, workspace = s.Group.String(), s.Group.Workspace
	}
	if p.out.missed(to) {
		return false, nil
	}
	scope := f.scope() + to + "/"
	if err := t.hold(ctx, p, scope, s.To, s.Group); err != nil {
		return false, err
	}
	m := t.detourMessage(ctx, in, p.out.undelivered(), workspace)
	ref, err := t.deliver(ctx, once{t: t, scope: scope}, s, t.about(m, workspace))
	switch {
	case err == nil:
		t.detoured(p, where, detour{To: to}, map[string]string{
			"message": ref.String(), "text": core.Shorten(core.Text(m.Text), detourText),
		})
		if m.Card != nil {
			s.ID, s.Ref, s.Title, s.Brief = t.shownID("fallback:"+to), ref, m.Text, t.reminds()
			// After a crash, an earlier card than this one may have been sent.
			s.Version, s.Marks = in.Version, m.Card.Marks
			p.shown = append(p.shown, s)
			t.postFiles(ref)
		}
		return true, nil
	case final(err):
		t.detoured(p, where, detour{To: to, Code: core.DetailOf(err)}, nil)
		return false, nil
	}
	return false, err
}

// detourText is how many characters of a message the trail keeps.
const detourText = 300

// detourMessage returns the message for a workspace. It begins with those for whom it
// was meant.
func (t *turn) detourMessage(ctx context.Context, in *input, who []core.Ref, workspace string) core.Message {
	p := t.e.text.In(t.e.org.Language).In(t.e.org.Workspaces[workspace])
	head := insert(p.S("engine.fallback", text.Args{"Who": place}), t.e.names(ctx, p, who, workspace)...)
	if len(in.Head) > 0 {
		head = append(append(head, core.Plain("\n")), in.Head...)
	}
	return t.directMessage(ctx, head, in.Card, workspace)
}

// detoured records an attempt, once.
func (t *turn) detoured(p *performed, where string, d detour, data map[string]string) {
	if slices.ContainsFunc(p.out.Detours, func(o detour) bool { return o.To == d.To }) {
		return
	}
	p.out.Detours = append(p.out.Detours, d)
	var who []string
	for _, r := range p.out.undelivered() {
		who = append(who, string(r))
	}
	ev := map[string]string{"where": where, "to": d.To, "for": strings.Join(who, ", ")}
	maps.Copy(ev, data)
	if d.Code != "" {
		ev["code"] = d.Code
	}
	t.note(EventFallback, "", ev)
}

// deliver sends a message to where s is shown: in its group, or to its recipient.
func (t *turn) deliver(ctx context.Context, o once, s Shown, m core.Message) (core.MessageRef, error) {
	workspace := cmp.Or(s.Group.Workspace, s.To.Workspace)
	pl, err := t.platform(workspace)
	if err != nil {
		return core.MessageRef{}, err
	}
	var ref core.MessageRef
	if s.Group.IsZero() {
		ref, err = pl.SendMessage(ctx, o, s.To, m)
	} else {
		ref, err = pl.SendGroupMessage(ctx, o, s.Group, m)
	}
	return ref, people.FailedIn(workspace, err)
}
