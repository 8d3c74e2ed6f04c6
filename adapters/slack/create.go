package slack

import (
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/core"
)

const (
	channelsPage  = 500 // Slack takes up to 999
	channelsPages = 40
)

// CreateGroup implements core.Adapter.
func (a *Adapter) CreateGroup(ctx context.Context, once core.Once, spec core.GroupSpec) (core.Group, error) {
	n, err := a.checkSpec(spec)
	if err != nil {
		return core.Group{}, err
	}
	known := known{age: ours}
	id, err := once.Do(ctx, a.createCall(spec, n, &known))
	if err != nil {
		return core.Group{}, err
	}
	g := core.Group{Ref: core.GroupRef{Workspace: a.workspace, ID: id}, Name: known.name}
	p := &effect.Progress{Once: once, Gone: lostGroup}
	a.applySpec(ctx, p, id, spec, known.age)
	g.Report = p.Report
	if g.Name == "" {
		g.Name = n.Plain()
		if p.Err == nil {
			p.Err = a.correctName(ctx, &g)
		}
	}
	return g, p.Err
}

// known is what CreateGroup has found out about its channel.
type known struct {
	name string
	age  age
}

// age says what a channel may already contain.
type age int

const (
	existing age = iota // anything
	ours                // what was set after an earlier CreateGroup created it
	fresh               // nothing: this CreateGroup created it
)

func (a *Adapter) checkSpec(spec core.GroupSpec) (effect.Name, error) {
	if err := a.own("create group", spec.Workspace); err != nil {
		return effect.Name{}, err
	}
	n, ok := effect.FitName(spec.Name, spec.Suffix, spec.Badge, maxName)
	if !ok {
		return effect.Name{}, &core.Error{Op: "slack: create group", Kind: core.Invalid, Detail: "suffix"}
	}
	return n, nil
}

// applySpec sets up a new channel according to spec. A failure for one person or
// part does not stop the others, except that without a badge there is nothing
// to pin.
func (a *Adapter) applySpec(ctx context.Context, p *effect.Progress, id string, spec core.GroupSpec, of age) {
	if spec.Topic != "" {
		p.Do(ctx, core.PartTopic, core.Account{}, a.textCall(core.PartTopic, id, spec.Topic, of))
	}
	if spec.Purpose != "" {
		p.Do(ctx, core.PartPurpose, core.Account{}, a.textCall(core.PartPurpose, id, spec.Purpose, of))
	}
	a.invite(ctx, p, id, spec.Members)
	if spec.Badge != nil {
		a.setBadge(ctx, p, id, *spec.Badge, of)
	}
}

// correctName looks up the name of a group that an earlier call created. If the
// bot may not look, the requested name stays.
func (a *Adapter) correctName(ctx context.Context, g *core.Group) error {
	ch, err := spend(ctx, a, "conversations.info", func(ctx context.Context) (slack.Channel, error) {
		return a.conversationsInfo(ctx, g.Ref.ID)
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

// createCall creates the channel. Its value is the channel's ID.
func (a *Adapter) createCall(spec core.GroupSpec, n effect.Name, k *known) core.Call {
	return core.Call{
		Key:       core.KeyCreate,
		Cost:      a.client.Cost("conversations.create"),
		ProbeCost: a.client.Cost("users.conversations"),
		Unsure:    core.Park,
		Probe: func(ctx context.Context, in core.Intent) (string, core.Found, error) {
			ch, found, err := a.findChannel(ctx, in, n, true)
			k.name = ch.Name
			return ch.ID, found, err
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			ch, err := a.createAs(ctx, in, n, "", spec.Public)
			of := fresh
			if core.DetailOf(err) == "name_taken" {
				ch, of, err = a.createUnderOtherName(ctx, in, n, spec.Public)
			}
			*k = known{ch.Name, of}
			return ch.ID, err
		},
	}
}

// createUnderOtherName handles a name that is taken, either by an earlier attempt or by
// somebody else. In the second case it creates the channel under another name.
// Archived channels and channels that the bot cannot see keep their names too.
func (a *Adapter) createUnderOtherName(ctx context.Context, in core.Intent, n effect.Name, public bool) (slack.Channel, age, error) {
	ch, found, err := a.findChannel(ctx, in, n, false)
	switch {
	case err != nil || found == core.Yes:
		return ch, ours, err
	case found == core.CannotTell:
		// It may be ours. The intent stays open and a person decides.
		return ch, ours, &core.Error{
			Op: "slack: conversations.create", Kind: core.Unknown, Effect: core.Maybe, Detail: "name_taken",
		}
	}
	ch, err = spend(ctx, a, "conversations.create", func(ctx context.Context) (slack.Channel, error) {
		return a.createAs(ctx, in, n, in.Op[:min(otherLen, len(in.Op))], public)
	})
	return ch, fresh, err
}

// createAs creates the channel under the name with the letters, or under its ASCII
// form if Slack refuses that. Whatever name the channel gets, it is kept.
func (a *Adapter) createAs(ctx context.Context, in core.Intent, n effect.Name, letters string, public bool) (slack.Channel, error) {
	name, ascii := n.Other(letters), n.ASCII().Other(letters)
	ch, err := a.conversationsCreate(ctx, in, name, public)
	if !refusedName(err) || name == ascii {
		return ch, err
	}
	return spend(ctx, a, "conversations.create", func(ctx context.Context) (slack.Channel, error) {
		return a.conversationsCreate(ctx, in, ascii, public)
	})
}

// findChannel looks for the channel that an earlier attempt at the call of in created:
// one whose present or former name ends in the suffix, that was created by the bot, and
// that is not older than the first attempt.
func (a *Adapter) findChannel(ctx context.Context, in core.Intent, n effect.Name, paid bool) (slack.Channel, core.Found, error) {
	var ours slack.Channel
	self, err := a.whoAmI(ctx)
	if err != nil {
		found, err := effect.Look(false, false, err)
		return ours, found, err
	}
	earliest := in.First.Add(-skew).Truncate(time.Second)
	whole, err := pages(ctx, a, "users.conversations", paid, channelsPages, a.usersConversations, func(ch slack.Channel) bool {
		named := slices.ContainsFunc(append(ch.PreviousNames, ch.Name), n.Ends)
		if named && ch.Creator == self.UserID && !ch.Created.Time().Before(earliest) {
			ours = ch
		}
		return ours.ID == ""
	})
	found, err := effect.Look(ours.ID != "", whole, err)
	return ours, found, err
}
