package emulator

import (
	"slices"
	"strings"
)

// need refuses the call unless the token holds one of the scopes. The answer
// names what is needed and what is there, as Slack's does; see
// https://docs.slack.dev/reference/scopes.
func (t *team) need(anyOf ...string) error {
	for _, s := range anyOf {
		if slices.Contains(t.opts.Scopes, s) {
			return nil
		}
	}
	return &refusal{code: "missing_scope", extra: object{
		"needed": strings.Join(anyOf, ","), "provided": t.botScopes(),
	}}
}

// kindPrefix is the family of scopes that a conversation falls under.
func kindPrefix(c *channel) string {
	switch {
	case c.IsDirect():
		return "im"
	case c.Extra.private:
		return "groups"
	default:
		return "channels"
	}
}

// needFor is need for a scope of the conversation's family: "read",
// "history", "write" and, of channels only, such as "write.topic".
func (t *team) needFor(c *channel, verb string) error {
	family := kindPrefix(c)
	if verb == "write" && family == "channels" {
		return t.need("channels:manage")
	}
	broad := "write"
	if family == "channels" {
		broad = "manage"
	}
	if strings.HasPrefix(verb, "write.") {
		return t.need(family+":"+broad, family+":"+verb)
	}
	return t.need(family + ":" + verb)
}

// needAny refuses a call that names a conversation when the token could not
// use the method for any kind of conversation.
func (t *team) needAny(verb string) error {
	scopes := []string{"channels:" + verb, "groups:" + verb, "im:" + verb, "mpim:" + verb}
	if verb == "write" {
		scopes[0] = "channels:manage"
	}
	return t.need(scopes...)
}
