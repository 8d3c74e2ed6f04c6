package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"riskroom/adapters/discord"
	"riskroom/bots/discordbot"
	"riskroom/bots/web"
	"riskroom/core"
	"riskroom/core/config"
)

// Keys of a Discord guild in the config file.
const (
	guildIDKey   = "guild_id"
	publicKeyKey = "public_key"
	categoryKey  = "category"
)

// discordHome is a Discord guild.
type discordHome struct {
	settings config.WorkspaceSettings
	adapter  *discord.Adapter
	uses     core.Uses
	command  string // "/risk"

	mu       sync.Mutex
	identity discord.Identity // zero while Discord could not be asked
}

func newDiscord(s config.WorkspaceSettings, timeout time.Duration, budget core.Budget, called func(method, outcome string), log *slog.Logger) (*discord.Adapter, error) {
	a, err := discord.New(discord.Config{
		Workspace: s.Name, BotToken: s.Values[botTokenKey], GuildID: s.Values[guildIDKey], Category: s.Values[categoryKey],
		APIURL: s.APIURL, CallTimeout: timeout, Rates: discordRates(s.Rates), Budget: budget, Observe: called, Logger: log,
	})
	if err != nil {
		return nil, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	return a, nil
}

func discordRates(r config.Rates) discord.Rates {
	out := discord.Rates{Unlimited: r.Unlimited, Methods: map[string]discord.Rate{}}
	for method, rate := range r.Methods {
		out.Methods[method] = discord.Rate{N: rate.N, Window: rate.Window}
	}
	return out
}

func (h *discordHome) check(ctx context.Context) (standing, error) {
	id, err := h.adapter.Check(ctx, h.uses)
	if err != nil {
		return standing{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.identity = id
	return standing{id: id.GuildID, name: id.Guild, bot: id.Name, room: id.Room}, nil
}

// known is what check was told last.
func (h *discordHome) known() discord.Identity {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.identity
}

func (h *discordHome) entrance() string { return "commands and gateway" }

func (h *discordHome) open(p parts) (way, error) {
	b, err := discordbot.New(discordbot.Config{
		Workspace: h.settings.Name, GuildID: h.settings.Values[guildIDKey], ApplicationID: h.known().ApplicationID,
		PublicKey: h.settings.Values[publicKeyKey], Token: h.settings.Values[botTokenKey], APIURL: h.settings.APIURL,
		Org: p.org, Text: p.text, Bot: p.bot, Noticed: p.engine.Noticed, Missed: p.engine.Missed, Budget: p.budget, Rates: discordRates(h.settings.Rates),
		Leadership: p.store.Leadership(h.settings.Name, self()), Logger: p.log,
		Observe: p.counted.inbound.Observer(h.settings.Name), Called: p.counted.calls(h.settings.Name),
	})
	if err != nil {
		return nil, err
	}
	return discordWay{b}, nil
}

// self is what this process calls itself to the others.
func self() string {
	host, err := os.Hostname()
	if err != nil {
		host = "somewhere"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// discordWay is the way in from a Discord guild.
type discordWay struct{ *discordbot.Bot }

// Socket registers the commands and holds the connection to the gateway: what
// happens to channels comes over it, and without a public key everything.
func (w discordWay) Socket() socket { return w.Bot }

func (w discordWay) mount(routes *web.Routes, workspace string) {
	if w.OverHTTP() {
		routes.Discord[workspace] = w.Interactions()
	}
}
