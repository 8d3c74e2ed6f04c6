package slackbot

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"riskroom/bots"
	"riskroom/core"
)

// Commands handles slash commands. See
// https://docs.slack.dev/interactivity/implementing-slash-commands.
func (b *Bot) Commands() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived := time.Now()
		body, no := b.read(w, r, typeForm)
		if no != nil {
			b.reject(w, r, kindCommand, *no)
			return
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			b.reject(w, r, kindCommand, rejection{http.StatusBadRequest, outcomeMalformed})
			return
		}
		if form.Get("ssl_check") == "1" { // Slack checks the certificate now and then
			b.observe(kindCommand, outcomeOK)
			return
		}
		answer, no := b.takeCommand(r.Context(), request{arrived: arrived, fresh: b.firstDelivery(r.Header)}, form)
		if no != nil {
			b.reject(w, r, kindCommand, *no)
			return
		}
		b.observe(kindCommand, outcomeOK)
		b.write(w, answer)
	})
}

// takeCommand answers a command, or returns why it is rejected.
func (b *Bot) takeCommand(ctx context.Context, req request, form url.Values) (response, *rejection) {
	user := form.Get("user_id")
	if no := b.accept(ctx, req, form.Get("team_id"), user); no != nil {
		return response{}, no
	}
	return b.once(ctx, req, actOf(kindCommand, user, form.Get("trigger_id")), func() response { return b.command(ctx, req, form) }), nil
}

func (b *Bot) command(ctx context.Context, req request, form url.Values) response {
	wait, cancel := context.WithDeadline(ctx, req.arrived.Add(b.answerWithin))
	defer cancel()
	text, mentions := decodeText(b.workspace, form.Get("text"), b.namer(wait, req))
	c := b.by(wait, req, form.Get("user_id"), form.Get("user_name"), form.Get("channel_id"))
	c.Op = core.MakeOp("slack", form.Get("team_id"), "command", form.Get("trigger_id"))
	c.Typed = &bots.Typed{Text: text, Mentions: mentions}
	later := b.later(form.Get("response_url"))
	reply, opened := b.answerOrOpen(ctx, wait, req, c, form.Get("trigger_id"), later)
	if opened {
		return response{}
	}
	out := response{body: b.message(reply)}
	if later != nil {
		out.instead = func(ctx context.Context) any {
			b.show(ctx, later, reply)
			return nil
		}
	}
	return out
}

// by returns the beginnings of a person's command.
func (b *Bot) by(ctx context.Context, req request, user, name, channel string) bots.Command {
	r := b.readers.known(user)
	if !req.overloaded {
		r = b.readers.of(ctx, user)
	}
	c := bots.Command{
		Actor: core.Actor{Account: core.Account{Workspace: b.workspace, ID: user}, Name: cmp.Or(r.name, name)},
		Lang:  r.lang, Zone: r.zone,
	}
	if channel != "" {
		c.Channel = core.GroupRef{Workspace: b.workspace, ID: channel}
	}
	return c
}

// write writes the answer to a request, as JSON.
func (b *Bot) write(w http.ResponseWriter, r response) {
	if r.lost {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	if r.body == nil {
		return
	}
	body, err := json.Marshal(r.body)
	if err != nil {
		b.log.Error("slackbot: an answer could not be encoded", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", typeJSON)
	if _, err := w.Write(body); err != nil {
		b.log.Warn("slackbot: an answer could not be sent", "error", err)
	}
}
