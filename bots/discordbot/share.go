package discordbot

import (
	"context"
	"maps"

	adapter "riskroom/adapters/discord"
	"riskroom/bots"
	"riskroom/core"
)

// Share has b share with those of all that belong to the same application. Discord sends
// what happens in all their guilds to one session, which the first one holds, or to one
// endpoint. Call it for all of them, before Run.
func (b *Bot) Share(all []*Bot) {
	b.peers = nil
	for _, p := range all {
		if p.api.Token() == b.api.Token() {
			b.peers = append(b.peers, p)
		}
	}
	b.render.Shared = len(b.peers) > 1
}

// shared returns the bots of the application.
func (b *Bot) shared() []*Bot {
	if len(b.peers) == 0 {
		return []*Bot{b}
	}
	return b.peers
}

// holder returns the gateway of the bot that holds the application's session.
func (b *Bot) holder() *Gateway { return b.shared()[0].gateway }

// ofGuild returns the application's bot in a guild, nil if there is none.
func (b *Bot) ofGuild(id string) *Bot { return b.one(func(p *Bot) bool { return p.guild == id }) }

func (b *Bot) one(is func(*Bot) bool) *Bot {
	for _, p := range b.shared() {
		if is(p) {
			return p
		}
	}
	return nil
}

// addressee returns the bot that an interaction is for, nil if there is none. In a
// direct message, which belongs to no guild, the workspace in the custom_id decides,
// then the home of the risk.
func (b *Bot) addressee(ctx context.Context, in interaction) *Bot {
	if in.GuildID != "" {
		return b.ofGuild(in.GuildID)
	}
	if len(b.shared()) == 1 {
		return b
	}
	var workspace string
	var risk core.RiskKey
	button, pressed := adapter.ParseButton(in.Data.CustomID)
	form, submitted := parseForm(in.Data.CustomID)
	_, there, _, kept := parseKept(in.Data.CustomID)
	_, named, turned := parseTurn(in.Data.CustomID)
	switch {
	case pressed:
		workspace, risk = button.Workspace, button.Risk
	case submitted:
		workspace, risk = form.filled.State[workspaceState], core.RiskKey(form.filled.State[riskState])
	case turned:
		workspace = named
	case kept:
		workspace = there
	}
	if workspace == "" && risk != "" && b.home != nil {
		ctx, cancel := context.WithTimeout(ctx, memberFor)
		defer cancel()
		found, err := b.home(ctx, risk)
		if err != nil {
			b.log.WarnContext(ctx, "discordbot: the home of a risk could not be looked up", "risk", risk, "error", err)
		}
		workspace = found
	}
	if p := b.one(func(p *Bot) bool { return p.workspace == workspace }); p != nil {
		return p
	}
	return b // whichever: nothing says
}

// workspaceState is the key of the workspace in the state of a form in a direct
// message.
const workspaceState = "workspace"

// named returns the workspace if an answer to a reply to in wouldn't name it, else "".
func (b *Bot) named(in interaction) string {
	if in.GuildID != "" || len(b.shared()) == 1 {
		return ""
	}
	return b.workspace
}

// addressed returns a form as its custom_id has it. The form names the workspace if its
// submission wouldn't.
func (b *Bot) addressed(in interaction, f bots.Form) bots.Form {
	if whole(f) {
		f = b.packed(f)
	}
	if b.named(in) == "" {
		return f
	}
	named := f
	named.State = map[string]string{workspaceState: b.workspace}
	maps.Copy(named.State, f.State)
	if _, err := formID(in.ID, named); err != nil {
		return f // no room: the risk decides
	}
	return named
}
