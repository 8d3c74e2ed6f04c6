package engine

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"riskroom/core"
	"riskroom/core/people"
	"riskroom/core/text"
)

// A closed risk's item group is closed by a run of CloseFlow, which a sync arms. It posts
// a notice, waits for a day, and then dissolves the group, unless a person has posted in
// between. Its occurrence is the moment from which the days count.

// closing is when a group is to be closed.
type closing struct {
	run    RunID
	notice time.Time // when the notice is due
	at     time.Time
}

// closingOf returns when the item group g of a risk is to be closed, and whether it is.
func (e *Engine) closingOf(r core.Risk, g Group) (closing, bool) {
	if e.org.CloseAfter == 0 || r.Status.Open() || r.Key == "" || g.Life != LiveGroup {
		return closing{}, false
	}
	from := r.StatusSince
	for _, t := range []time.Time{g.Kept, g.Since} {
		if t.After(from) {
			from = t
		}
	}
	days := func(n int) time.Time {
		return core.DaysAfter(from, n, core.SinceMidnight(from.In(e.org.Zone)), e.org.Zone)
	}
	id := RunID{Risk: r.Key, Flow: CloseFlow, Occurrence: strconv.FormatInt(from.UnixMilli(), 10)}
	return closing{run: id, notice: days(e.org.CloseAfter - 1), at: days(e.org.CloseAfter)}, true
}

// planClosing arms the run that closes the risk's group when the turn ends, and drops
// those that are no longer right. What is already due, because the config file says so
// only now, is spread over the days that it says, so that it isn't a burst.
func (t *turn) planClosing(g Group) {
	want, ok := t.e.closingOf(t.rec.Risk, g)
	t.notices = append(t.notices, keepGroup(t.rec, want.run)...)
	if !ok {
		return
	}
	now := t.e.clock.Now()
	i := indexOfRun(t.rec.Runs, want.run)
	switch c := (TimerChange{Do: ArmTimer, Run: want.run, Due: want.notice}); {
	case i < 0:
		if !c.Due.After(now) {
			const parts = 1000
			c.Due = now.Add(time.Duration(want.run.Risk.Number()%parts) * time.Duration(t.e.org.CloseAfter) * core.Day / parts)
		}
		t.notices = append(t.notices, c)
	case t.rec.Runs[i].State == Armed && c.Due.After(now) && !c.Due.Equal(t.rec.Runs[i].Due):
		c.Do, c.From = MoveTimer, want.run
		t.notices = append(t.notices, c)
	}
}

// keepGroup returns the changes that stop every run that closes the group, except one.
func keepGroup(rec Record, except RunID) []TimerChange {
	var out []TimerChange
	for _, r := range rec.Runs {
		if r.ID.Flow == CloseFlow && r.ID != except && r.State.Live() {
			out = append(out, TimerChange{Do: DropTimer, Run: r.ID}, TimerChange{Do: CancelBegun, Run: r.ID})
		}
	}
	return out
}

// closeGroup runs CloseFlow.
func (t *turn) closeGroup(ctx context.Context) error {
	t.stepKey = []string{"notice", "close"}[min(t.run.Step, 1)]
	rec, err := t.read(ctx)
	if err != nil {
		return t.endTurn(ctx, err, performed{})
	}
	t.rec = rec
	g, err := t.e.groupOf(ctx, rec, rec.Binding.Group)
	if err != nil && core.KindOf(err) != core.NotFound {
		return t.endTurn(ctx, err, performed{})
	}
	c, ok := t.e.closingOf(rec.Risk, g)
	done := t.run.Step > 0 && g.Life == GoneGroup // by this run, before a crash
	if !done && (!ok || c.run != t.run.ID || rec.Binding.State != Bound || t.cancelled()) {
		if !t.unreached() {
			return t.endTurn(ctx, errCancelled, performed{})
		}
		t.wish(CancelWish) // no new calls; what came of those that were made becomes known
	}
	t.into, t.workspace = g.Ref, g.Ref.Workspace
	in := &input{Version: rec.Risk.Version, Group: g.Ref}
	if t.run.Input != nil {
		if err := json.Unmarshal(t.run.Input, in); err != nil {
			return t.end(ctx, Parked, "stored_input", performed{})
		}
	}
	if t.run.Step == 0 {
		return t.announceClosing(ctx, in, c)
	}
	return t.dissolve(ctx, in, g)
}

// announceClosing posts the notice, and has the run wait for a day.
func (t *turn) announceClosing(ctx context.Context, in *input, c closing) error {
	at := t.e.clock.Now().Add(core.Day)
	if c.at.After(at) {
		at = c.at
	}
	if in.Message == nil {
		p := t.e.text.In(t.e.org.Language)
		in.Message = &core.Message{Text: plain(p.S("engine.close."+string(t.onClose()), text.Args{
			"Key": string(t.run.ID.Risk), "Status": p.Status(t.rec.Risk.Status), "At": p.Time(at, t.e.org.Zone),
		}))}
		var err error
		if t.input, err = in.encode(); err != nil {
			return t.end(ctx, Parked, core.DetailOf(err), performed{})
		}
	}
	pl, err := t.platform(in.Group.Workspace)
	if err != nil {
		return t.endTurn(ctx, err, performed{})
	}
	ref, err := pl.SendGroupMessage(ctx, once{t: t}, in.Group, t.about(*in.Message, in.Group.Workspace))
	if err != nil {
		return t.endTurn(ctx, people.FailedIn(in.Group.Workspace, err), performed{})
	}
	p := performed{out: outcome{Done: []string{ref.String()}}}
	return t.completeAs(ctx, p.addTo(Complete{To: Waiting, Until: at, Next: true, Reason: "announced"}))
}

// dissolve closes the group, unless a person has posted there since the notice.
func (t *turn) dissolve(ctx context.Context, in *input, g Group) error {
	if in.Change == nil {
		kept, err := t.keptSince(ctx, g)
		switch {
		case err != nil && final(err):
			args := t.noticeArgs(t.stepKey, core.DetailOf(err))
			args["Why"] = t.problems(ctx, core.DetailOf(err), nil)
			t.notify("not_closed", args)
			return t.endTurn(ctx, err, performed{})
		case err != nil:
			return t.endTurn(ctx, err, performed{})
		case kept:
			return t.end(ctx, Finished, "kept", performed{})
		}
		p := t.e.text.In(t.e.org.Language)
		in.Change = &core.GroupChange{Dissolve: t.onClose(), Posting: g.Posting()}
		if t.onClose() == core.DissolveArchive {
			in.Change.Closing = &core.Message{Text: plain(p.S("engine.close.last", text.Args{"Key": string(t.run.ID.Risk)}))}
		}
		if t.input, err = in.encode(); err != nil {
			return t.end(ctx, Parked, core.DetailOf(err), performed{})
		}
	}
	p, err := t.perform(ctx, (*turn).performSetGroup, in, t.outcome(t.run.Step))
	if err != nil {
		return t.endTurn(ctx, err, p)
	}
	if len(p.out.Failed) > 0 {
		t.note(EventPartial, "", map[string]string{"action": t.stepKey, "what": p.out.failures()})
		args := t.noticeArgs(t.stepKey, "")
		args["Why"] = t.problems(ctx, "", p.out.Failed)
		t.notify("not_closed", args)
	}
	return t.end(ctx, Finished, "", p)
}

// keptSince reports whether a person has posted in the group since the notice. Then the
// days count from that post.
func (t *turn) keptSince(ctx context.Context, g Group) (bool, error) {
	done := t.outcome(0).Done
	i := slices.IndexFunc(done, func(s string) bool { _, ok := core.ParseMessageRef(s); return ok })
	if i < 0 {
		return false, &core.Error{Op: "close group", Kind: core.NotFound, Detail: "message_not_found"}
	}
	notice, _ := core.ParseMessageRef(done[i])
	pl, err := t.platform(g.Ref.Workspace)
	if err != nil {
		return false, err
	}
	last, err := pl.LastPersonMessage(ctx, notice)
	if err != nil || last.IsZero() {
		return false, people.FailedIn(g.Ref.Workspace, err)
	}
	return true, t.changeGroup(ctx, g, func(g *Group) { g.Kept = last.UTC().Truncate(time.Millisecond) })
}

// onClose returns how the group is closed.
func (t *turn) onClose() core.Dissolve {
	if how := t.e.org.Workspaces[t.into.Workspace].OnClose; how != "" {
		return how
	}
	return core.DissolveArchive
}
