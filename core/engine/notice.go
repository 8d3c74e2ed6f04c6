package engine

import (
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

// noticeData is what a notice run is about: a wording and what goes into it.
type noticeData struct {
	Code string    `json:"code"`
	Args text.Args `json:"args"`
	// To is told by itself, instead of the administrators.
	To core.Account `json:"to,omitzero"`
}

// noticesRisk is the key of notices that belong to no risk.
func (e *Engine) noticesRisk() core.RiskKey { return core.MakeRiskKey(e.org.KeyPrefix, 0) }

// noticeNow is a notice that belongs to no risk, told once for each occurrence.
func (e *Engine) noticeNow(d noticeData, occurrence string) (TimerChange, error) {
	data, err := json.Marshal(d)
	return TimerChange{
		Do: ArmTimer, Due: e.clock.Now(), Data: data,
		Run: RunID{Risk: e.noticesRisk(), Flow: NoticeFlow, Occurrence: occurrence},
	}, err
}

// tellPaused has administrators told that a workspace refuses the bot.
func (e *Engine) tellPaused(ctx context.Context, workspace, code string) {
	e.workspaces.Pause(workspace, e.clock.Now().Add(pausedRetry))
	e.announce(ctx, "paused", workspace, code)
}

// CutOff has administrators told that a workspace refuses the connection until
// somebody has mended what code stands for.
func (e *Engine) CutOff(ctx context.Context, workspace, code string) {
	e.announce(ctx, "cut_off", workspace, code)
}

// announce has administrators told something about a workspace, once an hour and
// by one replica. While they could not be told yet it is not said again: they may
// be out of reach for the same reason.
func (e *Engine) announce(ctx context.Context, notice, workspace, code string) {
	about := notice + ":" + workspace + ":"
	told, err := e.noticeNow(noticeData{Code: notice, Args: text.Args{"Workspace": workspace, "Code": code}},
		about+strconv.FormatInt(e.clock.Now().Truncate(time.Hour).UnixMilli(), 10))
	var waiting []RunSummary
	if err == nil {
		waiting, err = e.store.Live(ctx, told.Run.Risk)
	}
	untold := slices.ContainsFunc(waiting, func(r RunSummary) bool { return strings.HasPrefix(r.ID.Occurrence, about) })
	if err == nil && !untold {
		err = e.store.Arm(ctx, told.Run.Risk, 0, []TimerChange{told})
	}
	if err != nil {
		e.log.ErrorContext(ctx, "administrators could not be told", "notice", notice, "workspace", workspace, "code", code, "err", err)
	}
}

// tell has a failure without a causer told to the admin channel, by a run that
// is armed as the turn ends. Telling the same of the same step again arms
// nothing new, but for a run that is parked again. A notice tells nothing of
// itself.
func (t *turn) tell(code string, args text.Args) { t.tellOne(core.Account{}, code, args) }

// tellOne has one person told instead, unless to is zero.
func (t *turn) tellOne(to core.Account, code string, args text.Args) {
	if t.run.ID.Flow == NoticeFlow {
		return
	}
	data, err := json.Marshal(noticeData{Code: code, Args: args, To: to})
	if err != nil {
		t.log.Error("notice cannot be kept", "err", err)
		return
	}
	when := ""
	if code == "parked" {
		when = stamp(t.e.clock.Now())
	}
	occurrence := core.MakeOp(t.run.ID.String(), strconv.FormatInt(t.run.Cycle, 10), t.stepKey, code, string(data), when)
	t.told = append(t.told, TimerChange{
		Do: ArmTimer, Due: t.e.clock.Now(), Data: data,
		Run: RunID{Risk: t.run.ID.Risk, Flow: NoticeFlow, Occurrence: occurrence},
	})
}

// takeTold returns the notices to arm, once.
func (t *turn) takeTold() []TimerChange {
	told := t.told
	t.told = nil
	return told
}

// notice carries out a notice run.
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
		t.log.ErrorContext(ctx, "notice did not reach somebody", "notice", string(t.run.Data), "who", f.What, "code", f.Code)
	}
	return t.end(ctx, Finished, "", p)
}

func (t *turn) noticeFailed(ctx context.Context, err error, p performed) error {
	if final(err) {
		t.log.ErrorContext(ctx, "notice not delivered", "notice", string(t.run.Data), "err", err)
		return t.end(ctx, Finished, core.DetailOf(err), p)
	}
	return t.conclude(ctx, err, p)
}

// wordNotice words the notice for the admin channel, or for each administrator
// where there is none.
func (t *turn) wordNotice(ctx context.Context, in *input) error {
	var d noticeData
	if err := json.Unmarshal(t.run.Data, &d); err != nil {
		return invalid("notice", err)
	}
	m := core.Message{Text: plain(t.e.text.In(t.e.org.Language).S("engine.notice."+d.Code, d.Args))}
	if g := t.e.org.AdminChannel; !d.To.IsZero() {
		in.To, in.Messages = []core.Account{d.To}, map[string]core.Message{d.To.Workspace: m}
	} else if !g.IsZero() {
		t.workspace, in.Group, in.Message = g.Workspace, g, &m
	} else {
		accounts, missing, err := t.e.people.Resolve(ctx, t.e.org.Permissions.Administrators, "")
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			return &core.Error{Op: "notice", Kind: core.NotFound, Detail: "nobody_to_tell", Err: errors.New(core.Text(m.Text))}
		}
		in.To, in.Missing, in.Messages = accounts, missing, map[string]core.Message{}
		for _, a := range accounts {
			in.Messages[a.Workspace] = m
		}
	}
	var err error
	t.input, err = in.encode()
	return err
}
