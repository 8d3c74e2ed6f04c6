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

// Commands takes slash commands. See
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
		if form.Get("ssl_check") == "1" { // Slack looks at the certificate now and then
			b.observe(kindCommand, outcomeOK)
			return
		}
		answer, no := b.takeCommand(r.Context(), turn{arrived: arrived, fresh: b.freshly(r.Header)}, form)
		if no != nil {
			b.reject(w, r, kindCommand, *no)
			return
		}
		b.observe(kindCommand, outcomeOK)
		b.write(w, answer)
	})
}

// takeCommand answers a command, or returns why it is rejected.
func (b *Bot) takeCommand(ctx context.Context, t turn, form url.Values) (response, *rejection) {
	user := form.Get("user_id")
	if no := b.accept(ctx, t, from{team: form.Get("team_id"), enterprise: form.Get("enterprise_id")}, user); no != nil {
		return response{}, no
	}
	return b.once(ctx, t, actOf(kindCommand, user, form.Get("trigger_id")), func() response { return b.command(ctx, t, form) }), nil
}

func (b *Bot) command(ctx context.Context, t turn, form url.Values) response {
	wait, cancel := context.WithDeadline(ctx, t.arrived.Add(b.answerWithin))
	defer cancel()
	text, mentions := decodeText(b.workspace, form.Get("text"))
	c := b.by(wait, t, form.Get("user_id"), form.Get("user_name"), form.Get("channel_id"))
	c.Op = core.MakeOp("slack", form.Get("team_id"), "command", form.Get("trigger_id"))
	c.Typed = &bots.Typed{Text: text, Mentions: mentions}
	later := b.later(form.Get("response_url"))
	reply := b.answer(wait, t, c, later)
	if reply.Form != nil && b.open(ctx, t.arrived, form.Get("trigger_id"), *reply.Form) {
		return response{}
	}
	out := response{body: b.message(reply)}
	if later != nil {
		out.instead = func(ctx context.Context) any {
			b.tell(ctx, later, reply)
			return nil
		}
	}
	return out
}

// by begins a command of a person.
func (b *Bot) by(ctx context.Context, t turn, user, name, channel string) bots.Command {
	r := b.readers.known(user)
	if !t.crowded {
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

// write answers a request with JSON, or with nothing.
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
		b.log.Error("slackbot: an answer cannot be encoded", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", typeJSON)
	if _, err := w.Write(body); err != nil {
		b.log.Warn("slackbot: an answer did not arrive", "error", err)
	}
}
