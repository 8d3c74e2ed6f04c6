package discordbot

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"riskroom/adapters/discord/api"
)

// notation matches what Discord's client writes into a text for a mention of a person,
// a role or a channel, for an emoji of the server and for a time. See
// https://docs.discord.com/developers/reference#message-formatting.
var notation = regexp.MustCompile(`<(?:(@!?|@&|#)([0-9]{5,20})|a?(:\w+:)[0-9]+|t:(-?[0-9]{1,12})(?::[tTdDfFRsS])?)>`)

// maxNamed limits the lookups for one text.
const maxNamed = 5

// prose returns a text that people wrote as they saw it. A name that can't be looked up
// in time stays as it is.
func (b *Bot) prose(ctx context.Context, s string) string {
	ctx, cancel := context.WithTimeout(ctx, memberFor)
	defer cancel()
	names := map[string]string{}
	return notation.ReplaceAllStringFunc(s, func(m string) string {
		parts := notation.FindStringSubmatch(m)
		switch sign, id := parts[1], parts[2]; {
		case parts[3] != "":
			return parts[3]
		case parts[4] != "":
			sec, _ := strconv.ParseInt(parts[4], 10, 64) // at most 12 digits
			return time.Unix(sec, 0).In(b.org.Zone).Format("2006-01-02 15:04")
		case names[m] == "" && len(names) < maxNamed:
			names[m] = b.nameOf(ctx, sign, id)
		}
		if names[m] == "" {
			return m
		}
		return names[m]
	})
}

// nameOf returns the name of a person, a role or a channel with its sign, or "".
func (b *Bot) nameOf(ctx context.Context, sign, id string) string {
	var err error
	name := ""
	switch sign {
	case "#":
		var ch struct {
			Name string `json:"name"`
		}
		err = b.send(ctx, api.Request{Method: "get_channel", Verb: http.MethodGet, Path: []string{"channels", id}}, &ch)
		name = ch.Name
	case "@&":
		sign = "@"
		var roles []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		}
		err = b.send(ctx, api.Request{Method: "list_guild_roles", Verb: http.MethodGet, Path: []string{"guilds", b.guild, "roles"}}, &roles)
		for _, r := range roles {
			if r.ID == id {
				name = r.Name
			}
		}
	default:
		sign = "@"
		var m member
		m, err = b.memberNow(ctx, id)
		name = m.name()
	}
	if err != nil || name == "" {
		b.log.WarnContext(ctx, "discordbot: the name of a mention in a text could not be looked up", "error", err)
		return ""
	}
	return sign + name
}
