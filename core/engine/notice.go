package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// noticeData is the input of a notice run: a message and its arguments.
type noticeData struct {
	Code string    `json:"code"`
	Args text.Args `json:"args"`
	// To gets the notice instead of the administrators.
	To core.Account `json:"to,omitzero"`
	// Group is the group that Args name.
	Group namedGroup `json:"group,omitzero"`
}

// namedGroup is a group and what a text calls it.
type namedGroup struct {
	Ref  core.GroupRef `json:"ref"`
	Name string        `json:"name"`
}

// link returns a text in which the name leads to the group.
func (g namedGroup) link(s string) []core.Span {
	before, after, found := strings.Cut(s, g.Name)
	if !found || g.Ref.IsZero() {
		return plain(s)
	}
	return slices.Concat(plain(before), []core.Span{core.GroupLink(g.Name, g.Ref)}, plain(after))
}

// argText returns an argument as stored, "" if it is no text.
func argText(v any) string {
	s, _ := v.(string)
	return s
}

// noticesRisk returns the key of notices that belong to no risk.
func (e *Engine) noticesRisk() core.RiskKey { return core.MakeRiskKey(e.org.KeyPrefix, 0) }

// noticeNow returns the change that arms a notice that belongs to no risk. It is
// sent once for each occurrence.
func (e *Engine) noticeNow(d noticeData, occurrence string) (TimerChange, error) {
	data, err := json.Marshal(d)
	return TimerChange{
		Do: ArmTimer, Due: e.clock.Now(), Data: data,
		Run: RunID{Risk: e.noticesRisk(), Flow: NoticeFlow, Occurrence: occurrence},
	}, err
}

// notifyPaused notifies administrators that a workspace refuses the bot.
func (e *Engine) notifyPaused(ctx context.Context, workspace, code string) {
	e.workspaces.Pause(workspace, e.clock.Now().Add(pausedRetry))
	e.announce(ctx, "paused", workspace, code, time.Hour)
}

// CutOff notifies administrators that a workspace refuses the connection, for the
// reason that code names.
func (e *Engine) CutOff(ctx context.Context, workspace, code string) {
	e.announce(ctx, "cut_off", workspace, code, time.Hour)
}

// longOutage is the length from which the end of every outage is worth a notice. A
// workspace that flaps has shorter ones.
const longOutage = 10 * time.Minute

// Restored notifies administrators that a workspace accepts the bot again, after it
// refused it for so long. Recoveries from short outages are notified once an hour.
func (e *Engine) Restored(ctx context.Context, workspace string, outage time.Duration) {
	every := time.Hour
	if outage >= longOutage {
		every = longOutage // two long outages can't end within less
	}
	e.announce(ctx, "restored", workspace, "", every)
}

// announce notifies administrators about a workspace, once in a period and from one
// replica. While an earlier notice of the same is waiting it sends no other: they
// may be unreachable for the same reason.
func (e *Engine) announce(ctx context.Context, notice, workspace, code string, every time.Duration) {
	about := notice + ":" + workspace + ":"
	c, err := e.noticeNow(noticeData{Code: notice, Args: text.Args{"Workspace": workspace, "Code": code}},
		about+strconv.FormatInt(e.clock.Now().Truncate(every).UnixMilli(), 10))
	var waiting []RunSummary
	if err == nil {
		waiting, err = e.store.Live(ctx, c.Run.Risk)
	}
	pending := slices.ContainsFunc(waiting, func(r RunSummary) bool { return strings.HasPrefix(r.ID.Occurrence, about) })
	if err == nil && !pending {
		err = e.store.Arm(ctx, c.Run.Risk, []TimerChange{c})
	}
	if err != nil {
		e.log.ErrorContext(ctx, "administrators could not be notified", "notice", notice, "workspace", workspace, "code", code, "err", err)
	}
}

// notify notifies administrators of a failure that no user caused, by a run that
// is armed when the turn ends. The same notice of the same step is sent once,
// except that a run is parked again; the same problem of a risk is sent once a
// day, whichever flows meet it. A notice sends no notices.
func (t *turn) notify(code string, args text.Args) { t.notifyOne(core.Account{}, code, args) }

// notifyOne notifies one person, or administrators if to is zero.
func (t *turn) notifyOne(to core.Account, code string, args text.Args) {
	if t.run.ID.Flow == NoticeFlow {
		return
	}
	d := noticeData{Code: code, Args: args, To: to}
	content, err := json.Marshal(d) // what makes a notice the same
	d.Group = t.called
	data, failed := json.Marshal(d)
	if err = cmp.Or(err, failed); err != nil {
		t.log.Error("notice could not be encoded", "err", err)
		return
	}
	when := ""
	if code == "parked" {
		when = stamp(t.e.clock.Now())
	}
	occurrence := core.MakeOp(t.run.ID.String(), strconv.FormatInt(t.run.Cycle, 10), t.stepKey, code, string(content), when)
	if why, ok := args["Why"].(string); ok && code != "parked" {
		day := stamp(t.e.clock.Now().Truncate(24 * time.Hour))
		occurrence = core.MakeOp(string(t.run.ID.Risk), code, why, day)
	}
	t.notices = append(t.notices, TimerChange{
		Do: ArmTimer, Due: t.e.clock.Now(), Data: data,
		Run: RunID{Risk: t.run.ID.Risk, Flow: NoticeFlow, Occurrence: occurrence},
	})
}

// takeNotices returns and clears the notices to arm.
func (t *turn) takeNotices() []TimerChange {
	all := t.notices
	t.notices = nil
	return all
}

// notice runs a notice.
func (t *turn) notice(ctx context.Context) error {
	t.stepKey = "notice"
	in := &input{}
	if t.run.Input != nil {
		if err := json.Unmarshal(t.run.Input, in); err != nil {
			return t.end(ctx, Parked, "stored_input", performed{})
		}
	} else if err := t.wordNotice(ctx, in); err != nil {
		return t.noticeFailed(ctx, err, performed{})
	}
	act := (*turn).performSendMessage
	if in.Message != nil {
		act = (*turn).performSendGroupMessage
	}
	p, err := t.perform(ctx, act, in, t.outcome(0))
	if err != nil {
		return t.noticeFailed(ctx, err, p)
	}
	for _, f := range p.out.Failed {
		t.log.ErrorContext(ctx, "notice not delivered to one person", "notice", string(t.run.Data), "who", f.What, "code", f.Code)
	}
	return t.end(ctx, Finished, "", p)
}

func (t *turn) noticeFailed(ctx context.Context, err error, p performed) error {
	if final(err) {
		t.log.ErrorContext(ctx, "notice not delivered", "notice", string(t.run.Data), "err", err)
		return t.end(ctx, Finished, core.DetailOf(err), p)
	}
	return t.endTurn(ctx, err, p)
}

// printerIn returns the printer for the administrators in a workspace.
func (e *Engine) printerIn(workspace string) text.Printer {
	return e.text.In(e.org.Language).In(e.org.Workspaces[workspace])
}

// wordNotice writes the notice for its recipient, for the admin channel, or for
// each administrator if there is no admin channel.
func (t *turn) wordNotice(ctx context.Context, in *input) error {
	var d noticeData
	if err := json.Unmarshal(t.run.Data, &d); err != nil {
		return invalid("notice", err)
	}
	if _, ok := d.Args["Why"]; !ok { // an older version only stored codes
		d.Args["Why"] = cmp.Or(argText(d.Args["What"]), argText(d.Args["Code"]))
	}
	message := func(workspace string) core.Message {
		return core.Message{Text: d.Group.link(t.e.printerIn(workspace).S("engine.notice."+d.Code, d.Args))}
	}
	if g := t.e.org.AdminChannel; !d.To.IsZero() {
		in.To, in.Messages = []core.Account{d.To}, map[string]core.Message{d.To.Workspace: message(d.To.Workspace)}
	} else if !g.IsZero() {
		m := message(g.Workspace)
		t.workspace, in.Group, in.Message = g.Workspace, g, &m
	} else {
		accounts, missing, err := t.e.people.Resolve(ctx, t.e.org.Permissions.Administrators, "")
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			return &core.Error{Op: "notice", Kind: core.NotFound, Detail: "nobody_to_tell", Err: errors.New(core.Text(message("").Text))}
		}
		in.To, in.Missing, in.Messages = accounts, missing, map[string]core.Message{}
		for _, a := range accounts {
			in.Messages[a.Workspace] = message(a.Workspace)
		}
	}
	var err error
	t.input, err = in.encode()
	return err
}
