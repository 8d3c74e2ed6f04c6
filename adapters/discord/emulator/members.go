package emulator

import (
	"encoding/json"
	"slices"
	"strings"
)

// Discord's limits for requests of members, see
// https://docs.discord.com/developers/events/gateway-events#request-guild-members.
const (
	maxInChunk   = 1000
	maxRequested = 100 // by a prefix or by IDs
)

// wantedMembers is the data of REQUEST_GUILD_MEMBERS.
type wantedMembers struct {
	GuildID   string  `json:"guild_id"`
	Query     *string `json:"query"`
	Limit     int     `json:"limit"`
	Presences bool    `json:"presences"`
	UserIDs   oneOf   `json:"user_ids"`
	Nonce     string  `json:"nonce"`
}

// oneOf is a list of strings, or one alone.
type oneOf []string

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneOf) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*o = oneOf{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(o))
}

// everybody reports whether the whole guild is asked for.
func (d wantedMembers) everybody() bool { return d.Query != nil && *d.Query == "" && d.Limit == 0 }

// sendMembers answers a request for members, and returns the code to close with, or 0.
// Discord's pages don't say how it refuses a session without GUILD_MEMBERS that asks for
// everybody.
func (gw *Gateway) sendMembers(s *session, raw json.RawMessage) int {
	if s == nil {
		return closeNotAuthenticated
	}
	var d wantedMembers
	switch err := json.Unmarshal(raw, &d); {
	case err != nil || (d.Query == nil) == (d.UserIDs == nil) || d.Limit < 0 || len(d.UserIDs) > maxRequested:
		return closeDecode
	case d.everybody() && s.intents&IntentGuildMembers == 0:
		return closeDisallowed
	case d.GuildID != gw.guild.opts.GuildID:
		return 0
	}
	found := slices.DeleteFunc(gw.guild.membersAfter(0), func(u *member) bool { return !d.matches(u) })
	if d.Query != nil && !d.everybody() {
		most := maxRequested
		if d.Limit > 0 {
			most = min(d.Limit, most)
		}
		found = found[:min(len(found), most)]
	}
	chunks := slices.Collect(slices.Chunk(found, maxInChunk))
	if len(chunks) == 0 {
		chunks = [][]*member{nil}
	}
	for i, chunk := range chunks {
		members := []object{}
		for _, u := range chunk {
			members = append(members, gw.guild.memberObject(u, false))
		}
		out := object{"guild_id": d.GuildID, "members": members, "chunk_index": i, "chunk_count": len(chunks)}
		if d.UserIDs != nil {
			out["not_found"] = slices.DeleteFunc(slices.Clone(d.UserIDs), func(id string) bool {
				return slices.ContainsFunc(found, func(u *member) bool { return u.ID == id })
			})
		}
		if d.Presences {
			out["presences"] = []object{}
		}
		if d.Nonce != "" {
			out["nonce"] = d.Nonce
		}
		s.give("GUILD_MEMBERS_CHUNK", out)
	}
	return 0
}

// matches reports whether a member is asked for: by ID, or by the beginning of a name.
func (d wantedMembers) matches(u *member) bool {
	if d.Query == nil {
		return slices.Contains(d.UserIDs, u.ID)
	}
	query := strings.ToLower(*d.Query)
	return strings.HasPrefix(strings.ToLower(u.Name), query) || strings.HasPrefix(strings.ToLower(u.Nick), query)
}
