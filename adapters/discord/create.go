package discord

import (
	"context"
	"strings"

	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// maxAtOnce is how many overwrites a channel can be created with, by Discord's
// OpenAPI document.
const maxAtOnce = 100

// CreateGroup implements core.Adapter.
func (a *Adapter) CreateGroup(ctx context.Context, once core.Once, spec core.GroupSpec) (core.Group, error) {
	n, err := a.checkSpec(spec)
	if err != nil {
		return core.Group{}, err
	}
	var known known
	id, err := once.Do(ctx, a.createCall(spec, n, &known))
	if err != nil {
		return core.Group{}, err
	}
	g := core.Group{Ref: core.GroupRef{Workspace: a.workspace, ID: id}, Name: known.name}
	p := &effect.Progress{Once: once, Gone: lostGroup}
	a.applySpec(ctx, p, id, spec, known.in)
	g.Report = p.Report
	if g.Name == "" {
		g.Name = n.plain()
		if p.Err == nil {
			p.Err = a.correctName(ctx, &g)
		}
	}
	return g, p.Err
}

// known is what the call that creates a channel learns of it.
type known struct {
	name string
	in   map[string]bool // whom its overwrites let in from the start
}

func (a *Adapter) checkSpec(spec core.GroupSpec) (name, error) {
	if err := a.own("create group", spec.Workspace); err != nil {
		return name{}, err
	}
	if spec.Type != core.Ordinary && spec.Type != core.Item {
		return name{}, &core.Error{Op: "discord: create group", Kind: core.Unsupported, Detail: string(spec.Type)}
	}
	n, ok := fitName(spec.Name, spec.Suffix, spec.Badge)
	if !ok {
		return name{}, &core.Error{Op: "discord: create group", Kind: core.Invalid, Detail: "suffix"}
	}
	return n, nil
}

// applySpec gives a new channel what its creation did not, and reports all parts.
// Nobody fails because of somebody else, and no part because of another, except
// that there is nothing to pin without a badge.
func (a *Adapter) applySpec(ctx context.Context, p *effect.Progress, id string, spec core.GroupSpec, in map[string]bool) {
	if spec.Topic != "" {
		p.Report.Add(core.PartTopic, core.Account{}, nil)
	}
	if spec.Purpose != "" {
		p.Report.Add(core.PartPurpose, core.Account{}, nil)
	}
	a.invite(ctx, p, id, spec.Members, in)
	if spec.Badge != nil {
		a.setBadge(ctx, p, id, *spec.Badge)
	}
}

// correctName looks up what a group is called that an earlier call created. A
// bot that may not look leaves the name as it was asked for.
func (a *Adapter) correctName(ctx context.Context, g *core.Group) error {
	ch, err := spend(ctx, a, g.Ref.ID, "get_channel", func(ctx context.Context) (channel, error) {
		return a.getChannel(ctx, g.Ref.ID)
	})
	switch {
	case core.KindOf(err) == core.Denied:
		return nil
	case err != nil:
		return err
	}
	g.Name = ch.Name
	return nil
}

// createCall makes the channel; the value is its ID.
func (a *Adapter) createCall(spec core.GroupSpec, n name, k *known) core.Call {
	return core.Call{
		Key:       core.KeyCreate,
		Cost:      a.client.Cost("", "list_guild_channels", "create_guild_channel"),
		ProbeCost: a.client.Cost("", "list_guild_channels"),
		Unsure:    core.Park,
		Probe: func(ctx context.Context, in core.Intent) (string, core.Found, error) {
			ch, found, err := a.findChannel(ctx, in)
			k.name = ch.Name
			return ch.ID, found, err
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			ch, err := a.create(ctx, in, spec, n)
			if err != nil {
				return "", err
			}
			k.name, k.in = ch.Name, make(map[string]bool)
			for _, o := range ch.Overwrites {
				k.in[o.ID] = o.in()
			}
			return ch.ID, nil
		},
	}
}

// create makes the channel in one request with all its overwrites, so that it is
// never seen by anybody else. Two refusals, which surely had no effect, are
// answered with another request: a category may have filled up meanwhile, and
// what Discord makes of overwrites for people who are not in the guild is not
// documented, so those people must not keep out the others.
func (a *Adapter) create(ctx context.Context, in core.Intent, spec core.GroupSpec, n name) (channel, error) {
	self, err := a.whoAmI(ctx)
	if err != nil {
		return channel{}, err
	}
	list, err := a.listGuildChannels(ctx)
	if err != nil {
		return channel{}, err
	}
	want := newChannel{
		Name: n.plain(), Type: textChannel, Topic: newAbout(spec, in.Op).text(), Overwrites: a.overwrites(spec, self),
	}
	if want.Parent, err = a.categoryFor(ctx, in, list, nil); err != nil {
		return channel{}, err
	}
	try := func(ctx context.Context) (channel, error) { return a.createGuildChannel(ctx, in, want, reasonOf(in)) }
	ch, err := try(ctx)
	var refused []string
	for range 3 {
		switch {
		case core.DetailOf(err) == "10009":
			want.Overwrites = a.overwrites(core.GroupSpec{Public: spec.Public}, self)
		case noRoom(err):
			refused = append(refused, want.Parent)
			if want.Parent, err = a.categoryFor(ctx, in, nil, refused); err != nil {
				return channel{}, err
			}
		default:
			return ch, err
		}
		ch, err = spend(ctx, a, "", "create_guild_channel", try)
	}
	if noRoom(err) {
		err = &core.Error{
			Op: "discord: create_guild_channel", Kind: core.Unavailable, Detail: "category_is_full", RetryAfter: rest.RetryWait(core.Unavailable, 0), Err: err,
		}
	}
	return ch, err
}

// noRoom reports whether Discord refused the category: it is full, or gone.
func noRoom(err error) bool {
	return strings.HasPrefix(core.DetailOf(err), "50035:parent_id:CHANNEL_PARENT")
}

// overwrites lets the bot and the members into a channel, and nobody else unless
// it is public. Who finds no room is let in afterwards.
func (a *Adapter) overwrites(spec core.GroupSpec, self string) []overwrite {
	out := []overwrite{forBot(self)}
	if !spec.Public {
		out = append(out, hidden(a.guild))
	}
	for _, who := range spec.Members {
		if a.own("invite", who.Workspace, who.ID) == nil && who.ID != self && len(out) < maxAtOnce {
			out = append(out, letIn(who.ID))
		}
	}
	return out
}

// findChannel looks for the channel that the effect of in made: by the mark in
// its topic, and where that was edited away, by the reason in the audit log. One
// that the log knows was made, even if nobody sees it any more.
func (a *Adapter) findChannel(ctx context.Context, in core.Intent) (channel, core.Found, error) {
	list, err := a.listGuildChannels(ctx)
	if err != nil {
		found, err := effect.Look(false, false, err)
		return channel{}, found, err
	}
	for _, ch := range list {
		if parseAbout(ch.Topic).madeBy(in.Op) {
			return ch, core.Yes, nil
		}
	}
	id, found, err := a.findCreation(ctx, in)
	for _, ch := range list {
		if ch.ID == id {
			return ch, found, err
		}
	}
	return channel{ID: id}, found, err
}

// findCreation looks in the audit log for the channel that the effect of in made.
func (a *Adapter) findCreation(ctx context.Context, in core.Intent) (string, core.Found, error) {
	self, err := a.whoAmI(ctx)
	if err != nil {
		found, err := effect.Look(false, false, err)
		return "", found, err
	}
	id := ""
	page := func(ctx context.Context, cursor string) (rest.Page[entry], error) {
		if cursor == "" {
			cursor = firstID(in.First.Add(-skew))
		}
		return a.listGuildAuditLogEntries(ctx, self, cursor)
	}
	whole, err := pages(ctx, a, "", "list_guild_audit_log_entries", false, auditPages, page, func(e entry) bool {
		if e.Reason == reasonOf(in) {
			id = e.Target
		}
		return id == ""
	})
	found, err := effect.Look(id != "", whole, err)
	return id, found, err
}
