package emulator

import (
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

// CreateByHand has a person create a channel; the members join it. The bot is
// a member only if named.
func (w *Workspace) CreateByHand(userID, name string, private bool, members ...string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.person(userID); err != nil {
		return "", err
	}
	if err := checkName(name); err != nil {
		return "", fmt.Errorf("emulator: the channel name %q: %w", name, err)
	}
	if w.channelByName(name) != nil {
		return "", fmt.Errorf("emulator: the name #%s is taken", name)
	}
	ch := w.addChannel(Channel{Name: name, Private: private, Creator: userID})
	ch.members[userID] = true
	w.publish(stage.RoomCreated, userID, ch, nil, "")
	for _, id := range members {
		if w.users[id] == nil {
			return ch.ID, fmt.Errorf("emulator: there is no user %q", id)
		}
		w.join(ch, id, userID)
	}
	return ch.ID, nil
}

// hand finds the person and the channel of something done by hand.
func (w *Workspace) hand(userID, channelID string) (*channel, error) {
	u, err := w.person(userID)
	if err != nil {
		return nil, err
	}
	ch := w.channels[channelID]
	if ch == nil || !ch.members[userID] && !u.Admin {
		return nil, fmt.Errorf("emulator: @%s is not in the channel %q", u.Name, channelID)
	}
	return ch, nil
}

// ArchiveByHand has a member archive a channel. The bot is thrown out and,
// where it could see the channel, told.
func (w *Workspace) ArchiveByHand(userID, channelID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return err
	}
	if ch.Archived || ch.General || ch.isDirect() {
		return fmt.Errorf("emulator: #%s cannot be archived", ch.Name)
	}
	w.archive(ch, userID)
	return nil
}

// UnarchiveByHand has a member bring a channel back; with the bot again in it
// where withBot is set.
func (w *Workspace) UnarchiveByHand(userID, channelID string, withBot bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return err
	}
	if !ch.Archived {
		return fmt.Errorf("emulator: #%s is not archived", ch.Name)
	}
	ch.Archived = false
	w.publish(stage.RoomRestored, userID, ch, nil, "")
	if withBot {
		w.join(ch, w.opts.BotUserID, userID)
	}
	w.announce(ch, "unarchive", object{"user": userID})
	return nil
}

// DeleteChannel has a member delete a channel for good, which no bot can.
func (w *Workspace) DeleteChannel(userID, channelID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return err
	}
	if ch.General || ch.isDirect() {
		return fmt.Errorf("emulator: #%s cannot be deleted", ch.Name)
	}
	w.announce(ch, "deleted", nil)
	delete(w.channels, ch.ID)
	w.order = slices.DeleteFunc(w.order, func(id string) bool { return id == ch.ID })
	w.publish(stage.RoomDeleted, userID, ch, nil, "")
	return nil
}

// Rename has a member rename a channel.
func (w *Workspace) Rename(userID, channelID, name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return err
	}
	if err := checkName(name); err != nil {
		return fmt.Errorf("emulator: the channel name %q: %w", name, err)
	}
	if other := w.channelByName(name); other != nil && other != ch {
		return fmt.Errorf("emulator: the name #%s is taken", name)
	}
	w.rename(ch, userID, name)
	return nil
}

// SetTopicByHand has a member set a channel's topic.
func (w *Workspace) SetTopicByHand(userID, channelID, topic string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return err
	}
	ch.Topic = topic
	w.publish(stage.RoomChanged, userID, ch, nil, "")
	w.notice(ch, userID, "topic", "set the channel topic: "+topic, topic)
	return nil
}

// Join has a person enter a public channel.
func (w *Workspace) Join(userID, channelID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.person(userID)
	if err != nil {
		return err
	}
	ch := w.channels[channelID]
	if ch == nil || ch.Private || ch.Archived || ch.members[userID] {
		return fmt.Errorf("emulator: @%s cannot join %q", u.Name, channelID)
	}
	w.join(ch, userID, "")
	return nil
}

// Leave has a member leave a channel.
func (w *Workspace) Leave(userID, channelID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return err
	}
	if !ch.members[userID] || ch.General || ch.isDirect() {
		return fmt.Errorf("emulator: %s cannot leave #%s", userID, ch.Name)
	}
	w.leave(ch, userID, userID)
	return nil
}

// InviteByHand has a member add somebody, who may be the bot, to a channel.
func (w *Workspace) InviteByHand(userID, channelID, invited string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return err
	}
	if w.users[invited] == nil || ch.members[invited] || ch.isDirect() {
		return fmt.Errorf("emulator: %s cannot be added to #%s", invited, ch.Name)
	}
	w.join(ch, invited, userID)
	return nil
}

// KickByHand has a member remove somebody from a channel; KickBot is the same
// for the bot.
func (w *Workspace) KickByHand(userID, channelID, removed string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return err
	}
	if !ch.members[removed] || ch.General || ch.isDirect() {
		return fmt.Errorf("emulator: %s cannot be removed from #%s", removed, ch.Name)
	}
	w.leave(ch, removed, userID)
	return nil
}

// KickBot has a member throw the bot out of a channel.
func (w *Workspace) KickBot(userID, channelID string) error {
	return w.KickByHand(userID, channelID, w.opts.BotUserID)
}

// Say has a member write a message and returns its timestamp. With channelID
// "" it is written to the bot.
func (w *Workspace) Say(userID, channelID, text string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.person(userID)
	if err != nil {
		return "", err
	}
	ch, err := w.within(u, channelID)
	if err != nil {
		return "", err
	}
	if !ch.members[userID] || ch.Archived {
		return "", fmt.Errorf("emulator: @%s cannot write to #%s", u.Name, ch.Name)
	}
	return w.newMessage(ch, &message{user: userID, text: text}).ts, nil
}

// DeleteMessage has an administrator or the author delete a message; a message
// of the bot counts as deletable by anybody who is in the channel.
func (w *Workspace) DeleteMessage(userID, channelID, ts string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, m, err := w.messageAt(userID, channelID, ts)
	if err != nil {
		return err
	}
	if m.user != userID && m.user != w.opts.BotUserID && !w.users[userID].Admin {
		return fmt.Errorf("emulator: %s cannot delete the message %s in #%s", userID, ts, ch.Name)
	}
	w.deleteMessage(m, userID)
	return nil
}

// UnpinByHand has a member take a pin off a message.
func (w *Workspace) UnpinByHand(userID, channelID, ts string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, m, err := w.messageAt(userID, channelID, ts)
	if err != nil {
		return err
	}
	if !ch.pinned(ts) {
		return fmt.Errorf("emulator: the message %s is not pinned", ts)
	}
	w.unpin(ch, m, userID)
	return nil
}

// RemoveBookmarkByHand has a member remove the bookmark with the given title.
func (w *Workspace) RemoveBookmarkByHand(userID, channelID, title string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(ch.bookmarks, func(b bookmark) bool { return b.Title == title })
	if i < 0 {
		return fmt.Errorf("emulator: #%s has no bookmark %q", ch.Name, title)
	}
	ch.bookmarks = slices.Delete(ch.bookmarks, i, i+1)
	w.publish(stage.BadgeChanged, userID, ch, nil, title)
	return nil
}

func (w *Workspace) messageAt(userID, channelID, ts string) (*channel, *message, error) {
	ch, err := w.hand(userID, channelID)
	if err != nil {
		return nil, nil, err
	}
	m := ch.message(ts)
	if m == nil {
		return nil, nil, fmt.Errorf("emulator: #%s has no message %s", ch.Name, ts)
	}
	return ch, m, nil
}

// Deactivate takes a person's account away: they leave every channel.
func (w *Workspace) Deactivate(userID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.person(userID); err != nil {
		return err
	}
	w.users[userID].Deleted = true
	for _, id := range w.order {
		if ch := w.channels[id]; ch.members[userID] && !ch.isDirect() {
			w.leave(ch, userID, userID)
		}
	}
	return nil
}
