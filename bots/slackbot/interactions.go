package slackbot

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/rest"
	adapter "riskroom/adapters/slack"
	"riskroom/bots"
	"riskroom/core"
)

// payload is what is read of an interaction: far less than Slack sends, so that
// what Slack adds or changes elsewhere in it does no harm. See
// https://docs.slack.dev/reference/interaction-payloads.
type payload struct {
	Type       string `json:"type"`
	Team       thing  `json:"team"`
	Enterprise thing  `json:"enterprise"`
	User       struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
		TeamID   string `json:"team_id"`
	} `json:"user"`
	Channel     thing  `json:"channel"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	Actions     []struct {
		ActionID string `json:"action_id"`
		Value    string `json:"value"`
		ActionTS string `json:"action_ts"`
	} `json:"actions"`
	View *view `json:"view"`
}

type thing struct {
	ID string `json:"id"`
}

// Interactions takes buttons, choices in modals and their submissions.
func (b *Bot) Interactions() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived := time.Now()
		body, no := b.read(w, r, typeForm)
		if no != nil {
			b.reject(w, r, kindInteraction, *no)
			return
		}
		var p payload
		form, err := url.ParseQuery(string(body))
		if err == nil {
			err = json.Unmarshal([]byte(form.Get("payload")), &p)
		}
		if err != nil {
			b.reject(w, r, kindInteraction, rejection{http.StatusBadRequest, outcomeMalformed})
			return
		}
		answer, outcome, no := b.takeInteraction(r.Context(), turn{arrived: arrived, fresh: b.freshly(r.Header)}, p)
		if no != nil {
			b.reject(w, r, kindInteraction, *no)
			return
		}
		b.observe(kindInteraction, outcome)
		b.write(w, answer)
	})
}

// takeInteraction answers an interaction and returns its outcome, or returns why it
// is rejected.
func (b *Bot) takeInteraction(ctx context.Context, t turn, p payload) (response, string, *rejection) {
	if no := b.accept(ctx, t, from{team: p.Team.ID, enterprise: p.Enterprise.ID, userTeam: p.User.TeamID}, p.User.ID); no != nil {
		return response{}, "", no
	}
	if !p.known() {
		return response{}, outcomeUnknown, nil
	}
	key := actOf(p.Type, p.User.ID, p.TriggerID)
	return b.once(ctx, t, key, func() response { return b.interact(ctx, t, p) }), outcomeOK, nil
}

// known reports whether an interaction is one of ours. Others are answered too:
// Slack shows people a failure where nothing is answered.
func (p payload) known() bool {
	switch {
	case p.View != nil:
		return p.Type == "view_submission" || p.Type == "block_actions"
	case p.Type == "block_actions" && len(p.Actions) > 0:
		_, ok := adapter.ParseButton(p.Actions[0].ActionID, p.Actions[0].Value)
		return ok
	}
	return false
}

func (b *Bot) interact(ctx context.Context, t turn, p payload) response {
	wait, cancel := context.WithDeadline(ctx, t.arrived.Add(b.answerWithin))
	defer cancel()
	c := b.by(wait, t, p.User.ID, cmp.Or(p.User.Name, p.User.Username), p.Channel.ID)
	switch {
	case p.Type == "view_submission":
		return b.submit(wait, t, c, p)
	case p.View != nil:
		b.choose(ctx, wait, t, c, p)
	default:
		return b.press(ctx, wait, t, c, p)
	}
	return response{}
}

// press answers a button on a card. The request itself takes no message, so the
// reply goes through the response_url.
func (b *Bot) press(ctx, wait context.Context, t turn, c bots.Command, p payload) response {
	a := p.Actions[0]
	button, ok := adapter.ParseButton(a.ActionID, a.Value)
	if !ok {
		return response{}
	}
	c.Op = core.MakeOp("slack", p.Team.ID, "action", p.TriggerID, a.ActionTS)
	c.Pressed = &bots.Pressed{Press: button.Press, Risk: button.Risk, Seen: button.Version}
	later := b.later(p.ResponseURL)
	reply := b.answer(wait, t, c, later)
	if reply.Form != nil && b.open(ctx, t.arrived, p.TriggerID, *reply.Form) {
		return response{}
	}
	return response{lost: later != nil && !b.tell(ctx, later, reply)}
}

// choose updates a form after a choice in it.
func (b *Bot) choose(ctx, wait context.Context, t turn, c bots.Command, p payload) {
	filled, err := b.filled(*p.View)
	if err != nil {
		b.log.Warn("slackbot: a modal is not ours", "error", err)
		return
	}
	filled.Refresh = true
	c.Op = core.MakeOp("slack", p.Team.ID, "choose", p.TriggerID)
	c.Filled = &filled
	if reply := b.answer(wait, t, c, nil); reply.Form != nil {
		b.update(ctx, t.arrived, *p.View, *reply.Form)
	}
}

// submit takes a form. Its op is the modal's, so that a form acts once however often
// it is submitted.
func (b *Bot) submit(wait context.Context, t turn, c bots.Command, p payload) response {
	filled, err := b.filled(*p.View)
	if err != nil {
		b.log.Warn("slackbot: a modal is not ours", "error", err)
		filled = bots.Filled{} // nobody's form: the answer says so
	}
	c.Op = core.MakeOp("slack", p.Team.ID, "view", p.View.ID)
	c.Filled = &filled
	reply := b.answer(wait, t, c, nil)
	errs := p.View.errors(reply.Errors)
	switch {
	case len(errs) > 0:
		return response{body: slack.NewErrorsViewSubmissionResponse(errs)}
	case reply.Form != nil:
		return b.next(*p.View, *reply.Form)
	}
	return response{body: slack.NewClearViewSubmissionResponse()}
}

// next shows a form in place of the one that was submitted. Where the answer cannot
// hold the whole form, it holds the notice, and the form follows.
func (b *Bot) next(v view, f bots.Form) response {
	modal, err := b.modal(f)
	if err != nil {
		b.log.Error("slackbot: a form cannot be shown", "form", f.ID, "error", err)
		return response{body: slack.NewClearViewSubmissionResponse()}
	}
	return response{body: slack.NewUpdateViewSubmissionResponse(&modal), instead: func(ctx context.Context) any {
		first := bots.Form{Title: f.Title, Cancel: f.Cancel, Notice: f.Notice}
		if len(first.Notice) == 0 {
			first.Notice = []core.Span{core.Plain("…")}
		}
		modal, err := b.modal(first)
		if err != nil {
			return slack.NewClearViewSubmissionResponse()
		}
		b.follow(ctx, v, f)
		return slack.NewUpdateViewSubmissionResponse(&modal)
	}}
}

// followAfter is how long to wait after an answer before the modal is updated: an
// answer that arrived later would replace the update.
const followAfter = 400 * time.Millisecond

// follow shows a form in a modal once the answer has changed it.
func (b *Bot) follow(ctx context.Context, v view, f bots.Form) {
	v.Hash = "" // another by then
	b.telling.Go(func() {
		time.Sleep(followAfter)
		b.update(context.WithoutCancel(ctx), time.Now(), v, f)
	})
}

// open opens a modal if there is time, and reports whether it did.
func (b *Bot) open(ctx context.Context, arrived time.Time, trigger string, f bots.Form) bool {
	ctx, cancel := context.WithDeadline(ctx, arrived.Add(b.openWithin))
	defer cancel()
	modal, err := b.modal(f)
	if err == nil {
		_, err = call(ctx, b, "views.open", func(ctx context.Context) (string, error) {
			r, err := b.api.Web().OpenViewContext(ctx, trigger, modal)
			if err == nil && r.View.ID == "" {
				err = rest.ErrIncomplete
			}
			if err != nil {
				return "", err
			}
			return r.View.ID, nil
		})
	}
	if err != nil {
		b.log.Warn("slackbot: a modal was not opened", "form", f.ID, "error", err)
	}
	return err == nil
}

// update shows a form in an open modal, unless the modal has changed meanwhile: then
// another choice is on its way.
func (b *Bot) update(ctx context.Context, arrived time.Time, v view, f bots.Form) {
	ctx, cancel := context.WithDeadline(ctx, arrived.Add(b.openWithin))
	defer cancel()
	modal, err := b.modal(f)
	if err == nil {
		_, err = call(ctx, b, "views.update", func(ctx context.Context) (*slack.ViewResponse, error) {
			return b.api.Web().UpdateViewContext(ctx, modal, "", v.Hash, v.ID)
		})
	}
	if err != nil && core.DetailOf(err) != "hash_conflict" {
		b.log.Warn("slackbot: a modal was not updated", "form", f.ID, "error", err)
	}
}
