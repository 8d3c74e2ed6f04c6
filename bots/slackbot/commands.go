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
		if no := b.hear(r, from{team: form.Get("team_id"), enterprise: form.Get("enterprise_id")}, form.Get("user_id")); no != nil {
			b.reject(w, r, kindCommand, *no)
			return
		}
		b.observe(kindCommand, outcomeOK)
		b.command(w, r.Context(), arrived, form)
	})
}

// hear decides about a verified request of a person.
func (b *Bot) hear(r *http.Request, f from, user string) *rejection {
	if user == "" {
		return &rejection{http.StatusBadRequest, outcomeMalformed}
	}
	ctx, cancel := context.WithTimeout(r.Context(), b.answerWithin)
	defer cancel()
	if no := b.admit(ctx, f); no != nil {
		return no
	}
	if !b.fresh(r.Header) {
		return &rejection{http.StatusUnauthorized, outcomeReplay}
	}
	return nil
}

func (b *Bot) command(w http.ResponseWriter, ctx context.Context, arrived time.Time, form url.Values) {
	wait, cancel := context.WithDeadline(ctx, arrived.Add(b.answerWithin))
	defer cancel()
	text, mentions := decodeText(b.workspace, form.Get("text"))
	c := b.by(wait, form.Get("user_id"), form.Get("user_name"), form.Get("channel_id"))
	c.Op = core.MakeOp("slack", form.Get("team_id"), "command", form.Get("trigger_id"))
	c.Typed = &bots.Typed{Text: text, Mentions: mentions}
	later := b.later(form.Get("response_url"))
	reply := b.bot.Answer(wait, c, later)
	if reply.Form != nil && b.open(ctx, arrived, form.Get("trigger_id"), *reply.Form) {
		return
	}
	b.write(w, b.message(reply))
}

// by begins a command of a person.
func (b *Bot) by(ctx context.Context, user, name, channel string) bots.Command {
	r := b.readers.of(ctx, user)
	c := bots.Command{
		Actor: core.Actor{Account: core.Account{Workspace: b.workspace, ID: user}, Name: cmp.Or(r.name, name)},
		Lang:  r.lang, Zone: r.zone,
	}
	if channel != "" {
		c.Channel = core.GroupRef{Workspace: b.workspace, ID: channel}
	}
	return c
}

// write answers a request with JSON.
func (b *Bot) write(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
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
