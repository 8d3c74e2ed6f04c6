package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// flaw is a mistake in a fakeAdapter that the suites must catch.
type flaw string

const (
	noFlaw          flaw = ""
	ignoresOnce     flaw = "calls without Once"
	namesPositions  flaw = "names keys by position"
	escapesNothing  flaw = "escapes nothing"
	hidesPartial    flaw = "reports success for people who were not invited"
	wrapsRefusals   flaw = "wraps refusals of Once"
	goesOnAfterStop flaw = "goes on to the next person after a refusal"
	probesNothing   flaw = "posts without a probe"
	sureOfCuts      flaw = "says that a call did nothing after its connection broke"
	declaresLess    flaw = "makes a call that its capabilities do not declare"
	claimsMore      flaw = "does not declare a risk"
	retries         flaw = "tries again by itself"
	overwritesLater flaw = "sets again what was changed since"
	forgetsBadge    flaw = "does not pin the badge"
	keepsOldPin     flaw = "leaves the old announcement pinned"
	endsTooSoon     flaw = "archives a group before everything else is done"
	takesForeign    flaw = "acts on accounts of another workspace"
	outlivesContext flaw = "calls after its context has ended"
	sharesMemory    flaw = "mixes up actions that run at once"
	dropsWait       flaw = "does not pass on how long to wait"
	drawsNothing    flaw = "draws on no rate budget"
	stopsAtFirst    flaw = "leaves out the people after one who failed"
	missesEnds      flaw = "mistakes a deleted group for one that it cannot see"
	twoFaced        flaw = "says that it cannot remove people, and does"
)

const fakeTextLimit, fakeTopicLimit = 4000, 250

// fakeAdapter is an adapter for fakeWorld.
type fakeAdapter struct {
	api  *fakeWorld
	flaw flaw
	last core.MessageRef // of sharesMemory; guarded by api.mu
}

func (a *fakeAdapter) Capabilities() core.Capabilities {
	native := core.Ability{Support: core.Native}
	c := core.Capabilities{
		Platform: "fake",
		Groups:   map[core.GroupType]core.Ability{core.Ordinary: native, core.Item: native},
		Set: map[core.Part]core.Ability{
			core.PartName: native, core.PartTopic: native, core.PartMember: native, core.PartRemoved: native, core.PartBadge: native,
			core.PartPin: native, core.PartBookmark: native, core.PartPurpose: native, core.PartAnnouncement: native,
			core.PartDissolve: native, core.PartClosing: native,
		},
		Direct: native, Edit: native, Endings: map[core.Ending]core.Ability{core.Deleted: native, core.Archived: native},
		Delete: core.Ability{Support: core.Lacking, Why: "It can only archive."},
		Limits: core.Limits{GroupName: 80, Topic: fakeTopicLimit, Purpose: fakeTopicLimit, MessageText: fakeTextLimit, ButtonLabel: 80, GroupMembers: 100},
	}
	idempotent := "Doing it twice is the same as doing it once."
	for _, key := range []string{"topic", "purpose", "rename", "invite", "kick", "pin", "unpin", "archive", "bookmark", "edit"} {
		if a.flaw != declaresLess || key != "pin" {
			c.Calls = append(c.Calls, core.CallPolicy{Key: key, Method: key, How: idempotent})
		}
	}
	risk := "Messages whose metadata cannot be read may be there already."
	if a.flaw == claimsMore {
		risk = ""
	}
	for _, key := range []string{"post", "badge", "announce", "closing", "file"} {
		c.Calls = append(c.Calls, core.CallPolicy{Key: key, Method: "post", How: "The history is searched for the op.", Risk: risk, Unsure: core.Resend})
	}
	c.Calls = append(c.Calls, core.CallPolicy{Key: "create", Method: "create", How: "The list is searched for the name.", Risk: "The list may be out of reach.", Unsure: core.Park})
	if a.flaw == twoFaced {
		c.Set[core.PartRemoved] = core.Ability{Support: core.Lacking, Why: "It cannot."}
	}
	return c
}

// err translates the platform's error. A read has no effect.
func (a *fakeAdapter) err(op string, write bool, err error) error {
	var api *apiError
	if err == nil || !errors.As(err, &api) {
		return err
	}
	e := &core.Error{Op: "fake: " + op, Detail: api.code, RetryAfter: api.wait}
	switch api.code {
	case "cut":
		e.Kind = core.Unavailable
		if write && a.flaw != sureOfCuts {
			e.Effect = core.Maybe
		}
	case "not sent":
		e.Kind = core.Unavailable
	case "rate limit":
		e.Kind = core.RateLimited
		if a.flaw == dropsWait {
			e.RetryAfter = 0
		}
	case string(Revoked):
		e.Kind = core.Unauthorized
	case string(Forbidden), "not invitable":
		e.Kind = core.Denied
	case "unreachable":
		e.Kind = core.Unreachable
	case "not found":
		e.Kind = core.NotFound
	default:
		e.Kind, e.Effect = core.Unknown, core.Maybe
	}
	return e
}

// write makes a call that changes something.
func (a *fakeAdapter) write(ctx context.Context, once core.Once, key, method string, probe func(context.Context, core.Intent) (string, core.Found, error), do func(core.Intent) (string, bool, error)) (string, error) {
	call := core.Call{Key: key, Probe: probe, Unsure: core.Resend, Cost: []core.Bucket{{Workspace: "acme", Name: method}}}
	if a.flaw == drawsNothing {
		call.Cost = nil
	}
	if key == "create" {
		call.Unsure = core.Park
	}
	call.Make = func(ctx context.Context, in core.Intent) (value string, err error) {
		if a.flaw == outlivesContext {
			ctx = context.WithoutCancel(ctx)
		}
		for range 2 {
			err = a.api.call(ctx, method, true, func() (changed bool, err error) { value, changed, err = do(in); return changed, err })
			if err == nil || a.flaw != retries {
				break
			}
		}
		return value, a.err(method, true, err)
	}
	if a.flaw == ignoresOnce {
		return call.Make(ctx, core.Intent{Op: core.MakeOp(key), First: a.api.clock.Now(), Attempt: 1})
	}
	value, err := once.Do(ctx, call)
	if a.flaw == wrapsRefusals && err != nil {
		return value, fmt.Errorf("fake: %w", err)
	}
	return value, err
}

// read is a call that changes nothing.
func (a *fakeAdapter) read(ctx context.Context, method string, do func() error) error {
	return a.err(method, false, a.api.call(ctx, method, false, func() (bool, error) { return false, do() }))
}

// found turns the answer of a read into that of a probe.
func found(value string, err error) (string, core.Found, error) {
	switch {
	case core.KindOf(err) == core.Denied:
		return "", core.CannotTell, nil
	case err != nil:
		return "", "", err
	case value == "":
		return "", core.No, nil
	}
	return value, core.Yes, nil
}

func (a *fakeAdapter) ours(workspace string) error {
	if workspace != "acme" && a.flaw != takesForeign {
		return &core.Error{Op: "fake: act", Kind: core.Invalid, Detail: "other workspace"}
	}
	return nil
}

func (a *fakeAdapter) plain(s string) string {
	if a.flaw == escapesNothing {
		return s
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

func (a *fakeAdapter) markup(spans []core.Span) string {
	var b strings.Builder
	for _, s := range spans {
		switch s.Kind {
		case core.MentionSpan:
			b.WriteString("<@" + s.Account.ID + ">")
		case core.HyperlinkSpan:
			b.WriteString("<" + s.URL + "|" + a.plain(s.Text) + ">")
		default:
			b.WriteString(a.plain(s.Text))
		}
	}
	return b.String()
}

func (a *fakeAdapter) render(m core.Message) (*fakePost, error) {
	p := &fakePost{markup: a.markup(m.Text)}
	if n := utf8.RuneCountInString(core.Text(m.Text)); n > fakeTextLimit {
		return nil, tooLong("text", fakeTextLimit)
	}
	if c := m.Card; c != nil {
		p.markup += "\n" + a.markup(c.Title)
		for _, r := range c.Rows {
			p.markup += "\n" + a.plain(r.Label) + "\n" + a.markup(r.Value)
		}
		p.markup += "\n" + a.markup(c.Body) + "\n" + a.markup(c.Footer)
		for _, b := range c.Buttons {
			p.buttons = append(p.buttons, b.Label)
		}
	}
	return p, nil
}

func tooLong(what string, limit int) error {
	return &core.Error{Op: "fake: " + what, Kind: core.Invalid, Detail: "longer than " + strconv.Itoa(limit) + " characters"}
}

// post sends m to a list of posts: a group's or a person's.
// value is the PostedValue of the call that posted p.
func (p *fakePost) value() string {
	if p.replyTo == nil {
		return p.id
	}
	return effect.PostedValue(p.id, p.replyTo.id)
}

func (a *fakeAdapter) post(ctx context.Context, once core.Once, key, channel string, list func() (*[]*fakePost, error), m core.Message) (core.MessageRef, error) {
	p, err := a.render(m)
	if err != nil {
		return core.MessageRef{}, err
	}
	probe := func(ctx context.Context, in core.Intent) (id string, f core.Found, err error) {
		err = a.read(ctx, "history", func() error {
			if _, hidden := a.api.meet("history", func(k FaultKind) bool { return k == HideMetadata }); hidden {
				a.api.calls[len(a.api.calls)-1].Struck = true
				return &apiError{code: string(Forbidden)}
			}
			posts, err := list()
			if err != nil {
				return err
			}
			if i := slices.IndexFunc(*posts, func(p *fakePost) bool { return p.op == in.Op }); i >= 0 {
				id = (*posts)[i].value()
			}
			return nil
		})
		return found(id, err)
	}
	if a.flaw == probesNothing {
		probe = nil
	}
	value, err := a.write(ctx, once, key, "post", probe, func(in core.Intent) (string, bool, error) {
		posts, err := list()
		if err != nil {
			return "", false, err
		}
		sent := *p
		sent.id, sent.op = a.api.newID("m"), in.Op
		if i := slices.IndexFunc(*posts, func(p *fakePost) bool { return p.id == m.ReplyTo.ID }); i >= 0 {
			sent.replyTo = (*posts)[i]
		}
		*posts = append(*posts, &sent)
		return sent.value(), true, nil
	})
	if err != nil {
		return core.MessageRef{}, err
	}
	ref := effect.Posted("acme", channel, value)
	if a.flaw == sharesMemory {
		a.api.mu.Lock()
		defer a.api.mu.Unlock()
		ref, a.last = a.last, ref
	}
	return ref, nil
}
