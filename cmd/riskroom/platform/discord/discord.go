// Package discord describes Discord to riskroom.
package discord

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"

	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/bots/discordbot"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Keys of a Discord guild in the config file.
const (
	guildIDKey   = "guild_id"
	publicKeyKey = "public_key"
	categoryKey  = "category"
	archiveKey   = "archive_category"
)

// title is Discord's name in texts.
const title = "Discord"

// Platform describes Discord.
func Platform() platform.Platform {
	return platform.Platform{
		Title: title, Settings: discord.Settings(), Connect: connect, Manifest: manifest(), Demo: demo(), Help: help(), Chinese: chinese(), LeftOut: leftOut,
	}
}

func leftOut(org *core.Organisation, t *text.Catalogue) config.LeftOut {
	fields, limit := discordbot.LeftOut(org, t)
	return config.LeftOut{Fields: fields, Limit: limit}
}

// workspace is a Discord guild.
type workspace struct {
	settings config.WorkspaceSettings
	api      *api.Client
	adapter  *discord.Adapter
	text     *text.Catalogue
	command  string   // "/risk"
	sharing  []string // workspaces of the same application, with this one

	mu       sync.Mutex
	uses     core.Uses
	identity discord.Identity // zero before the first successful check
}

// sharing returns the names of the workspaces of the same application.
func sharing(c platform.Connection) []string {
	var names []string
	for _, w := range c.Config.Workspaces {
		if w.Platform == c.Settings.Platform && w.Values[platform.BotTokenKey] == c.Settings.Values[platform.BotTokenKey] {
			names = append(names, w.Name)
		}
	}
	return names
}

func connect(c platform.Connection) (platform.Workspace, error) {
	s := c.Settings
	client, err := api.New(api.Config{
		Workspace: s.Name, Token: s.Values[platform.BotTokenKey], URL: s.APIURL, Timeout: c.Config.CallTimeout,
		Rates: platform.Rates(s.Rates), Observe: c.Called, Clock: c.Clock, Transport: c.Transport,
	})
	if err != nil {
		return platform.Workspace{}, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	a, err := discord.New(discord.Config{
		API: client, GuildID: s.Values[guildIDKey], Category: s.Values[categoryKey], Archive: s.Values[archiveKey], Shared: len(sharing(c)) > 1, Budget: c.Budget, Logger: c.Log,
	})
	if err != nil {
		return platform.Workspace{}, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	texts, err := text.Load()
	if err != nil {
		return platform.Workspace{}, err
	}
	w := &workspace{settings: s, api: client, text: texts, adapter: a, uses: c.Config.Uses(s.Name), command: c.Config.Organisation.Command, sharing: sharing(c)}
	return platform.Workspace{Adapter: a, Access: w, Inspector: w}, nil
}

// Check implements platform.Access.
func (w *workspace) Check(ctx context.Context) (platform.Identity, error) {
	id, err := w.adapter.Check(ctx, w.needs())
	if err != nil {
		return platform.Identity{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.identity = id
	return platform.Identity{ID: id.GuildID, Name: id.Guild, Bot: id.Name, Room: id.Room}, nil
}

// Need implements platform.Access.
func (w *workspace) Need(u core.Uses) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.uses = u
}

func (w *workspace) needs() core.Uses {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.uses
}

// known returns the result of the last successful check.
func (w *workspace) known() discord.Identity {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.identity
}

// SocketName implements platform.Access.
func (w *workspace) SocketName() string { return "commands and gateway" }

// Open implements platform.Access.
func (w *workspace) Open(p platform.BotParts) (platform.Bot, error) {
	b, err := discordbot.New(discordbot.Config{
		API: w.api, GuildID: w.settings.Values[guildIDKey], ApplicationID: w.known().ApplicationID, PublicKey: w.settings.Values[publicKeyKey],
		Org: p.Org, Text: p.Text, Bot: p.Bot, Forms: p.Store, Noticed: p.Reports.Noticed, Missed: p.Reports.Missed, Joined: p.Reports.Joined, Home: p.Reports.Home, Budget: p.Budget,
		Leadership: p.Store.Leadership(w.settings.Name, self()), Logger: p.Log, Observe: p.Observe,
	})
	if err != nil {
		return nil, err
	}
	return bot{b}, nil
}

// self returns this process's name for the other replicas.
func self() string {
	host, err := os.Hostname()
	if err != nil {
		host = "somewhere"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// bot is the bot of a Discord guild.
type bot struct{ *discordbot.Bot }

// Share implements platform.SharingBot.
func (b bot) Share(all []platform.Bot) {
	var ours []*discordbot.Bot
	for _, p := range all {
		if p, ok := p.(bot); ok {
			ours = append(ours, p.Bot)
		}
	}
	b.Bot.Share(ours)
}

// Socket implements platform.Bot. It registers the commands and holds the connection to
// the gateway, over which events arrive and, without a public key, interactions too.
func (b bot) Socket() platform.Socket { return b.Bot }

// Define implements platform.DefiningBot.
func (b bot) Define(ctx context.Context) { b.KeepRegistered(ctx) }

// Routes implements platform.Bot.
func (b bot) Routes() map[string]http.Handler {
	if !b.OverHTTP() {
		return nil
	}
	return map[string]http.Handler{"interactions": b.Interactions()}
}
