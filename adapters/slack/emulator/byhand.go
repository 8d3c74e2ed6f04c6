package emulator

import (
	"fmt"

	"riskroom/adapters/stage"
)

// CreateByHand has a person create a channel; the members join it. The bot is
// a member only if named.
func (w *Workspace) CreateByHand(userID, name string, private bool, members ...string) (string, error) {
	t := w.team
	t.Lock()
	defer t.Unlock()
	if _, err := t.person(userID); err != nil {
		return "", err
	}
	if err := t.freeName(name, nil); err != nil {
		return "", err
	}
	ch := t.newChannel(name, private, userID)
	for _, id := range members {
		if t.People.ByID(id) == nil {
			return ch.ID, fmt.Errorf("emulator: no user %q", id)
		}
		t.join(ch, id, userID)
	}
	return ch.ID, nil
}

// byHand has a person do something in a channel that they are in; an
// administrator may be outside.
func (w *Workspace) byHand(userID, channelID string, do func(*team, *channel) error) error {
	t := w.team
	t.Lock()
	defer t.Unlock()
	u, err := t.person(userID)
	if err != nil {
		return err
	}
	ch := t.Channels.ByID(channelID)
	if ch == nil || !ch.Has(userID) && !u.Admin {
		return fmt.Errorf("emulator: @%s is not in the channel %q", u.Name, channelID)
	}
	return do(t, ch)
}

// permanent reports whether nobody can archive, delete or leave a channel.
func permanent(c *channel) bool { return c.Extra.general || c.IsDirect() }

// ArchiveByHand has a member archive a channel. The bot is removed, and gets an
// event if it could see the channel.
func (w *Workspace) ArchiveByHand(userID, channelID string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if ch.Extra.archived || permanent(ch) {
			return fmt.Errorf("emulator: #%s cannot be archived", ch.Name)
		}
		t.archive(ch, userID)
		return nil
	})
}

// UnarchiveByHand has a member restore a channel, and add the bot again if
// withBot is set.
func (w *Workspace) UnarchiveByHand(userID, channelID string, withBot bool) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if !ch.Extra.archived {
			return fmt.Errorf("emulator: #%s is not archived", ch.Name)
		}
		ch.Extra.archived = false
		t.Publish(stage.RoomRestored, userID, ch, nil, "")
		t.notice(ch, userID, "unarchive", "un-archived the channel", "")
		if withBot {
			t.join(ch, botUserID, userID)
		}
		by := object{"user": userID}
		if ch.Extra.private { // by Slack's types: https://docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/GroupUnarchiveEvent
			by = object{"actor_id": userID}
		}
		t.events.announce(ch, "unarchive", by)
		return nil
	})
}

// DeleteChannel has a member delete a channel for good, which no bot can.
func (w *Workspace) DeleteChannel(userID, channelID string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if permanent(ch) {
			return fmt.Errorf("emulator: #%s cannot be deleted", ch.Name)
		}
		t.events.announce(ch, "deleted", nil)
		t.RemoveChannel(ch, userID)
		return nil
	})
}

// Rename has a member rename a channel.
func (w *Workspace) Rename(userID, channelID, name string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if err := t.freeName(name, ch); err != nil {
			return err
		}
		t.rename(ch, userID, name)
		return nil
	})
}

// Join has a person enter a public channel.
func (w *Workspace) Join(userID, channelID string) error {
	t := w.team
	t.Lock()
	defer t.Unlock()
	u, err := t.person(userID)
	if err != nil {
		return err
	}
	ch := t.Channels.ByID(channelID)
	if ch == nil || ch.Extra.private || ch.Extra.archived || ch.Has(userID) {
		return fmt.Errorf("emulator: @%s cannot join %q", u.Name, channelID)
	}
	t.join(ch, userID, "")
	return nil
}

// Leave has a member leave a channel.
func (w *Workspace) Leave(userID, channelID string) error {
	return w.Remove(userID, channelID, userID)
}

// KickBot has a member remove the bot from a channel.
func (w *Workspace) KickBot(userID, channelID string) error {
	return w.Remove(userID, channelID, botUserID)
}

// Add has a member add somebody, or the bot, to a channel.
func (w *Workspace) Add(userID, channelID, added string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		u := t.People.ByID(added)
		if u == nil || u.Deleted || ch.Extra.archived || ch.Has(added) || ch.IsDirect() {
			return fmt.Errorf("emulator: %s cannot be added to #%s", added, ch.Name)
		}
		t.join(ch, added, userID)
		return nil
	})
}

// Remove has a member remove somebody, or the bot, from a channel.
func (w *Workspace) Remove(userID, channelID, removed string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if !ch.Has(removed) || permanent(ch) {
			return fmt.Errorf("emulator: %s cannot be removed from #%s", removed, ch.Name)
		}
		t.leave(ch, removed, userID)
		return nil
	})
}

// mayWrite returns the error that a person gets who can't post in a channel.
func (t *team) mayWrite(u *User, ch *channel) error {
	switch {
	case !ch.Has(u.ID):
		return refuse("not_in_channel")
	case ch.Extra.archived:
		return refuse("is_archived")
	case ch.Extra.post.excludes(u):
		return refuse("restricted_action")
	}
	return nil
}

// MayWrite reports whether a person can post in a channel.
func (w *Workspace) MayWrite(userID, channelID string) bool {
	t := w.team
	t.Lock()
	defer t.Unlock()
	u, ch := t.People.ByID(userID), t.Channels.ByID(channelID)
	return u != nil && ch != nil && t.mayWrite(u, ch) == nil
}

// RestrictByHand has an administrator set who may post in a channel: "admin" or other
// types of users, or users' IDs. Nothing is everyone.
func (w *Workspace) RestrictByHand(userID, channelID string, types, users []string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if !t.People.ByID(userID).Admin {
			return fmt.Errorf("emulator: %s is no administrator", userID)
		}
		ch.Extra.post = posters{Types: types, Users: users}
		return nil
	})
}

// Say has a member write a message, to the bot if channelID is "", and returns
// its timestamp.
func (w *Workspace) Say(userID, channelID, text string) (string, error) {
	return w.Reply(userID, channelID, "", text)
}

// Reply has a person reply in the thread of a message, and returns the reply's TS.
func (w *Workspace) Reply(userID, channelID, ts, text string) (string, error) {
	t := w.team
	t.Lock()
	defer t.Unlock()
	u, ch, err := t.within(userID, channelID)
	if err != nil {
		return "", err
	}
	if err := t.mayWrite(u, ch); err != nil {
		return "", fmt.Errorf("emulator: @%s cannot write to #%s: %w", u.Name, ch.Name, err)
	}
	thread, err := threadIn(ch, ts)
	if err != nil {
		return "", err
	}
	m := t.write(ch, &message{Author: userID, Body: content{text: linkedOutside(text), thread: thread}})
	t.events.announceMessage(m)
	return m.ID, nil
}
