package emulator

import (
	"slices"

	"riskroom/adapters/stage"
)

// maxInvite is how many users one conversations.invite takes.
const maxInvite = 100

// conversationsInvite: https://docs.slack.dev/reference/methods/conversations.invite
// Without force one user who cannot be invited fails the whole call; with it
// the others are invited and those who failed are listed beside ok:true.
func conversationsInvite(a *api, c *call) (object, error) {
	ch, err := a.writable(c, "write.invites")
	if err != nil {
		return nil, err
	}
	users := c.list("users")
	switch {
	case len(users) == 0:
		return nil, refuse("no_user")
	case len(users) > maxInvite:
		return nil, refuse("invalid_arguments")
	}
	partial, struck := c.met.Of(stage.PartialInvite)
	if struck && len(partial.People) == 0 {
		partial.People = users[len(users)-1:]
	}
	var welcome []string
	var failed []object
	for _, id := range users {
		code := a.cannotInvite(ch, id)
		if struck && slices.Contains(partial.People, id) {
			code = "cant_invite"
			if partial.Code != "" {
				code = partial.Code
			}
		}
		if code == "" {
			welcome = append(welcome, id)
			continue
		}
		failed = append(failed, object{"user": id, "ok": false, "error": code})
	}
	if len(failed) > 0 && (!c.flag("force") || len(welcome) == 0) && !struck {
		return nil, &refusal{code: stage.Str(failed[0]["error"]), extra: object{"errors": failed}}
	}
	for _, id := range welcome {
		a.join(ch, id, a.opts.BotUserID)
	}
	c.changed = len(welcome) > 0
	if len(failed) > 0 && !c.flag("force") {
		return nil, &refusal{code: stage.Str(failed[0]["error"]), extra: object{"errors": failed}}
	}
	out := object{"channel": a.conversation(ch)}
	if len(failed) > 0 {
		out["errors"] = failed
	}
	return out, nil
}

// cannotInvite returns the code with which inviting the user fails, or "".
func (a *api) cannotInvite(ch *channel, id string) string {
	user := a.People.ByID(id)
	switch {
	case user == nil || user.NotVisible:
		return "user_not_found"
	case id == a.opts.BotUserID:
		return "cant_invite_self"
	case ch.Has(id):
		return "already_in_channel"
	case user.Deleted || user.CannotBeInvited:
		return "cant_invite"
	case user.SingleChannel && slices.ContainsFunc(a.Channels.All(), func(c *channel) bool { return c.Has(id) && !c.IsDirect() && !c.Extra.archived }):
		return "ura_max_channels"
	}
	return ""
}

// conversationsKick: https://docs.slack.dev/reference/methods/conversations.kick
func conversationsKick(a *api, c *call) (object, error) {
	ch, err := a.writable(c, "write")
	if err != nil {
		return nil, err
	}
	user := c.str("user")
	switch {
	case a.People.ByID(user) == nil:
		return nil, refuse("user_not_found")
	case user == a.opts.BotUserID:
		return nil, refuse("cant_kick_self")
	case ch.Extra.general:
		return nil, refuse("cant_kick_from_general")
	case a.opts.NoKick:
		return nil, refuse("restricted_action")
	case !ch.Has(user):
		return nil, refuse("not_in_channel")
	}
	c.changed = true
	a.leave(ch, user, a.opts.BotUserID)
	return object{"errors": object{}}, nil
}

// conversationsMembers: https://docs.slack.dev/reference/methods/conversations.members
func conversationsMembers(a *api, c *call) (object, error) {
	ch, err := a.readable(c, "read")
	if err != nil {
		return nil, err
	}
	if !ch.Has(a.opts.BotUserID) && ch.Extra.private {
		return nil, refuse("channel_not_found")
	}
	page, next, err := paginate(c, ch.Members(), 100, 1000)
	if err != nil {
		return nil, err
	}
	return object{"members": page, "response_metadata": object{"next_cursor": next}}, nil
}
