package emulator

import (
	"slices"
	"strings"
)

// need refuses the call unless the token has one of the scopes. The answer
// names what is needed and what is there, as Slack's does; see
// https://docs.slack.dev/reference/scopes.
func (t *team) need(anyOf ...string) error {
	if slices.ContainsFunc(anyOf, func(s string) bool { return slices.Contains(t.opts.Scopes, s) }) {
		return nil
	}
	return missingScope(strings.Join(anyOf, ","), t.opts.Scopes)
}

func missingScope(needed string, provided []string) error {
	return &refusal{code: "missing_scope", extra: object{"needed": needed, "provided": strings.Join(provided, ",")}}
}

// family is the prefix of the scopes that a conversation falls under.
func family(c *channel) string {
	switch {
	case c.IsDirect():
		return "im"
	case c.Extra.private:
		return "groups"
	default:
		return "channels"
	}
}

// needFor is need for a scope of the conversation's family: "read", "history",
// "write" or a part of it such as "write.topic".
func (t *team) needFor(c *channel, verb string) error {
	scope := family(c) + ":" + verb
	if broad, _, partial := strings.Cut(scope, "."); partial {
		return t.need(manage(broad), scope)
	}
	return t.need(manage(scope))
}

// needAny refuses a call that names a conversation if the token could not use
// the method for any kind of conversation.
func (t *team) needAny(verb string) error {
	return t.need(manage("channels:"+verb), "groups:"+verb, "im:"+verb)
}

// manage returns the name of a scope: writing to channels is called managing
// them.
func manage(scope string) string {
	if scope == "channels:write" {
		return "channels:manage"
	}
	return scope
}
