package slackbot

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

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
		if no := b.hear(r, from{team: p.Team.ID, enterprise: p.Enterprise.ID, userTeam: p.User.TeamID}, p.User.ID); no != nil {
			b.reject(w, r, kindInteraction, *no)
			return
		}
		b.observe(kindInteraction, b.interact(w, r.Context(), arrived, p))
	})
}

// interact answers an interaction and returns its outcome. What is not known is
// answered all the same: Slack shows anything else to people as a failure.
func (b *Bot) interact(w http.ResponseWriter, ctx context.Context, arrived time.Time, p payload) string {
	wait, cancel := context.WithDeadline(ctx, arrived.Add(b.answerWithin))
	defer cancel()
	name := p.User.Name
	if name == "" {
		name = p.User.Username
	}
	c := b.by(wait, p.User.ID, name, p.Channel.ID)
	switch {
	case p.Type == "view_submission" && p.View != nil:
		b.submit(w, wait, c, p)
	case p.Type == "block_actions" && p.View != nil:
		b.choose(ctx, wait, arrived, c, p)
	case p.Type == "block_actions" && len(p.Actions) > 0:
		return b.press(ctx, wait, arrived, c, p)
	default:
		return outcomeUnknown
	}
	return outcomeOK
}

// press answers a button on a card. The request itself takes no message: what
// is said goes through the response_url.
func (b *Bot) press(ctx, wait context.Context, arrived time.Time, c bots.Command, p payload) string {
	a := p.Actions[0]
	button, ok := adapter.ParseButton(a.ActionID, a.Value)
	if !ok {
		return outcomeUnknown
	}
	c.Op = core.MakeOp("slack", p.Team.ID, "action", p.TriggerID, a.ActionTS)
	c.Pressed = &bots.Pressed{Press: button.Press, Risk: button.Risk, Seen: button.Version}
	later := b.later(p.ResponseURL)
	reply := b.bot.Answer(wait, c, later)
	if reply.Form != nil && b.open(ctx, arrived, p.TriggerID, *reply.Form) {
		return outcomeOK
	}
	if later != nil {
		b.tell(ctx, later, reply)
	}
	return outcomeOK
}

// choose shows a form anew for what was chosen in it.
func (b *Bot) choose(ctx, wait context.Context, arrived time.Time, c bots.Command, p payload) {
	filled, err := b.filled(*p.View)
	if err != nil {
		b.log.Warn("slackbot: a modal is not ours", "error", err)
		return
	}
	filled.Refresh = true
	c.Op = core.MakeOp("slack", p.Team.ID, "choose", p.TriggerID)
	c.Filled = &filled
	if reply := b.bot.Answer(wait, c, nil); reply.Form != nil {
		b.update(ctx, arrived, *p.View, *reply.Form)
	}
}

// submit takes a form. Its op is the modal's: submitted again because the first
// answer was not a clear one, it acts once.
func (b *Bot) submit(w http.ResponseWriter, wait context.Context, c bots.Command, p payload) {
	filled, err := b.filled(*p.View)
	if err != nil {
		b.log.Warn("slackbot: a modal is not ours", "error", err)
		filled = bots.Filled{} // nobody's form: the answer says so
	}
	c.Op = core.MakeOp("slack", p.Team.ID, "view", p.View.ID)
	c.Filled = &filled
	reply := b.bot.Answer(wait, c, nil)
	errs := p.View.errors(reply.Errors)
	switch {
	case len(errs) > 0:
		b.write(w, slack.NewErrorsViewSubmissionResponse(errs))
	case reply.Form != nil:
		modal, err := b.modal(*reply.Form)
		if err != nil {
			b.log.Error("slackbot: a form cannot be shown", "form", reply.Form.ID, "error", err)
			b.write(w, slack.NewClearViewSubmissionResponse())
			return
		}
		b.write(w, slack.NewUpdateViewSubmissionResponse(&modal))
	default:
		b.write(w, slack.NewClearViewSubmissionResponse())
	}
}

// open opens a modal if there is time, and tells whether it did.
func (b *Bot) open(ctx context.Context, arrived time.Time, trigger string, f bots.Form) bool {
	ctx, cancel := context.WithDeadline(ctx, arrived.Add(b.openWithin))
	defer cancel()
	modal, err := b.modal(f)
	if err == nil {
		_, err = call(ctx, b, "views.open", func(ctx context.Context) (string, error) {
			r, err := b.api.OpenViewContext(ctx, trigger, modal)
			if err == nil && r.View.ID == "" {
				err = errHollow
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

// update shows a form in place of what a modal shows, unless that has changed
// meanwhile: then another choice is on its way.
func (b *Bot) update(ctx context.Context, arrived time.Time, v view, f bots.Form) {
	ctx, cancel := context.WithDeadline(ctx, arrived.Add(b.openWithin))
	defer cancel()
	modal, err := b.modal(f)
	if err == nil {
		_, err = call(ctx, b, "views.update", func(ctx context.Context) (*slack.ViewResponse, error) {
			return b.api.UpdateViewContext(ctx, modal, "", v.Hash, v.ID)
		})
	}
	if err != nil && !strings.Contains(err.Error(), "hash_conflict") {
		b.log.Warn("slackbot: a modal was not updated", "form", f.ID, "error", err)
	}
}
