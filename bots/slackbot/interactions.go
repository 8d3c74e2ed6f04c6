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

// payload is the part of an interaction that riskroom reads. The rest may change
// without breaking anything. See
// https://docs.slack.dev/reference/interaction-payloads.
type payload struct {
	Type string `json:"type"`
	Team struct {
		ID     string `json:"id"`
		Domain string `json:"domain"`
	} `json:"team"`
	User struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
	} `json:"user"`
	Channel     thing    `json:"channel"`
	TriggerID   string   `json:"trigger_id"`
	ResponseURL string   `json:"response_url"`
	Actions     []action `json:"actions"`
	View        *view    `json:"view"`

	// Of a shortcut. Without a message it is a global one.
	CallbackID string   `json:"callback_id"`
	ActionTS   string   `json:"action_ts"`
	Message    *message `json:"message"`
}

// action is a button that somebody pressed, or a menu with the option that they chose.
type action struct {
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
	Selected option `json:"selected_option"`
	ActionTS string `json:"action_ts"`
}

// button returns the button of a card that was pressed, on the card or in its menu.
func (a action) button() (adapter.Button, bool) {
	if b, ok := adapter.ParseOption(a.ActionID, a.Selected.Value); ok {
		return b, true
	}
	return adapter.ParseButton(a.ActionID, a.Value)
}

type thing struct {
	ID string `json:"id"`
}

// Interactions handles buttons, shortcuts, and choices in modals and their submissions.
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
		answer, outcome, no := b.takeInteraction(r.Context(), request{arrived: arrived, fresh: b.firstDelivery(r.Header)}, p)
		if no != nil {
			b.reject(w, r, kindInteraction, *no)
			return
		}
		b.observe(kindInteraction, outcome)
		b.write(w, answer)
	})
}

// takeInteraction answers an interaction and returns its outcome, or why it is
// rejected.
func (b *Bot) takeInteraction(ctx context.Context, req request, p payload) (response, string, *rejection) {
	if no := b.accept(ctx, req, p.Team.ID, p.User.ID); no != nil {
		return response{}, "", no
	}
	if !p.known() {
		return response{}, outcomeUnknown, nil
	}
	key := actOf(p.Type, p.User.ID, p.TriggerID)
	return b.once(ctx, req, key, func() response { return b.interact(ctx, req, p) }), outcomeOK, nil
}

// known reports whether an interaction is one of ours. Others are answered too,
// because Slack shows people a failure otherwise.
func (p payload) known() bool {
	switch {
	case p.Type == typeShortcut || p.Type == typeMessageShortcut:
		return p.shortcut()
	case p.inModal():
		return p.Type == "view_submission" || p.Type == "block_actions"
	case p.Type == "block_actions" && len(p.Actions) > 0:
		_, ok := p.Actions[0].button()
		_, turned := parseTurn(p.Actions[0].ActionID, p.Actions[0].Value)
		return ok || turned || p.Actions[0].ActionID == newRiskID
	}
	return false
}

// inModal reports whether somebody did something in a modal.
func (p payload) inModal() bool { return p.View != nil && p.View.Type != typeHome }

func (b *Bot) interact(ctx context.Context, req request, p payload) response {
	wait, cancel := context.WithDeadline(ctx, req.arrived.Add(b.answerWithin))
	defer cancel()
	c := b.by(wait, req, p.User.ID, cmp.Or(p.User.Name, p.User.Username), p.Channel.ID)
	switch {
	case p.Type == "view_submission":
		return b.submit(wait, req, c, p)
	case p.Type == typeShortcut || p.Type == typeMessageShortcut:
		return b.choseShortcut(ctx, wait, req, c, p)
	case p.inModal():
		b.choose(ctx, wait, req, c, p)
	default:
		return b.press(ctx, wait, req, c, p)
	}
	return response{}
}

// press answers a button of a message or of the Home tab. The answer to the request can't
// contain a message, so the reply goes to the response_url. On the Home tab there is none.
func (b *Bot) press(ctx, wait context.Context, req request, c bots.Command, p payload) response {
	a := p.Actions[0]
	if button, ok := a.button(); ok {
		c.Pressed = &bots.Pressed{Press: button.Press, Risk: button.Risk, Seen: button.Version, Confirmed: true}
	} else if turned, ok := parseTurn(a.ActionID, a.Value); ok {
		c.Turned = &turned
	} else if a.ActionID == newRiskID {
		c.Shortcut = bots.NewRisk()
	} else {
		return response{}
	}
	c.Op, c.FormsOnly = core.MakeOp("slack", p.Team.ID, "action", p.TriggerID, a.ActionTS), p.View != nil
	later := b.later(p.ResponseURL)
	reply, opened := b.answerOrOpen(ctx, wait, req, c, p.TriggerID, later)
	if opened {
		return response{}
	}
	if later == nil {
		return response{lost: p.View != nil} // Slack shows a failure
	}
	return response{lost: !b.show(ctx, later, reply)}
}

// choose updates a form after a choice in it.
func (b *Bot) choose(ctx, wait context.Context, req request, c bots.Command, p payload) {
	filled, err := b.filled(*p.View)
	if err != nil {
		b.log.Warn("slackbot: a modal could not be read", "error", err)
		return
	}
	filled.Refresh = true
	c.Op = core.MakeOp("slack", p.Team.ID, "choose", p.TriggerID)
	c.Filled = &filled
	if reply := b.answer(wait, req, c, nil); reply.Form != nil {
		b.update(ctx, req.arrived, *p.View, *reply.Form)
	}
}

// submit handles a submitted form. Its op derives from the modal, so that a form
// acts once however often it is submitted.
func (b *Bot) submit(wait context.Context, req request, c bots.Command, p payload) response {
	filled, err := b.filled(*p.View)
	if err != nil {
		b.log.Warn("slackbot: a modal could not be read", "error", err)
		filled = bots.Filled{} // the reply says that the form is unknown
	}
	c.Op = core.MakeOp("slack", p.Team.ID, "view", p.View.ID)
	c.Filled = &filled
	reply := b.answer(wait, req, c, nil)
	errs := p.View.errors(reply.Errors)
	switch {
	case len(errs) > 0:
		return response{body: slack.NewErrorsViewSubmissionResponse(errs)}
	case reply.Form != nil:
		return b.next(*p.View, *reply.Form)
	}
	return response{body: slack.NewClearViewSubmissionResponse()}
}

// next replaces the submitted form with another. If that is too large for the
// answer, the answer shows its notice and the form follows.
func (b *Bot) next(v view, f bots.Form) response {
	modal, err := b.modal(f)
	if err != nil {
		b.log.Error("slackbot: a form could not be shown", "form", f.ID, "error", err)
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

// followAfter is the pause between an answer and an update of the modal. If the
// answer arrived after the update, it would replace it.
const followAfter = 400 * time.Millisecond

// follow updates a modal after the answer has changed it.
func (b *Bot) follow(ctx context.Context, v view, f bots.Form) {
	v.Hash = "" // outdated by then
	b.showing.Go(func() {
		time.Sleep(followAfter)
		b.update(context.WithoutCancel(ctx), time.Now(), v, f)
	})
}

// answerOrOpen returns the reply to c. If it has a form, that is opened instead, and opened
// is true.
func (b *Bot) answerOrOpen(ctx, wait context.Context, req request, c bots.Command, trigger string, later bots.Later) (reply bots.Reply, opened bool) {
	reply = b.answer(wait, req, c, later)
	if reply.Form == nil {
		return reply, false
	}
	if err := b.open(ctx, req.arrived, trigger, *reply.Form); err != nil {
		return b.bot.NotOpened(c, reply, err), false
	}
	return reply, true
}

// open opens a modal. It tries again if Slack asks for a pause that leaves time for
// it: a trigger ID is valid for three seconds. The error is nil once the modal is open.
func (b *Bot) open(ctx context.Context, arrived time.Time, trigger string, f bots.Form) error {
	ctx, cancel := context.WithDeadline(ctx, arrived.Add(b.openWithin))
	defer cancel()
	modal, err := b.modal(f)
	if err != nil {
		err = &core.Error{Op: "slackbot: render a modal", Kind: core.Invalid, Err: err}
	}
	if err == nil {
		err = b.openView(ctx, trigger, modal)
		for core.KindOf(err) == core.RateLimited && pauseFor(ctx, core.RetryAfterOf(err)) {
			err = b.openView(ctx, trigger, modal)
		}
	}
	if err != nil {
		b.log.Warn("slackbot: a modal was not opened", "form", f.ID, "error", err)
	}
	return err
}

func (b *Bot) openView(ctx context.Context, trigger string, modal slack.ModalViewRequest) error {
	return b.view(ctx, "views.open", func(ctx context.Context) (*slack.ViewResponse, error) {
		return b.api.Web().OpenViewContext(ctx, trigger, modal)
	})
}

// view calls a method that shows a view.
func (b *Bot) view(ctx context.Context, method string, show func(ctx context.Context) (*slack.ViewResponse, error)) error {
	_, err := call(ctx, b, method, func(ctx context.Context) (*slack.ViewResponse, error) {
		r, err := show(ctx)
		if err == nil && r.ID == "" {
			err = rest.ErrIncomplete
		}
		return r, err
	})
	return err
}

// pauseFor waits for d, and reports whether ctx leaves time for a call after it.
func pauseFor(ctx context.Context, d time.Duration) bool {
	const forCall = 300 * time.Millisecond
	if end, ok := ctx.Deadline(); !ok || time.Until(end) < d+forCall {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// update shows a form in an open modal, unless the modal has changed meanwhile. If
// it has, another choice is on its way.
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
