package app

import (
	"context"
	"fmt"
	"os"
	"sync"

	"riskroom/adapters/discord"
	discordapi "riskroom/adapters/discord/api"
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
	api      *discordapi.Client
	adapter  *discord.Adapter
	uses     core.Uses
	command  string // "/risk"

	mu       sync.Mutex
	identity discord.Identity // zero while Discord could not be asked
}

func newDiscord(s config.WorkspaceSettings, o calling) (*discordHome, error) {
	c, err := discordapi.New(discordapi.Config{
		Workspace: s.Name, Token: s.Values[botTokenKey], URL: s.APIURL, Timeout: o.timeout, Rates: rates(s.Rates), Observe: o.called,
	})
	if err != nil {
		return nil, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	a, err := discord.New(discord.Config{
		API: c, GuildID: s.Values[guildIDKey], Category: s.Values[categoryKey], Budget: o.budget, Logger: o.log,
	})
	if err != nil {
		return nil, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	return &discordHome{settings: s, api: c, adapter: a}, nil
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
		API: h.api, GuildID: h.settings.Values[guildIDKey], ApplicationID: h.known().ApplicationID, PublicKey: h.settings.Values[publicKeyKey],
		Org: p.org, Text: p.text, Bot: p.bot, Noticed: p.engine.Noticed, Missed: p.engine.Missed, Budget: p.budget,
		Leadership: p.store.Leadership(h.settings.Name, self()), Logger: p.log,
		Observe: p.counted.inbound.Observer(h.settings.Name),
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
