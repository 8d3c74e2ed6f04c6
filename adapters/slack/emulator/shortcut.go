package emulator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Slack's limits for shortcuts, see
// https://docs.slack.dev/reference/app-manifest#features and
// https://docs.slack.dev/interactivity/implementing-shortcuts.
const (
	maxShortcuts            = 10
	maxShortcutName         = 24
	maxShortcutDescription  = 150
	messageShortcut         = "message"
	globalShortcut          = "global"
	messageShortcutCallback = "message_action"
	globalShortcutCallback  = "shortcut"
)

// Shortcut is a shortcut of the app, as in features.shortcuts of its manifest.
type Shortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"` // "message" or "global"
	CallbackID  string `json:"callback_id"`
	Description string `json:"description"`
}

// checkShortcuts checks the app's shortcuts as Slack checks a manifest.
func checkShortcuts(all []Shortcut) error {
	if len(all) > maxShortcuts {
		return fmt.Errorf("emulator: %d shortcuts, and an app may have %d", len(all), maxShortcuts)
	}
	seen := map[string]bool{}
	for _, s := range all {
		switch n := utf8.RuneCountInString; {
		case s.Name == "" || n(s.Name) > maxShortcutName:
			return fmt.Errorf("emulator: the shortcut's name %q must have 1 to %d characters", s.Name, maxShortcutName)
		case s.Description == "" || n(s.Description) > maxShortcutDescription:
			return fmt.Errorf("emulator: the description of %q must have 1 to %d characters", s.Name, maxShortcutDescription)
		case s.CallbackID == "" || n(s.CallbackID) > maxID || seen[s.CallbackID]:
			return fmt.Errorf("emulator: the callback_id of %q must be unique and have 1 to %d characters", s.Name, maxID)
		case s.Type != messageShortcut && s.Type != globalShortcut:
			return fmt.Errorf("emulator: the type of %q is %q", s.Name, s.Type)
		}
		seen[s.CallbackID] = true
	}
	return nil
}

// MessageShortcut has a person choose a shortcut in the menu of a message. The bot
// needn't be in the channel. See
// https://docs.slack.dev/reference/interaction-payloads/shortcuts-interactions-payload.
func (w *Workspace) MessageShortcut(ctx context.Context, userID, channelID, ts, callbackID string) (Reply, error) {
	cb, err := w.messageShortcut(userID, channelID, ts, callbackID)
	if err != nil {
		return Reply{}, err
	}
	return w.team.askFor(ctx, userID, cb)
}

func (w *Workspace) messageShortcut(userID, channelID, ts, callbackID string) (callback, error) {
	t := w.team
	t.Lock()
	defer t.Unlock()
	user, ch, err := t.within(userID, channelID)
	if err != nil {
		return callback{}, err
	}
	s, err := t.shortcut(callbackID, messageShortcut)
	if err != nil {
		return callback{}, err
	}
	m := ch.Message(ts)
	if m == nil || m.Notice {
		return callback{}, fmt.Errorf("emulator: @%s has no menu for a message %s in #%s", user.Name, ts, ch.Name)
	}
	payload := t.shortcutPayload(messageShortcutCallback, user, s)
	maps.Copy(payload, object{
		"channel": object{"id": ch.ID, "name": publicName(ch)}, "message_ts": m.ID, "message": t.shown(m, false),
		"response_url": t.newResponseURL(user.ID, ch, nil),
	})
	t.Publish(stage.ActionSent, user.ID, ch, m, s.Name)
	return interactionCallback(t.opts.InteractionURL, payload), nil
}

// GlobalShortcut has a person choose a shortcut in the menu of the message field.
func (w *Workspace) GlobalShortcut(ctx context.Context, userID, callbackID string) (Reply, error) {
	cb, err := w.globalShortcut(userID, callbackID)
	if err != nil {
		return Reply{}, err
	}
	return w.team.askFor(ctx, userID, cb)
}

func (w *Workspace) globalShortcut(userID, callbackID string) (callback, error) {
	t := w.team
	t.Lock()
	defer t.Unlock()
	user, err := t.person(userID)
	if err != nil {
		return callback{}, err
	}
	s, err := t.shortcut(callbackID, globalShortcut)
	if err != nil {
		return callback{}, err
	}
	t.Publish(stage.ActionSent, user.ID, nil, nil, s.Name)
	return interactionCallback(t.opts.InteractionURL, t.shortcutPayload(globalShortcutCallback, user, s)), nil
}

// shortcut finds one of the app's shortcuts.
func (t *team) shortcut(callbackID, kind string) (Shortcut, error) {
	i := slices.IndexFunc(t.opts.Shortcuts, func(s Shortcut) bool { return s.CallbackID == callbackID && s.Type == kind })
	if i < 0 {
		return Shortcut{}, errors.New("emulator: the app has no " + kind + " shortcut " + callbackID)
	}
	return t.opts.Shortcuts[i], nil
}

// shortcutPayload is a payload without what belongs to a message.
func (t *team) shortcutPayload(kind string, user *User, s Shortcut) object {
	payload := t.payload(kind, user)
	maps.Copy(payload, object{
		"callback_id": s.CallbackID, "trigger_id": t.newTrigger(user.ID),
		"action_ts": strconv.FormatFloat(float64(time.Now().UnixMicro())/1e6, 'f', 6, 64),
	})
	return payload
}

// menu returns the shortcuts as the stage shows them.
func (t *team) menu() []stage.MenuEntry {
	var out []stage.MenuEntry
	for _, s := range t.opts.Shortcuts {
		out = append(out, stage.MenuEntry{ID: s.CallbackID, Label: s.Name, OfPosts: s.Type == messageShortcut})
	}
	return out
}
