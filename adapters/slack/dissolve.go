package slack

import (
	"context"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// dissolve archives a channel, which also ends it. Nothing in it can be changed after
// that, so it waits until everything else is done.
func (a *Adapter) dissolve(ctx context.Context, p *effect.Progress, channel string, c core.GroupChange) {
	switch {
	case c.Dissolve == "" || p.Err != nil:
		return
	case c.Dissolve != core.DissolveArchive:
		p.Report.Add(core.PartDissolve, core.Account{}, &core.Error{
			Op: "slack: set group", Kind: core.Unsupported, Detail: string(c.Dissolve),
		})
		return
	}
	_, err := p.Once.Do(ctx, a.archiveCall(channel, c.Posting.State == core.Ended && a.end == endArchive))
	if a.endsByArchiving(c) {
		p.Note(core.PartState, core.Account{}, err)
	}
	p.Note(core.PartDissolve, core.Account{}, err)
}

// endsByArchiving reports whether a change archives the channel to end it.
func (a *Adapter) endsByArchiving(c core.GroupChange) bool {
	return c.State == core.Ended && a.end == endArchive
}
