package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// noticeData is what a notice run is about: a wording and what goes into it.
type noticeData struct {
	Code string    `json:"code"`
	Args text.Args `json:"args"`
}

// pausedTold remembers which workspaces were told to refuse the bot, so that a
// thousand waiting runs say so once.
type pausedTold struct {
	mu   sync.Mutex
	last map[string]time.Time
}

const pausedToldEvery = time.Hour

func (p *pausedTold) again(workspace string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil {
		p.last = map[string]time.Time{}
	}
	if last, ok := p.last[workspace]; ok && now.Sub(last) < pausedToldEvery {
		return false
	}
	p.last[workspace] = now
	return true
}

// tell has a failure without a causer told to the admin channel, by a run that
// is armed as the turn settles. Telling the same of the same step again arms
// nothing new. A notice tells nothing of itself.
func (t *turn) tell(code string, args text.Args) {
	if t.run.ID.Flow == NoticeFlow {
		return
	}
	if code == "paused" && !t.e.paused.again(t.workspace, t.e.clock.Now()) {
		return
	}
	data, err := json.Marshal(noticeData{Code: code, Args: args})
	if err != nil {
		t.log.Error("notice cannot be kept", "err", err)
		return
	}
	occurrence := core.MakeOp(t.run.ID.String(), fmt.Sprint(t.run.Cycle), t.stepKey, code, string(data))
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
			return t.end(ctx, Parked, "stored_input")
		}
	} else if err := t.wordNotice(ctx, in); err != nil {
		return t.noticeFailed(ctx, err, performed{})
	}
	p, err := t.perform(ctx, in, t.outcome(0))
	if err != nil {
		return t.noticeFailed(ctx, err, p)
	}
	return t.end(ctx, Finished, "")
}

func (t *turn) noticeFailed(ctx context.Context, err error, p performed) error {
	if final(err) {
		t.log.ErrorContext(ctx, "notice not delivered", "notice", string(t.run.Data), "err", err)
		return t.end(ctx, Finished, core.DetailOf(err))
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
	if g := t.e.org.AdminChannel; !g.IsZero() {
		t.workspace, in.Into, in.Post = g.Workspace, g, &m
	} else {
		accounts, missing, err := t.e.people.resolve(ctx, t.e.org.Permissions.Administrators, "")
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			return &core.Error{Op: "notice", Kind: core.NotFound, Detail: "nobody_to_tell", Err: errors.New(core.Text(m.Text))}
		}
		in.Direct, in.Missing, in.Messages = accounts, missing, map[string]core.Message{}
		for _, a := range accounts {
			in.Messages[a.Workspace] = m
		}
	}
	var err error
	t.input, err = in.encode()
	return err
}
