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
func conversationsInvite(w *Workspace, c *call) (object, error) {
	ch, err := w.writable(c, "write.invites")
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
		code := w.cannotInvite(ch, id)
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
		return nil, &refusal{code: str(failed[0]["error"]), extra: object{"errors": failed}}
	}
	for _, id := range welcome {
		w.join(ch, id, w.opts.BotUserID)
	}
	c.changed = len(welcome) > 0
	if len(failed) > 0 && !c.flag("force") {
		return nil, &refusal{code: str(failed[0]["error"]), extra: object{"errors": failed}}
	}
	out := object{"channel": w.conversation(ch)}
	if len(failed) > 0 {
		out["errors"] = failed
	}
	return out, nil
}

// cannotInvite returns the code with which inviting the user fails, or "".
func (w *Workspace) cannotInvite(ch *channel, id string) string {
	user := w.users[id]
	switch {
	case user == nil || user.NotVisible:
		return "user_not_found"
	case id == w.opts.BotUserID:
		return "cant_invite_self"
	case ch.members[id]:
		return "already_in_channel"
	case user.Deleted || user.CannotBeInvited:
		return "cant_invite"
	case user.SingleChannel && w.inAnyChannel(id):
		return "ura_max_channels"
	}
	return ""
}

func (w *Workspace) inAnyChannel(user string) bool {
	for _, c := range w.channels {
		if c.members[user] && !c.isDirect() && !c.Archived {
			return true
		}
	}
	return false
}

func (w *Workspace) join(ch *channel, user, inviter string) {
	ch.members[user] = true
	w.publish(stage.MemberJoined, inviter, ch, nil, user)
	w.notice(ch, user, "join", "<@"+user+"> has joined the channel", "")
	w.announceJoin(ch, user, inviter)
}

// leave takes a user out of a channel, by themselves or by somebody else.
func (w *Workspace) leave(ch *channel, user, by string) {
	if user == w.opts.BotUserID {
		// https://docs.slack.dev/reference/events/group_left
		w.announce(ch, "left", object{"actor_id": by})
	}
	w.announceLeave(ch, user)
	delete(ch.members, user)
	w.publish(stage.MemberLeft, by, ch, nil, user)
	w.notice(ch, user, "leave", "<@"+user+"> has left the channel", "")
}

// conversationsKick: https://docs.slack.dev/reference/methods/conversations.kick
func conversationsKick(w *Workspace, c *call) (object, error) {
	ch, err := w.writable(c, "write")
	if err != nil {
		return nil, err
	}
	user := c.str("user")
	switch {
	case w.users[user] == nil:
		return nil, refuse("user_not_found")
	case user == w.opts.BotUserID:
		return nil, refuse("cant_kick_self")
	case ch.General:
		return nil, refuse("cant_kick_from_general")
	case w.opts.NoKick:
		return nil, refuse("restricted_action")
	case !ch.members[user]:
		return nil, refuse("not_in_channel")
	}
	c.changed = true
	w.leave(ch, user, w.opts.BotUserID)
	return object{"errors": object{}}, nil
}

// conversationsMembers: https://docs.slack.dev/reference/methods/conversations.members
func conversationsMembers(w *Workspace, c *call) (object, error) {
	ch, err := w.readable(c, "read")
	if err != nil {
		return nil, err
	}
	if !ch.members[w.opts.BotUserID] && ch.Private {
		return nil, refuse("channel_not_found")
	}
	page, next, err := paginate(c, ch.memberIDs(), 100, 1000)
	if err != nil {
		return nil, err
	}
	return object{"members": page, "response_metadata": object{"next_cursor": next}}, nil
}
