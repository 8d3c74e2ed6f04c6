package emulator

import (
	"fmt"
	"slices"

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
			return ch.ID, fmt.Errorf("emulator: there is no user %q", id)
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

// ArchiveByHand has a member archive a channel. The bot is thrown out and,
// where it could see the channel, told.
func (w *Workspace) ArchiveByHand(userID, channelID string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if ch.Extra.archived || permanent(ch) {
			return fmt.Errorf("emulator: #%s cannot be archived", ch.Name)
		}
		t.archive(ch, userID)
		return nil
	})
}

// UnarchiveByHand has a member bring a channel back; with the bot again in it
// where withBot is set.
func (w *Workspace) UnarchiveByHand(userID, channelID string, withBot bool) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if !ch.Extra.archived {
			return fmt.Errorf("emulator: #%s is not archived", ch.Name)
		}
		ch.Extra.archived = false
		t.Publish(stage.RoomRestored, userID, ch, nil, "")
		if withBot {
			t.join(ch, t.opts.BotUserID, userID)
		}
		t.events.announce(ch, "unarchive", object{"user": userID})
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

// SetTopicByHand has a member set a channel's topic.
func (w *Workspace) SetTopicByHand(userID, channelID, topic string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		t.setAspect(ch, userID, "topic", topic)
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
	return w.KickByHand(userID, channelID, userID)
}

// InviteByHand has a member add somebody, who may be the bot, to a channel.
func (w *Workspace) InviteByHand(userID, channelID, invited string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if t.People.ByID(invited) == nil || ch.Has(invited) || ch.IsDirect() {
			return fmt.Errorf("emulator: %s cannot be added to #%s", invited, ch.Name)
		}
		t.join(ch, invited, userID)
		return nil
	})
}

// KickByHand has a member remove somebody from a channel; KickBot is the same
// for the bot.
func (w *Workspace) KickByHand(userID, channelID, removed string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		if !ch.Has(removed) || permanent(ch) {
			return fmt.Errorf("emulator: %s cannot be removed from #%s", removed, ch.Name)
		}
		t.leave(ch, removed, userID)
		return nil
	})
}

// KickBot has a member throw the bot out of a channel.
func (w *Workspace) KickBot(userID, channelID string) error {
	return w.KickByHand(userID, channelID, w.BotUserID())
}

// Say has a member write a message and returns its timestamp. With channelID
// "" it is written to the bot.
func (w *Workspace) Say(userID, channelID, text string) (string, error) {
	t := w.team
	t.Lock()
	defer t.Unlock()
	u, err := t.person(userID)
	if err != nil {
		return "", err
	}
	ch, err := t.within(u, channelID)
	if err != nil {
		return "", err
	}
	if !ch.Has(userID) || ch.Extra.archived {
		return "", fmt.Errorf("emulator: @%s cannot write to #%s", u.Name, ch.Name)
	}
	return t.write(ch, &message{Author: userID, Body: content{text: linkedOutside(text)}}).ID, nil
}

// DeleteMessage has an administrator or the author delete a message; a message
// of the bot counts as deletable by anybody who is in the channel.
func (w *Workspace) DeleteMessage(userID, channelID, ts string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		m := ch.Message(ts)
		if m == nil || m.Author != userID && m.Author != t.opts.BotUserID && !t.People.ByID(userID).Admin {
			return fmt.Errorf("emulator: %s cannot delete the message %s in #%s", userID, ts, ch.Name)
		}
		t.Remove(m, userID)
		return nil
	})
}

// UnpinByHand has a member take a pin off a message.
func (w *Workspace) UnpinByHand(userID, channelID, ts string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		m := ch.Message(ts)
		if m == nil || !m.Pinned() {
			return fmt.Errorf("emulator: the message %s is not pinned", ts)
		}
		t.Unpin(m, userID)
		return nil
	})
}

// RemoveBookmarkByHand has a member remove the bookmark with the given title.
func (w *Workspace) RemoveBookmarkByHand(userID, channelID, title string) error {
	return w.byHand(userID, channelID, func(t *team, ch *channel) error {
		i := slices.IndexFunc(ch.Extra.bookmarks, func(b bookmark) bool { return b.Title == title })
		if i < 0 {
			return fmt.Errorf("emulator: #%s has no bookmark %q", ch.Name, title)
		}
		t.removeBookmark(ch, i, userID)
		return nil
	})
}

// Deactivate takes a person's account away: they leave every channel.
func (w *Workspace) Deactivate(userID string) error {
	t := w.team
	t.Lock()
	defer t.Unlock()
	u, err := t.person(userID)
	if err != nil {
		return err
	}
	u.Deleted = true
	for _, ch := range t.Channels.All() {
		if ch.Has(userID) && !ch.IsDirect() {
			t.leave(ch, userID, userID)
		}
	}
	return nil
}
