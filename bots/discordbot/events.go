package discordbot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/rest"
	"riskroom/bots"
	"riskroom/core"
)

// dispatch acts on what happened. What happened to a group is only passed on as
// "look at it": events come late, twice, or never. See
// https://docs.discord.com/developers/events/gateway-events#receive-events.
func (l *link) dispatch(ctx context.Context, f frame) {
	switch f.Type {
	case "READY":
		var ready struct {
			SessionID string `json:"session_id"`
			ResumeURL string `json:"resume_gateway_url"`
		}
		if json.Unmarshal(f.Data, &ready) != nil || ready.SessionID == "" {
			l.g.bot.observe(kindEvent, outcomeMalformed)
			return
		}
		l.g.session.begin(ready.SessionID, ready.ResumeURL, l.intents)
		l.greeted(ctx, outcomeOpened)
	case "RESUMED":
		l.greeted(ctx, outcomeResumed)
	case "INTERACTION_CREATE":
		l.interaction(ctx, f)
	case "GUILD_CREATE", "GUILD_DELETE":
		l.g.guildChanged(ctx, f)
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "CHANNEL_PINS_UPDATE",
		"MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "GUILD_MEMBER_REMOVE":
		l.g.channelChanged(f)
	}
}

func (l *link) greeted(ctx context.Context, outcome string) {
	l.opened = time.Now()
	l.g.note(func(s *standing) { s.live, s.trouble = true, nil })
	l.g.bot.observe(kindConnection, outcome)
	l.g.bot.log.InfoContext(ctx, "discordbot: connected to the gateway", "outcome", outcome)
}

// guildChanged acts on what became of the whole guild: it is shown after each
// beginning of a session and each outage, before which anything may have
// happened.
func (g *Gateway) guildChanged(ctx context.Context, f frame) {
	var e struct {
		ID          string `json:"id"`
		Unavailable bool   `json:"unavailable"`
		Channels    []room `json:"channels"`
	}
	if json.Unmarshal(f.Data, &e) != nil {
		g.bot.observe(kindEvent, outcomeMalformed)
		return
	}
	switch {
	case e.ID != g.bot.guild || e.Unavailable: // an outage says nothing of the groups
	case f.Type == "GUILD_CREATE":
		g.rooms.begin(e.Channels)
		g.heard.gap()
	default:
		g.bot.log.ErrorContext(ctx, "discordbot: the server has removed the bot: nothing works there until it is installed again")
		g.heard.gap()
	}
}

// channelChanged has the channels looked at that may look different after an
// event.
func (g *Gateway) channelChanged(f frame) {
	var e struct {
		ID        string `json:"id"`
		GuildID   string `json:"guild_id"`
		ChannelID string `json:"channel_id"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
		Overwrites []overwrite `json:"permission_overwrites"`
	}
	if json.Unmarshal(f.Data, &e) != nil {
		g.bot.observe(kindEvent, outcomeMalformed)
		return
	}
	if e.GuildID != g.bot.guild {
		return
	}
	switch f.Type {
	case "CHANNEL_CREATE":
		g.rooms.set(room{e.ID, e.Overwrites})
	case "CHANNEL_UPDATE":
		g.rooms.set(room{e.ID, e.Overwrites})
		g.heard.add(e.ID)
	case "CHANNEL_DELETE":
		g.rooms.drop(e.ID)
		g.heard.add(e.ID)
	case "GUILD_MEMBER_REMOVE":
		if channels, known := g.rooms.of(e.User.ID); known {
			g.heard.add(channels...)
		} else {
			g.heard.gap()
		}
	default:
		g.heard.add(e.ChannelID)
	}
}

// interaction has something that a person did handled as over HTTP; the answer
// goes by the callback.
func (l *link) interaction(ctx context.Context, f frame) {
	b := l.g.bot
	t := turn{arrived: time.Now()}
	var in interaction
	if len(f.Data) > core.MaxBody {
		b.observe(kindInteraction, bots.OutcomeTooLarge)
		return
	}
	if json.Unmarshal(f.Data, &in) != nil {
		b.observe(kindInteraction, outcomeMalformed)
		return
	}
	if older(in.ID, tokenLife) { // of a session that goes on after long
		b.observe(kindInteraction, outcomeStale)
		return
	}
	select {
	case l.g.room <- struct{}{}:
	default:
		t.crowded = true
	}
	answered := l.g.session.hold(f.Seq)
	l.g.handling.Go(func() {
		defer answered()
		if !t.crowded {
			defer func() { <-l.g.room }()
		}
		defer func() {
			if p := recover(); p != nil {
				b.log.Error("discordbot: an interaction's handler panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				b.observe(kindInteraction, outcomeFailed)
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		said, outcome, no := b.take(ctx, t, in)
		if no != nil {
			b.observe(kindInteraction, no.outcome)
			b.log.Warn("discordbot: an interaction was not heard", "outcome", no.outcome)
			return
		}
		b.observe(kindInteraction, outcome)
		if err := b.call(ctx, in, said); err != nil && core.DetailOf(err) != codeAnswered {
			b.log.Warn("discordbot: an answer did not arrive", "error", err)
			b.tellLate(ctx, in, said)
		}
	})
}

// tellLate tells somebody by themselves what became of what Discord has called a
// failure: over a session that goes on things come in after their three seconds,
// and are done. What only opens or suggests something is not told.
func (b *Bot) tellLate(ctx context.Context, in interaction, said response) {
	m, ok := said.Data.(message)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*callTimeout)
	defer cancel()
	if err := b.direct(ctx, cmp.Or(in.Member.User.ID, in.User.ID), m); err != nil {
		b.log.Warn("discordbot: what came late could not be told either", "error", err)
	}
}

// call gives the first answer to an interaction. See
// https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response.
func (b *Bot) call(ctx context.Context, in interaction, said response) error {
	return rest.Repeat(ctx, 2, 100*time.Millisecond, passing, func() error {
		return b.send(ctx, api.Request{
			Method: "create_interaction_response", Verb: http.MethodPost, Path: []string{"interactions", in.ID, in.Token, "callback"},
			Body: said, Tokenless: true,
		}, nil)
	})
}

// older reports whether what an ID of Discord's names was made longer ago than d. See
// https://docs.discord.com/developers/reference#snowflakes.
func older(id string, d time.Duration) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && time.Since(time.UnixMilli(n>>22+1420070400000)) > d
}
