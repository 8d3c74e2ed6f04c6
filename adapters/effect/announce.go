package effect

import (
	"context"

	"riskroom/core"
)

// Announcing are an adapter's calls for announcements in one group.
type Announcing struct {
	Post       func(key string, m core.Message) core.Call
	Pin, Unpin func(id string) core.Call
	Ref        func(id string) core.MessageRef
}

// Announce posts and pins an announcement in place of the one before, unless check fails.
// It unpins the old one only once the new one is pinned, so that an interruption never
// leaves the group without one.
func (p *Progress) Announce(ctx context.Context, n core.Announcement, check error, a Announcing) {
	if p.Ended {
		return
	}
	err := check
	if err == nil {
		err = p.announce(ctx, n, a)
	}
	p.Note(core.PartAnnouncement, core.Account{}, err)
}

func (p *Progress) announce(ctx context.Context, n core.Announcement, a Announcing) error {
	if n.Message != nil {
		id, err := p.Once.Do(ctx, a.Post("announce", *n.Message))
		if err != nil {
			return err
		}
		p.Report.Announcement = a.Ref(id)
		if _, err := p.Once.Do(ctx, a.Pin(id)); err != nil {
			return err
		}
	}
	if n.Old.IsZero() {
		return nil
	}
	_, err := p.Once.Do(ctx, a.Unpin(n.Old.ID))
	return err
}

// Close posts the last message before a group is ended or dissolved, once everything
// before it is done. It returns false if it may still be posted later.
func (p *Progress) Close(ctx context.Context, c core.GroupChange, post func(key string, m core.Message) core.Call) bool {
	if c.Closing == nil || c.State != core.Ended && c.Dissolve == "" {
		return true
	}
	if p.Err != nil {
		return false
	}
	_, err := p.Once.Do(ctx, post("closing", *c.Closing))
	p.Note(core.PartClosing, core.Account{}, err)
	return err == nil || core.KindOf(err).Final()
}
