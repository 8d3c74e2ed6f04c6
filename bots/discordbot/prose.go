package discordbot

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/discord/api"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/text"
)

// notation matches what Discord's client writes into a text for a mention of a person,
// a role or a channel, for an emoji of the server and for a time. See
// https://docs.discord.com/developers/reference#message-formatting.
var notation = regexp.MustCompile(`<(?:(@!?|@&|#)([0-9]{5,20})|a?(:\w+:)[0-9]+|t:(-?[0-9]{1,12})(?::[tTdDfFRsS])?)>`)

// maxNamed limits the lookups for one interaction.
const maxNamed = 10

// reader reads the texts of one interaction.
type reader struct {
	b     *Bot
	p     text.Printer
	until time.Time         // when it stops looking up names
	names map[string]string // by sign and ID; "" if a lookup failed
}

func (b *Bot) reader(req request, lang string) *reader {
	r := &reader{b: b, p: b.text.In(lang), until: req.arrived.Add(memberFor), names: map[string]string{}}
	if req.overloaded {
		r.until = req.arrived
	}
	return r
}

// prose returns a text as its author saw it. If a name can't be looked up, the ID
// stands in for it.
func (r *reader) prose(ctx context.Context, s string) string {
	return r.replace(s, func(sign, id string) string { return sign[:1] + cmp.Or(r.name(ctx, sign, id), id) })
}

// line returns a text in which each mention is one word, and their refs.
func (r *reader) line(ctx context.Context, s string) (string, bots.Mentions) {
	mentions := bots.Mentions{}
	s = r.replace(strings.ReplaceAll(s, "><@", "> <@"), func(sign, id string) string {
		name := r.name(ctx, sign, id)
		switch sign {
		case "#":
			return "#" + bots.OneWord(cmp.Or(name, id))
		case "@&":
			return mentions.Word(name, id, core.Ref("@"+id))
		}
		return mentions.Word(name, id, core.RefOf(core.Account{Workspace: r.b.workspace, ID: id}))
	})
	return s, mentions
}

// replace replaces all notation in s. mention returns the text for a person ("@"), a
// role ("@&") or a channel ("#").
func (r *reader) replace(s string, mention func(sign, id string) string) string {
	return notation.ReplaceAllStringFunc(s, func(m string) string {
		parts := notation.FindStringSubmatch(m)
		switch {
		case parts[3] != "":
			return parts[3]
		case parts[4] != "":
			sec, _ := strconv.ParseInt(parts[4], 10, 64) // at most 12 digits
			return time.Unix(sec, 0).In(r.b.org().Zone).Format("2006-01-02 15:04")
		}
		return mention(strings.TrimSuffix(parts[1], "!"), parts[2])
	})
}

// name returns a name for a mention, in the reader's language if Discord knows none, or
// "" if it can't be looked up.
func (r *reader) name(ctx context.Context, sign, id string) string {
	name, known := r.names[sign+id]
	if known || len(r.names) >= maxNamed || !time.Now().Before(r.until) {
		return name
	}
	ctx, cancel := context.WithDeadline(ctx, r.until)
	defer cancel()
	name, unknown, err := r.b.nameOf(ctx, sign, id)
	switch kind := core.KindOf(err); {
	case err == nil && name == "", kind == core.NotFound, kind == core.Denied:
		name = r.p.S(unknown)
	case err != nil:
		r.b.log.WarnContext(ctx, "discordbot: the name of a mention in a text could not be looked up", "error", err)
	}
	r.names[sign+id] = name
	return name
}

// nameOf looks up a name, and returns which text replaces it if there is none.
func (b *Bot) nameOf(ctx context.Context, sign, id string) (name, unknown string, err error) {
	switch sign {
	case "#":
		var ch struct {
			GuildID string `json:"guild_id"`
			Name    string `json:"name"`
		}
		err = b.send(ctx, api.Request{Method: "get_channel", Verb: http.MethodGet, Path: []string{"channels", id}}, &ch)
		if ch.GuildID != b.guild {
			ch.Name = "" // the bot may be in other servers
		}
		return ch.Name, "options.unknown_channel", err
	case "@&":
		var roles []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		}
		err = b.send(ctx, api.Request{Method: "list_guild_roles", Verb: http.MethodGet, Path: []string{"guilds", b.guild, "roles"}}, &roles)
		for _, role := range roles {
			if role.ID == id {
				name = strings.TrimPrefix(role.Name, "@") // "@everyone"
			}
		}
		return name, "options.deleted_role", err
	}
	m, err := b.memberNow(ctx, id)
	return m.name(), "options.unknown_user", err
}
