package discord

import (
	"cmp"
	"context"
	"slices"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// setPosting sets who may post: everything of a change that ends, reopens, mutes or
// archives a group. Discord has only permissions for all of these, so they are set
// together. It reports whether that is done.
func (a *Adapter) setPosting(ctx context.Context, p *effect.Progress, id string, c core.GroupChange) bool {
	if !p.Close(ctx, c, a.poster(id)) {
		c.State, c.Dissolve = "", ""
	}
	p.Report.Saved = c.Posting.Saved
	if c.State == "" && c.Mute == nil && c.Dissolve != core.DissolveArchive || p.Ended {
		return true
	}
	r := a.restriction(c)
	saved, err := a.save(ctx, p, id, r)
	if err == nil {
		r.saved, p.Report.Saved = parseSaved(saved), saved
		a.muteEach(ctx, p, id, r)
		if !p.Ended && (r.was.Closed() || r.now.Closed()) {
			err = a.restrict(ctx, p, id, r)
		}
		switch {
		case c.Dissolve == core.DissolveArchive:
			p.Report.Saved = cmp.Or(saved, nothingSaved)
		case !r.now.Closed() && len(r.now.Muted.People) == 0:
			p.Report.Saved = ""
		}
	}
	if c.State != "" {
		p.Note(core.PartState, core.Account{}, err)
	}
	if m := c.Mute; m != nil && (err != nil || m.All || r.was.Muted.All || len(m.People) == 0) {
		p.Note(core.PartMute, core.Account{}, err)
	}
	if c.Dissolve == core.DissolveArchive && err != nil {
		p.Note(core.PartDissolve, core.Account{}, err)
	}
	return err == nil
}

// save returns what people had set in a channel before riskroom restricts posting. That
// is a call of its own, so that a repeat after a crash still knows it.
func (a *Adapter) save(ctx context.Context, p *effect.Progress, id string, r restriction) (string, error) {
	if r.was.Closed() || !r.tightens() {
		return r.was.Saved, nil
	}
	return p.Once.Do(ctx, core.Call{
		Key:  "permissions",
		Cost: a.client.Cost(id, "get_channel"),
		Make: func(ctx context.Context, _ core.Intent) (string, error) {
			have, _, err := a.compare(ctx, id, r)
			if err != nil {
				return "", err
			}
			return r.save(have)
		},
	})
}

// restrict sets the permissions of everybody in one request, so that nobody can post
// in between. A request takes only so many of them; in a larger channel, each is set by
// itself.
func (a *Adapter) restrict(ctx context.Context, p *effect.Progress, id string, r restriction) error {
	how, err := p.Once.Do(ctx, core.Call{
		Key:  "posting",
		Cost: a.client.Cost(id, "get_channel", "update_channel"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			have, want, err := a.compare(ctx, id, r)
			switch {
			case err != nil || slices.Equal(have, want):
				return "", err
			case len(want) > maxAtOnce:
				return oneByOne, nil
			}
			err = a.updateChannel(ctx, in, id, map[string]any{"permission_overwrites": want})
			if core.DetailOf(err) == "10009" {
				return oneByOne, nil // somebody has left the guild
			}
			return "", err
		},
	})
	if err != nil || how != oneByOne {
		return err
	}
	ids, err := spend(ctx, a, id, "get_channel", func(ctx context.Context) ([]string, error) {
		have, want, err := a.compare(ctx, id, r)
		return changed(have, want), err
	})
	for _, one := range ids {
		if err == nil {
			_, err = p.Once.Do(ctx, a.permitCall("posting:"+one, id, one, r))
		}
	}
	return err
}

// oneByOne is the value of the call "posting" where one request can't set everything.
const oneByOne = "one by one"

// compare returns a channel's overwrites as they are and as they should be.
func (a *Adapter) compare(ctx context.Context, id string, r restriction) (have, want []overwrite, err error) {
	if r.self, err = a.whoAmI(ctx); err != nil {
		return nil, nil, err
	}
	ch, err := a.getChannel(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	return ch.Overwrites, r.apply(ch.Overwrites), nil
}

// permitCall sets or removes one overwrite, unless it is right already. Whoever has left
// the guild loses it: Discord would otherwise let them post when they come back.
func (a *Adapter) permitCall(key, channel, id string, r restriction) core.Call {
	return core.Call{
		Key:  key,
		Cost: a.client.Cost(channel, "get_channel", "set_channel_permission_overwrite"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			have, want, err := a.compare(ctx, channel, r)
			if err != nil || !slices.Contains(changed(have, want), id) {
				return "", err
			}
			if i := of(want, id); i >= 0 {
				err = a.setChannelPermissionOverwrite(ctx, in, channel, want[i])
			}
			if of(want, id) < 0 || core.DetailOf(err) == "10009" {
				err = a.deleteChannelPermissionOverwrite(ctx, in, channel, id)
			}
			return "", err
		},
	}
}
