package adaptertest

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"riskroom/core"
)

var _ core.Platform = (*fakeAdapter)(nil)

func (a *fakeAdapter) SendMessage(ctx context.Context, once core.Once, to core.Account, m core.Message) (core.MessageRef, error) {
	if err := a.ours(to.Workspace); err != nil {
		return core.MessageRef{}, err
	}
	return a.post(ctx, once, "post", "dm-"+to.ID, func() (*[]*fakePost, error) {
		if to.ID == "deaf" {
			return nil, &apiError{code: "unreachable"}
		}
		if a.api.direct[to.ID] == nil {
			a.api.direct[to.ID] = new([]*fakePost)
		}
		return a.api.direct[to.ID], nil
	}, m)
}

func (a *fakeAdapter) SendGroupMessage(ctx context.Context, once core.Once, g core.GroupRef, m core.Message) (core.MessageRef, error) {
	if err := a.ours(g.Workspace); err != nil {
		return core.MessageRef{}, err
	}
	return a.post(ctx, once, "post", g.ID, a.posts(g.ID), m)
}

func (a *fakeAdapter) SendFile(ctx context.Context, once core.Once, g core.GroupRef, u core.Upload) error {
	if err := a.ours(g.Workspace); err != nil {
		return err
	}
	if _, err := u.Content(ctx); err != nil {
		return err
	}
	m := u.Message
	m.Text = append(m.Text[:len(m.Text):len(m.Text)], core.Plain(" "+u.File.Name))
	_, err := a.post(ctx, once, "file:"+u.File.ID, g.ID, a.posts(g.ID), m)
	return err
}

func (a *fakeAdapter) FetchFile(context.Context, core.File) ([]byte, error) { return nil, nil }

func (a *fakeAdapter) posts(id string) func() (*[]*fakePost, error) {
	return func() (*[]*fakePost, error) {
		g, err := a.api.group(id)
		if err != nil {
			return nil, err
		}
		return &g.posts, nil
	}
}

func (a *fakeAdapter) EditMessage(ctx context.Context, once core.Once, ref core.MessageRef, m core.Message) error {
	if err := a.ours(ref.Workspace); err != nil {
		return err
	}
	p, err := a.render(m)
	if err != nil {
		return err
	}
	_, err = a.set(ctx, once, "edit", "edit", ref.Channel, func(g *fakeGroup) (bool, error) {
		i := slices.IndexFunc(g.posts, func(p *fakePost) bool { return p.id == ref.ID })
		if i < 0 {
			return false, &apiError{code: "not found"}
		}
		g.posts[i].markup, g.posts[i].buttons = p.markup, p.buttons
		return true, nil
	})
	return err
}

// set changes a group by a call that may be repeated.
func (a *fakeAdapter) set(ctx context.Context, once core.Once, key, method, group string, do func(*fakeGroup) (bool, error)) (string, error) {
	return a.write(ctx, once, key, method, nil, func(in core.Intent) (string, bool, error) {
		g, err := a.api.group(group)
		if err != nil {
			return "", false, err
		}
		if in.Attempt > 1 && g.changed[key].After(in.First) && a.flaw != overwritesLater {
			return "", false, nil
		}
		changed, err := do(g)
		if changed {
			g.changed[key] = a.api.clock.Now()
		}
		if changed && method != "edit" && method != "pin" && method != "unpin" {
			g.notices = append(g.notices, key)
		}
		return "", changed, err
	})
}

func (a *fakeAdapter) CreateGroup(ctx context.Context, once core.Once, spec core.GroupSpec) (core.Group, error) {
	if err := a.ours(spec.Workspace); err != nil {
		return core.Group{}, err
	}
	if spec.Type == core.Topic {
		return core.Group{}, &core.Error{Op: "fake: create", Kind: core.Unsupported}
	}
	if utf8.RuneCountInString(spec.Topic) > fakeTopicLimit || utf8.RuneCountInString(spec.Purpose) > fakeTopicLimit {
		return core.Group{}, tooLong("topic", fakeTopicLimit)
	}
	name := fit(spec.Name, spec.Suffix)
	id, err := a.write(ctx, once, "create", "create", func(ctx context.Context, in core.Intent) (id string, f core.Found, err error) {
		err = a.read(ctx, "list", func() error {
			for _, g := range a.api.groups {
				if g.op == in.Op {
					id = g.id
				}
			}
			return nil
		})
		return found(id, err)
	}, func(in core.Intent) (string, bool, error) {
		g := &fakeGroup{id: a.api.newID("g"), op: in.Op, name: name, public: spec.Public, changed: map[string]time.Time{}}
		a.api.groups[g.id] = g
		a.api.order = append(a.api.order, g.id)
		return g.id, true, nil
	})
	if err != nil {
		return core.Group{}, err
	}
	g := core.Group{Ref: core.GroupRef{Workspace: "acme", ID: id}, Name: name}
	c := core.GroupChange{Topic: &spec.Topic, Add: spec.Members, Badge: spec.Badge}
	if spec.Purpose != "" {
		c.Purpose = &spec.Purpose
	}
	err = a.change(ctx, once, &g.Report, id, c, true)
	return g, err
}

func fit(name, suffix string) string {
	name = strings.TrimPrefix(strings.ToLower(name), suffix+"-")
	return string([]rune(name)[:min(40, utf8.RuneCountInString(name))]) + "-" + suffix
}

func (a *fakeAdapter) SetGroup(ctx context.Context, once core.Once, g core.GroupRef, c core.GroupChange) (core.Report, error) {
	if err := a.ours(g.Workspace); err != nil {
		return core.Report{}, err
	}
	if c.Topic != nil && utf8.RuneCountInString(*c.Topic) > fakeTopicLimit {
		return core.Report{}, tooLong("topic", fakeTopicLimit)
	}
	var r core.Report
	err := a.change(ctx, once, &r, g.ID, c, false)
	for part, wanted := range map[core.Part]bool{core.PartState: c.State != "", core.PartMute: c.Mute != nil} {
		if wanted {
			r.Add(part, core.Account{}, &core.Error{Op: "fake: set group", Kind: core.Unsupported})
		}
	}
	return r, err
}

// change applies c. It tries everything and then returns the first error that a retry may
// overcome.
func (a *fakeAdapter) change(ctx context.Context, once core.Once, r *core.Report, id string, c core.GroupChange, isNew bool) error {
	var later error
	// did records an outcome, and reports whether to stop.
	did := func(p core.Part, who core.Account, err error) bool {
		if core.IsStop(err) && a.flaw != goesOnAfterStop {
			later = err
			return true
		}
		if a.flaw == hidesPartial && p == core.PartMember && core.KindOf(err) == core.Denied {
			err = nil
		}
		if k := core.KindOf(err); passing(k) || k == core.Unauthorized || k == core.NotFound {
			later = err
		}
		r.Add(p, who, err)
		return false
	}
	steps := a.parts(ctx, once, id, c, isNew)
	for _, s := range steps {
		if did(s.part, s.who, s.do()) || later != nil && a.flaw == stopsAtFirst {
			return later
		}
	}
	if c.Announcement != nil && did(core.PartAnnouncement, core.Account{}, a.announce(ctx, once, r, id, *c.Announcement)) {
		return later
	}
	if c.Badge != nil {
		a.badge(ctx, once, r, id, *c.Badge, did)
	}
	if c.Closing != nil && c.Dissolve != "" && later == nil {
		if _, err := a.post(ctx, once, "closing", id, a.posts(id), *c.Closing); did(core.PartClosing, core.Account{}, err) {
			return later
		}
	}
	if c.Dissolve != "" && (later == nil || a.flaw == endsTooSoon) {
		did(core.PartDissolve, core.Account{}, a.dissolve(ctx, once, id, c.Dissolve))
	}
	return later
}

type fakeStep struct {
	part core.Part
	who  core.Account
	do   func() error
}

// announce pins a message and then unpins the old one.
func (a *fakeAdapter) announce(ctx context.Context, once core.Once, r *core.Report, id string, n core.Announcement) error {
	if !n.Old.IsZero() && n.Old.Channel != id {
		return &core.Error{Op: "fake: announce", Kind: core.Invalid}
	}
	if n.Message != nil {
		ref, err := a.post(ctx, once, "announce", id, a.posts(id), *n.Message)
		if err != nil {
			return err
		}
		r.Announcement = ref
		if _, err := a.set(ctx, once, "pin:"+ref.ID, "pin", id, pin(ref)); err != nil {
			return err
		}
	}
	if n.Old.IsZero() || a.flaw == keepsOldPin {
		return nil
	}
	_, err := a.set(ctx, once, "unpin:"+n.Old.ID, "unpin", id, func(g *fakeGroup) (bool, error) {
		had := len(g.pins)
		g.pins = slices.DeleteFunc(g.pins, func(p string) bool { return p == n.Old.ID })
		return len(g.pins) < had, nil
	})
	return err
}

func pin(ref core.MessageRef) func(*fakeGroup) (bool, error) {
	return func(g *fakeGroup) (bool, error) {
		if slices.Contains(g.pins, ref.ID) {
			return false, nil
		}
		g.pins = append(g.pins, ref.ID)
		return true, nil
	}
}

func (a *fakeAdapter) dissolve(ctx context.Context, once core.Once, id string, how core.Dissolve) error {
	if how != core.DissolveArchive {
		return &core.Error{Op: "fake: dissolve", Kind: core.Unsupported}
	}
	_, err := a.set(ctx, once, "archive", "archive", id, func(g *fakeGroup) (bool, error) {
		was := g.archived
		g.archived = true
		return !was, nil
	})
	return err
}

// parts returns the parts of a change except its announcement and its badge.
func (a *fakeAdapter) parts(ctx context.Context, once core.Once, id string, c core.GroupChange, isNew bool) []fakeStep {
	var steps []fakeStep
	add := func(part core.Part, who core.Account, key, method string, do func(*fakeGroup) (bool, error)) {
		steps = append(steps, fakeStep{part, who, func() error {
			_, err := a.set(ctx, once, key, method, id, do)
			return err
		}})
	}
	if c.Name != nil {
		add(core.PartName, core.Account{}, "rename", "rename", replace(func(g *fakeGroup) *string { return &g.name }, fit(*c.Name, c.Suffix), false))
	}
	if c.Topic != nil {
		add(core.PartTopic, core.Account{}, "topic", "topic", replace(func(g *fakeGroup) *string { return &g.topic }, *c.Topic, isNew))
	}
	if c.Purpose != nil {
		add(core.PartPurpose, core.Account{}, "purpose", "purpose", replace(func(g *fakeGroup) *string { return &g.purpose }, *c.Purpose, isNew))
	}
	for i, who := range c.Add {
		key := "invite:" + who.ID
		if a.flaw == namesPositions {
			key = "invite:" + strconv.Itoa(i)
		}
		if err := a.ours(who.Workspace); err != nil {
			steps = append(steps, fakeStep{core.PartMember, who, func() error { return err }})
			continue
		}
		add(core.PartMember, who, key, "invite", func(g *fakeGroup) (bool, error) {
			switch {
			case who.ID == "shy":
				return false, &apiError{code: "not invitable"}
			case who.ID == "nobody":
				return false, &apiError{code: string(Forbidden)}
			case slices.Contains(g.members, who.ID):
				return false, nil
			}
			g.members = append(g.members, who.ID)
			return true, nil
		})
	}
	for _, who := range c.Remove {
		if err := a.ours(who.Workspace); err != nil {
			steps = append(steps, fakeStep{core.PartRemoved, who, func() error { return err }})
			continue
		}
		add(core.PartRemoved, who, "kick:"+who.ID, "kick", func(g *fakeGroup) (bool, error) {
			n := len(g.members)
			g.members = slices.DeleteFunc(g.members, func(m string) bool { return m == who.ID })
			return len(g.members) < n, nil
		})
	}
	return steps
}

// replace sets a group's text unless it is already right. The text of a new group is only
// set if it has none.
func replace(field func(*fakeGroup) *string, to string, isNew bool) func(*fakeGroup) (bool, error) {
	return func(g *fakeGroup) (bool, error) {
		f := field(g)
		changed := *f != to && (!isNew || *f == "")
		if !changed {
			return false, nil
		}
		*f = to
		return true, nil
	}
}

// badge posts, pins and bookmarks a badge, unless that is already done.
func (a *fakeAdapter) badge(ctx context.Context, once core.Once, r *core.Report, id string, b core.Badge, did func(core.Part, core.Account, error) bool) {
	ref, err := b.Ref, error(nil)
	if ref.IsZero() {
		ref, err = a.post(ctx, once, "badge", id, a.posts(id), b.Message)
	}
	if did(core.PartBadge, core.Account{}, err) || err != nil {
		return
	}
	r.Badge = ref
	_, err = a.set(ctx, once, "pin", "pin", id, func(g *fakeGroup) (bool, error) {
		if a.flaw == forgetsBadge {
			return false, nil
		}
		return pin(ref)(g)
	})
	if did(core.PartPin, core.Account{}, err) {
		return
	}
	_, err = a.set(ctx, once, "bookmark", "bookmark", id, func(g *fakeGroup) (bool, error) {
		if slices.Contains(g.marks, fakeMark{b.Label, ref.ID}) {
			return false, nil
		}
		g.marks = append(g.marks, fakeMark{b.Label, ref.ID})
		return true, nil
	})
	did(core.PartBookmark, core.Account{}, err)
}

func (a *fakeAdapter) Find(ctx context.Context, who core.Lookup) (core.Profile, error) {
	for _, p := range a.api.Cast().People {
		if p.ID == who.ID || p.ID+"@example.com" == who.Email {
			return core.Profile{Account: p, Name: p.ID}, a.read(ctx, "user", func() error { return nil })
		}
	}
	return core.Profile{}, a.read(ctx, "user", func() error { return &apiError{code: "not found"} })
}

func (a *fakeAdapter) Expand(ctx context.Context, group string) ([]core.Account, error) {
	if group != "oncall" {
		return nil, a.read(ctx, "role", func() error { return &apiError{code: "not found"} })
	}
	return a.api.Cast().People[1:3], a.read(ctx, "role", func() error { return nil })
}

func (a *fakeAdapter) Group(ctx context.Context, group string) (core.UserGroup, error) {
	if group != "oncall" && group != "g1" {
		return core.UserGroup{}, a.read(ctx, "role", func() error { return &apiError{code: "not found"} })
	}
	return core.UserGroup{ID: "g1", Name: "oncall"}, a.read(ctx, "role", func() error { return nil })
}

func (a *fakeAdapter) LastPersonMessage(_ context.Context, after core.MessageRef) (time.Time, error) {
	return time.Time{}, &core.Error{Op: "last message in " + after.Channel, Kind: core.Unsupported}
}

func (a *fakeAdapter) Members(_ context.Context, g core.GroupRef, _ int) ([]core.Account, error) {
	return nil, &core.Error{Op: "members of " + g.ID, Kind: core.Unsupported}
}

func (a *fakeAdapter) LookGroup(ctx context.Context, ref core.GroupRef) (s core.GroupState, err error) {
	if err := a.ours(ref.Workspace); err != nil {
		return core.GroupState{}, err
	}
	err = a.read(ctx, "info", func() error {
		g, err := a.api.group(ref.ID)
		if a.api.gone[ref.ID] && a.flaw != missesEnds {
			s.Ended = core.Deleted
			return nil
		}
		if err != nil {
			return err
		}
		if g.archived {
			s.Ended = core.Archived
			return nil
		}
		s = core.GroupState{Name: g.name, Badged: len(g.marks) > 0}
		for _, p := range g.pins {
			s.Pinned = append(s.Pinned, core.MessageRef{Workspace: "acme", Channel: ref.ID, ID: p})
		}
		return nil
	})
	return s, err
}
