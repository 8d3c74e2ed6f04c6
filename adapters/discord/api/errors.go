package api

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// refused returns the error for an answer in Discord's own format. code is 0 if
// only the status says what is wrong. at is the path and code of the first
// problem in an invalid form.
func refused(method string, status, code int, at string, said time.Duration) *core.Error {
	e := &core.Error{Op: rest.Op(Platform, method), Detail: strconv.Itoa(code)}
	switch {
	case code == 0:
		e.Detail = rest.StatusDetail(status)
	case at != "":
		e.Detail += ":" + at
	}
	e.Kind, e.Effect = meaning(method, status, code)
	e.RetryAfter = rest.RetryWait(e.Kind, said)
	return e
}

// askedWait returns how long an answer asks to wait, 0 if it doesn't say. The
// body is the most exact:
// https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit.
func askedWait(h http.Header, body float64) time.Duration {
	return cmp.Or(rest.Wait(body), rest.RetryAfter(h), rest.Seconds(h.Get("X-RateLimit-Reset-After")))
}

// meaning returns what one of Discord's error codes means. They are listed at
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
func meaning(method string, status, code int) (core.Kind, core.Effect) {
	if kind := kindOfCode(method, code); kind != "" {
		return kind, core.None
	}
	return rest.StatusMeaning(status)
}

func kindOfCode(method string, code int) core.Kind {
	switch code {
	case 40001, 40002, 50014, // unauthorized; the account has to be verified; invalid token
		10004: // unknown guild: the bot is not in it
		return core.Unauthorized

	case 50001: // missing access
		switch method {
		case "get_guild", "get_guild_member", "list_guild_channels", "list_guild_roles":
			return core.Unauthorized // the bot is not in the guild
		case "list_guild_members", "list_guild_application_commands":
			return core.Denied // without the intent GUILD_MEMBERS or the scope applications.commands
		}
		return core.NotFound // a channel that the bot cannot view

	case 50013, 40007, 50003, 50005, 50021, 50074, 60003, // permissions, banned, direct channel, not the author, system message, required channel, two-factor
		30003, 30005, 30013, 30033, 30060, 30061, 160006: // too many pins, roles, channels, members, overwrites, threads
		return core.Denied

	case 50007, 50278: // cannot send messages to this user; no mutual guilds
		return core.Unreachable

	case 50033, 10013: // invalid recipient, unknown user
		if method == "create_dm" {
			return core.Unreachable
		}
		return core.NotFound

	case 10003, 10007, 10008, 10009, 10011, // unknown channel, member, message, overwrite, role
		10015, 10062, 50027: // unknown webhook, unknown interaction, a token of one that is over
		return core.NotFound

	case 40060: // the interaction was already answered
		return core.Conflict

	case 50008, 50024: // no text channel, wrong type of channel
		return core.Unsupported

	case 50035, 50109, 20031, 40005, 50006: // invalid form, invalid JSON, harmful title, too large, empty
		return core.Invalid

	case 20016, 20028, 20029, 40003, 40062: // slow mode, too many writes, direct channels opened too fast
		return core.RateLimited

	case 130000, 40333: // overloaded; Discord's proxy
		return core.Unavailable
	}
	return ""
}

// firstProblem returns the path and code of the first problem in an invalid
// form: "embeds.0.title:BASE_TYPE_MAX_LENGTH". Messages are left out, because
// they repeat what was sent. See
// https://docs.discord.com/developers/reference#error-messages.
func firstProblem(tree json.RawMessage) string {
	var here map[string]json.RawMessage
	if json.Unmarshal(tree, &here) != nil {
		return ""
	}
	var problems []struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(here["_errors"], &problems) == nil && len(problems) > 0 {
		return ":" + cutBytes(problems[0].Code, maxProblem)
	}
	for _, key := range slices.Sorted(maps.Keys(here)) {
		if p := firstProblem(here[key]); p != "" {
			sep := "."
			if strings.HasPrefix(p, ":") {
				sep = ""
			}
			return cutBytes(key+sep+p, maxProblem)
		}
	}
	return ""
}

// maxProblem bounds what a report says of an invalid form, in bytes.
const maxProblem = 120

func cutBytes(s string, n int) string { return strings.ToValidUTF8(s[:min(len(s), n)], "") }
