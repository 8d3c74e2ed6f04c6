package discordbot

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"riskroom/core"
)

// dispatch acts on what happened. See
// https://docs.discord.com/developers/events/gateway-events#receive-events.
func (l *link) dispatch(ctx context.Context, f frame) {
	b := l.g.bot
	switch f.Type {
	case "READY":
		var ready struct {
			SessionID string `json:"session_id"`
			ResumeURL string `json:"resume_gateway_url"`
		}
		if json.Unmarshal(f.Data, &ready) == nil {
			l.g.session, l.g.resumeAt = ready.SessionID, ready.ResumeURL
		}
		l.opened(ctx, outcomeOpened)
	case "RESUMED":
		l.opened(ctx, outcomeResumed)
	case "INTERACTION_CREATE":
		l.interaction(ctx, f)
	default:
		rooms := l.g.concerned(ctx, f)
		if len(rooms) == 0 {
			return
		}
		l.handling.Go(func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noticeTimeout)
			defer cancel()
			b.observe(kindEvent, b.notice(ctx, rooms))
		})
	}
}

// noticeTimeout ends passing on what happened to groups: they are looked at now
// and then all the same.
const noticeTimeout = 30 * time.Second

func (l *link) opened(ctx context.Context, outcome string) {
	l.g.note(true, nil)
	l.g.bot.observe(kindConnection, outcome)
	l.g.bot.log.InfoContext(ctx, "discordbot: connected to the gateway", "outcome", outcome)
}

// notice passes on that groups have to be looked at.
func (b *Bot) notice(ctx context.Context, rooms []string) string {
	for _, id := range rooms {
		if err := b.noticed(ctx, core.GroupRef{Workspace: b.workspace, ID: id}); err != nil {
			b.log.WarnContext(ctx, "discordbot: an event could not be passed on", "error", err)
			return outcomeFailed
		}
	}
	return outcomeOK
}

// interaction has something that a person did handled as over HTTP; the answer
// goes by the callback.
func (l *link) interaction(ctx context.Context, f frame) {
	b := l.g.bot
	t := turn{arrived: time.Now()}
	var in interaction
	if len(f.Data) > core.MaxBody {
		b.observe(kindInteraction, outcomeTooLarge)
		return
	}
	if json.Unmarshal(f.Data, &in) != nil {
		b.observe(kindInteraction, outcomeMalformed)
		return
	}
	select {
	case l.g.room <- struct{}{}:
	default:
		t.crowded = true
	}
	l.handling.Go(func() {
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
		if err := b.call(ctx, in, said); err != nil {
			b.log.Warn("discordbot: an answer did not arrive", "error", err)
		}
	})
}

// call gives the first answer to an interaction. See
// https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response.
func (b *Bot) call(ctx context.Context, in interaction, said response) error {
	return insist(ctx, 2, 100*time.Millisecond, func() error {
		return b.send(ctx, "create_interaction_response", http.MethodPost, []string{"interactions", in.ID, in.Token, "callback"}, "", said, nil)
	})
}

// concerned returns the channels that may look different after an event.
func (g *Gateway) concerned(ctx context.Context, f frame) []string {
	var e struct {
		ID          string `json:"id"`
		GuildID     string `json:"guild_id"`
		ChannelID   string `json:"channel_id"`
		Unavailable bool   `json:"unavailable"`
		User        struct {
			ID string `json:"id"`
		} `json:"user"`
		Channels   []room      `json:"channels"`
		Overwrites []overwrite `json:"permission_overwrites"`
	}
	if json.Unmarshal(f.Data, &e) != nil {
		g.bot.observe(kindEvent, outcomeMalformed)
		return nil
	}
	switch f.Type {
	case "GUILD_CREATE":
		if e.ID != g.bot.guild {
			return nil
		}
		return g.rooms.begin(e.Channels)
	case "GUILD_DELETE":
		if e.ID == g.bot.guild && !e.Unavailable {
			g.bot.log.ErrorContext(ctx, "discordbot: the server has removed the bot: nothing works there until it is installed again")
		}
		return nil
	}
	if e.GuildID != g.bot.guild {
		return nil
	}
	switch f.Type {
	case "CHANNEL_CREATE":
		g.rooms.set(room{e.ID, e.Overwrites})
	case "CHANNEL_UPDATE":
		g.rooms.set(room{e.ID, e.Overwrites})
		return []string{e.ID}
	case "CHANNEL_DELETE":
		g.rooms.drop(e.ID)
		return []string{e.ID}
	case "CHANNEL_PINS_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		return []string{e.ChannelID}
	case "GUILD_MEMBER_REMOVE":
		return g.rooms.of(e.User.ID)
	}
	return nil
}

// room is what is read of a channel.
type room struct {
	ID         string      `json:"id"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

type overwrite struct {
	ID string `json:"id"` // of a role or somebody
}

// rooms remembers who is let into which channel: that somebody has left the guild
// is told without channels. It is safe for concurrent use.
type rooms struct {
	mu    sync.Mutex
	known map[string][]overwrite // nil before the guild was seen
}

func newRooms() *rooms { return &rooms{} }

// begin takes what the guild looks like now and returns the channels to look at:
// all, also those that are gone, where something may have been missed.
func (r *rooms) begin(now []room) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.known
	r.known = make(map[string][]overwrite, len(now))
	for _, c := range now {
		r.known[c.ID] = c.Overwrites
	}
	if before == nil {
		return nil // the engine looks at every group when it starts
	}
	var out []string
	for id := range before {
		out = append(out, id)
	}
	for _, c := range now {
		if _, ok := before[c.ID]; !ok {
			out = append(out, c.ID)
		}
	}
	return out
}

func (r *rooms) set(c room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known != nil {
		r.known[c.ID] = c.Overwrites
	}
}

func (r *rooms) drop(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, id)
}

// of returns the channels that somebody is let into by name.
func (r *rooms) of(user string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for id, list := range r.known {
		if slices.Contains(list, overwrite{user}) {
			out = append(out, id)
		}
	}
	return out
}
