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

// dispatch handles an event. An event about a channel only makes riskroom check
// it, because events arrive late, twice, or never. See
// https://docs.discord.com/developers/events/gateway-events#receive-events.
func (c *connection) dispatch(ctx context.Context, f frame) {
	switch f.Type {
	case "READY":
		var ready struct {
			SessionID string `json:"session_id"`
			ResumeURL string `json:"resume_gateway_url"`
		}
		if json.Unmarshal(f.Data, &ready) != nil || ready.SessionID == "" {
			c.g.bot.observe(kindEvent, outcomeMalformed)
			return
		}
		c.g.session.begin(ready.SessionID, ready.ResumeURL, c.intents)
		c.greeted(ctx, outcomeOpened)
	case "RESUMED":
		c.g.session.resumed()
		c.greeted(ctx, outcomeResumed)
	case "INTERACTION_CREATE":
		c.interaction(ctx, f)
	case "GUILD_CREATE", "GUILD_DELETE":
		c.g.guildChanged(ctx, f)
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "CHANNEL_PINS_UPDATE",
		"MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "GUILD_MEMBER_REMOVE":
		c.g.channelChanged(f)
	case "GUILD_MEMBER_ADD":
		c.g.memberJoined(ctx, f)
	}
}

func (c *connection) greeted(ctx context.Context, outcome string) {
	c.greetedAt = time.Now()
	c.g.note(func(s *status) { s.live, s.trouble = true, nil })
	c.g.bot.observe(kindConnection, outcome)
	c.g.bot.log.InfoContext(ctx, "discordbot: connected to the gateway", "outcome", outcome)
}

// guildChanged handles an event about the whole guild. Discord sends GUILD_CREATE
// when a session begins and after an outage, and anything may have happened before.
func (g *Gateway) guildChanged(ctx context.Context, f frame) {
	var e struct {
		ID          string    `json:"id"`
		Unavailable bool      `json:"unavailable"`
		Channels    []channel `json:"channels"`
	}
	if json.Unmarshal(f.Data, &e) != nil {
		g.bot.observe(kindEvent, outcomeMalformed)
		return
	}
	b := g.bot.ofGuild(e.ID)
	switch {
	case b == nil || e.Unavailable: // in an outage, groups don't change
	case f.Type == "GUILD_CREATE":
		b.gateway.access.begin(e.Channels)
		b.gateway.pending.addAll()
		if b.Registered(ctx) == nil { // the bot may have been removed and installed again meanwhile
			g.handling.Go(func() { b.KeepRegistered(ctx) })
		}
	default:
		b.log.ErrorContext(ctx, "discordbot: the server has removed the bot: nothing works there until it is installed again")
		b.gateway.pending.addAll()
	}
}

// memberJoined passes on that somebody joined a guild. Discord says so only to applications
// with the intent GUILD_MEMBERS; for others, the periodic check of groups notices.
func (g *Gateway) memberJoined(ctx context.Context, f frame) {
	var e struct {
		GuildID string `json:"guild_id"`
	}
	if json.Unmarshal(f.Data, &e) != nil {
		g.bot.observe(kindEvent, outcomeMalformed)
		return
	}
	b := g.bot.ofGuild(e.GuildID)
	if b == nil {
		return
	}
	g.handling.Go(func() {
		if err := b.joined(ctx, b.workspace); err != nil {
			b.log.WarnContext(ctx, "discordbot: an event could not be passed on", "event", f.Type, "error", err)
		}
	})
}

// channelChanged adds the channels that an event may have changed to the pending
// ones.
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
	b := g.bot.ofGuild(e.GuildID)
	if b == nil {
		return
	}
	g = b.gateway
	switch f.Type {
	case "CHANNEL_CREATE":
		g.access.set(channel{e.ID, e.Overwrites})
	case "CHANNEL_UPDATE":
		g.access.set(channel{e.ID, e.Overwrites})
		g.pending.add(e.ID)
	case "CHANNEL_DELETE":
		g.access.drop(e.ID)
		g.pending.add(e.ID)
	case "GUILD_MEMBER_REMOVE":
		if channels, known := g.access.of(e.User.ID); known {
			g.pending.add(channels...)
		} else {
			g.pending.addAll()
		}
	default:
		g.pending.add(e.ChannelID)
	}
}

// interaction handles an interaction as over HTTP, and sends the answer to its
// callback.
func (c *connection) interaction(ctx context.Context, f frame) {
	b := c.g.bot
	req := request{arrived: time.Now()}
	var in interaction
	if len(f.Data) > core.MaxBody {
		b.observe(kindInteraction, bots.OutcomeTooLarge)
		return
	}
	if json.Unmarshal(f.Data, &in) != nil {
		b.observe(kindInteraction, outcomeMalformed)
		return
	}
	if older(in.ID, tokenLife) { // after a session was resumed late
		b.observe(kindInteraction, outcomeStale)
		return
	}
	select {
	case c.g.slots <- struct{}{}:
	default:
		req.overloaded = true
	}
	answered := c.g.session.hold(f.Seq)
	c.g.handling.Go(func() {
		defer answered()
		if !req.overloaded {
			defer func() { <-c.g.slots }()
		}
		defer func() {
			if p := recover(); p != nil {
				b.log.Error("discordbot: an interaction's handler panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				b.observe(kindInteraction, outcomeFailed)
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		answer, outcome, no := b.takeInteraction(ctx, req, in)
		if no != nil {
			b.observe(kindInteraction, no.outcome)
			b.log.Warn("discordbot: an interaction was rejected", "outcome", no.outcome)
			return
		}
		b.observe(kindInteraction, outcome)
		if err := b.callback(ctx, in, answer); err != nil && core.DetailOf(err) != codeAnswered {
			b.log.Warn("discordbot: an answer could not be sent", "error", err)
			b.sendLate(ctx, in, answer)
		}
	})
}

// sendLate sends an answer as a direct message after Discord has shown a failure.
// In a resumed session, interactions arrive after their three seconds and are
// handled all the same. Forms and suggestions are dropped.
func (b *Bot) sendLate(ctx context.Context, in interaction, answer response) {
	m, ok := answer.Data.(message)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*callTimeout)
	defer cancel()
	if err := b.direct(ctx, cmp.Or(in.Member.User.ID, in.User.ID), m); err != nil {
		b.log.Warn("discordbot: a late answer could not be sent as a direct message", "error", err)
	}
}

// callback sends the first answer to an interaction. See
// https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response.
func (b *Bot) callback(ctx context.Context, in interaction, answer response) error {
	return rest.Repeat(ctx, 2, 100*time.Millisecond, retryable, func() error {
		return b.send(ctx, api.Request{
			Method: "create_interaction_response", Verb: http.MethodPost, Path: []string{"interactions", in.ID, in.Token, "callback"},
			Body: answer, Tokenless: true,
		}, nil)
	})
}

// older reports whether a snowflake ID was created longer than d ago. See
// https://docs.discord.com/developers/reference#snowflakes.
func older(id string, d time.Duration) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && time.Since(time.UnixMilli(n>>22+1420070400000)) > d
}
