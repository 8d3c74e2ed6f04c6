package discord

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// maxAtOnce is how many overwrites a new channel can have, according to
// Discord's OpenAPI document.
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
		g.Name = n.Plain()
		if p.Err == nil {
			p.Err = a.correctName(ctx, &g)
		}
	}
	return g, p.Err
}

// known is what the creating call learns about its channel.
type known struct {
	name string
	in   map[string]bool // the people added by its overwrites at creation
}

func (a *Adapter) checkSpec(spec core.GroupSpec) (effect.Name, error) {
	if err := a.own("create group", spec.Workspace); err != nil {
		return effect.Name{}, err
	}
	n, ok := effect.FitName(spec.Name, spec.Suffix, spec.Badge, maxName)
	if !ok {
		return effect.Name{}, &core.Error{Op: "discord: create group", Kind: core.Invalid, Detail: "suffix"}
	}
	return n, nil
}

// applySpec sets up what the channel's creation did not, and reports all parts.
// A failure for one person or part does not stop the others, except that
// without a badge there is nothing to pin.
func (a *Adapter) applySpec(ctx context.Context, p *effect.Progress, id string, spec core.GroupSpec, in map[string]bool) {
	if spec.Topic != "" {
		p.Report.Add(core.PartTopic, core.Account{}, nil)
	}
	if spec.Purpose != "" {
		p.Report.Add(core.PartPurpose, core.Account{}, nil)
	}
	a.invite(ctx, p, id, spec.Members, in, core.Posting{})
	if spec.Badge != nil {
		a.setBadge(ctx, p, id, *spec.Badge)
	}
}

// correctName looks up the name of a group that an earlier call created. If the
// bot may not look, the requested name stays.
func (a *Adapter) correctName(ctx context.Context, g *core.Group) error {
	ch, err := a.look(ctx, g.Ref.ID)
	switch {
	case core.KindOf(err) == core.Denied:
		return nil
	case err != nil:
		return err
	}
	g.Name = ch.Name
	return nil
}

// createCall creates the channel. Its value is the channel's ID.
func (a *Adapter) createCall(spec core.GroupSpec, n effect.Name, k *known) core.Call {
	return core.Call{
		Key:       core.KeyCreate,
		Cost:      a.client.Cost("", "list_guild_channels", "create_guild_channel"),
		ProbeCost: a.client.Cost("", "list_guild_channels"),
		Unsure:    core.Park,
		Probe: func(ctx context.Context, in core.Intent) (string, core.Found, error) {
			ch, found, err := a.findChannel(ctx, in, n)
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

// create makes the channel in one request with all its overwrites, so that
// nobody else ever sees it. It retries after two refusals that certainly had no
// effect. One means that the category has filled up meanwhile. The other means
// that some members are not in the guild; Discord doesn't document how it
// treats their overwrites, and they must not keep out the others.
func (a *Adapter) create(ctx context.Context, in core.Intent, spec core.GroupSpec, n effect.Name) (channel, error) {
	self, err := a.whoAmI(ctx)
	if err != nil {
		return channel{}, err
	}
	list, err := a.listGuildChannels(ctx)
	if err != nil {
		return channel{}, err
	}
	want := newChannel{
		Name: n.Plain(), Type: textChannel, Topic: newAbout(spec).text(), Overwrites: a.overwrites(spec, self),
	}
	if want.Parent, err = a.categoryFor(ctx, in, a.category, list, nil, 1); err != nil {
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
			if want.Parent, err = a.categoryFor(ctx, in, a.category, nil, refused, 1); err != nil {
				return channel{}, err
			}
		default:
			return ch, err
		}
		ch, err = spend(ctx, a, "", "create_guild_channel", try)
	}
	return ch, roomLater(err)
}

// roomLater turns the refusal of a category into an error after which a retry may find room.
func roomLater(err error) error {
	if !noRoom(err) {
		return err
	}
	return &core.Error{
		Op: "discord: create_guild_channel", Kind: core.Unavailable, Detail: "category_is_full", RetryAfter: rest.RetryWait(core.Unavailable, 0), Err: err,
	}
}

// noRoom reports whether Discord refused the category because it is full or
// gone.
func noRoom(err error) bool {
	return strings.HasPrefix(core.DetailOf(err), "50035:parent_id:CHANNEL_PARENT")
}

// overwrites gives the bot and the members access to a channel, and everyone
// else only if it is public. Members who don't fit are invited later.
func (a *Adapter) overwrites(spec core.GroupSpec, self string) []overwrite {
	out := []overwrite{forBot(self)}
	if !spec.Public {
		out = append(out, hidden(a.guild))
	}
	for _, who := range spec.Members {
		if a.own("invite", who.Workspace, who.ID) == nil && who.ID != self && len(out) < maxAtOnce {
			out = append(out, allow(who.ID))
		}
	}
	return out
}

// findChannel looks for the channel that the effect of in created. The reason in
// the audit log finds it even if it was renamed, or nobody can see it any more. If
// the log can't be read or lacks the channel, the end of the name finds it.
func (a *Adapter) findChannel(ctx context.Context, in core.Intent, n effect.Name) (channel, core.Found, error) {
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
	self, err := a.whoAmI(ctx)
	if err != nil {
		found, err := effect.Look(false, false, err)
		return channel{}, found, err
	}
	id, others, found, err := a.findCreation(ctx, in, self)
	if found == core.Yes {
		if i := slices.IndexFunc(list, func(ch channel) bool { return ch.ID == id }); i >= 0 {
			return list[i], found, nil
		}
		return channel{ID: id}, found, nil
	}
	if err != nil {
		return channel{}, found, err
	}
	for _, ch := range list {
		if n.Ends(ch.Name) && ch.madeFor(self, in) && !slices.Contains(others, ch.ID) {
			return ch, core.Yes, nil
		}
	}
	return channel{}, found, nil
}

// madeFor reports whether a channel was created after the first attempt, with the
// bot's own access.
func (c channel) madeFor(self string, in core.Intent) bool {
	first, err := parseID(firstID(in.First.Add(-skew)))
	if err != nil {
		return false
	}
	id, err := parseID(c.ID)
	return err == nil && id >= first && slices.Contains(c.Overwrites, forBot(self))
}

// findCreation looks in the audit log for the channel that the effect of in
// created. others are the channels that the bot created for other effects.
func (a *Adapter) findCreation(ctx context.Context, in core.Intent, self string) (id string, others []string, found core.Found, err error) {
	whole, err := a.searchAuditLog(ctx, channelCreated, in, url.Values{"user_id": {self}}, func(e entry) bool {
		if e.Reason == reasonOf(in) {
			id = e.Target
		} else {
			others = append(others, e.Target)
		}
		return id == ""
	})
	found, err = effect.Look(id != "", whole, err)
	return id, others, found, err
}

// searchAuditLog visits the entries of an action since the first attempt.
func (a *Adapter) searchAuditLog(
	ctx context.Context, action int, in core.Intent, only url.Values, visit func(entry) bool,
) (whole bool, err error) {
	page := func(ctx context.Context, cursor string) (rest.Page[entry], error) {
		if cursor == "" {
			cursor = firstID(in.First.Add(-skew))
		}
		return a.listGuildAuditLogEntries(ctx, action, cursor, only)
	}
	return pages(ctx, a, "", "list_guild_audit_log_entries", false, auditPages, page, visit)
}
