package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"riskroom/adapters/stage"
)

// State is what a workspace looks like in the end, without anything that may
// differ between two runs of the same story: IDs and timestamps are replaced
// by names ("#room", "@lin", "#room/2" for a channel's second message), and
// Discord's own notices, ephemeral messages and open modals are left out. Two
// States compare with go-cmp.
type State struct {
	Channels []ChannelState // by category and name
	Direct   []ChannelState // direct conversations that hold a message, by name
}

// ChannelState is a channel in a State.
type ChannelState struct {
	Name       string // "#room", "category" of a category, or "@lin" for a direct conversation
	Category   string // the category it is in
	Private    bool
	Topic      string
	Members    []string // "@lin", sorted
	Overwrites []string // "@lin +3072 -0", sorted
	Messages   []MessageState
}

// MessageState is a message in a State.
type MessageState struct {
	Author     string // "@riskroom"
	Content    string
	Plain      string // what is seen
	Embeds     string // as JSON
	Components string // as JSON
	Nonce      string
	Pinned     bool
}

// State returns the workspace's present state.
func (w *Workspace) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := w.normaliser()
	var s State
	for _, id := range w.order {
		ch := w.channels[id]
		state := w.channelState(ch, names)
		switch {
		case !ch.isDirect():
			s.Channels = append(s.Channels, state)
		case len(state.Messages) > 0:
			s.Direct = append(s.Direct, state)
		}
	}
	byName := func(a, b ChannelState) int {
		return strings.Compare(a.Category+"\x00"+a.Name, b.Category+"\x00"+b.Name)
	}
	slices.SortStableFunc(s.Channels, byName)
	slices.SortStableFunc(s.Direct, byName)
	return s
}

// stateName is what a channel is called in a State.
func (w *Workspace) stateName(ch *channel) string {
	switch {
	case ch.isDirect():
		return "@" + w.users[ch.with].Name
	case ch.Category:
		return ch.Name
	}
	return "#" + ch.Name
}

// normaliser replaces every ID that the workspace has given out by the name of
// what it stands for.
func (w *Workspace) normaliser() *strings.Replacer {
	pairs := []string{w.opts.GuildID, "@everyone"}
	for _, id := range w.order {
		ch := w.channels[id]
		n := 0
		for _, m := range ch.messages {
			if m.kind == pinNotice {
				continue
			}
			n++
			pairs = append(pairs, m.id, fmt.Sprintf("%s/%d", w.stateName(ch), n))
		}
		pairs = append(pairs, id, w.stateName(ch))
	}
	for _, id := range slices.Sorted(maps.Keys(w.users)) {
		pairs = append(pairs, id, "@"+w.users[id].Name)
	}
	for _, id := range slices.Sorted(maps.Keys(w.roles)) {
		pairs = append(pairs, id, "@&"+w.roles[id].Name)
	}
	return strings.NewReplacer(pairs...)
}

func (w *Workspace) channelState(ch *channel, names *strings.Replacer) ChannelState {
	s := ChannelState{Name: w.stateName(ch), Private: w.private(ch), Topic: names.Replace(ch.Topic)}
	if parent := w.channels[ch.Parent]; parent != nil {
		s.Category = parent.Name
	}
	for _, id := range w.memberIDs(ch) {
		s.Members = append(s.Members, "@"+w.users[id].Name)
	}
	for _, o := range ch.overwrites {
		s.Overwrites = append(s.Overwrites, fmt.Sprintf("%s +%d -%d", names.Replace(o.ID), o.Allow, o.Deny))
	}
	slices.Sort(s.Members)
	slices.Sort(s.Overwrites)
	for _, m := range ch.messages {
		if m.kind == pinNotice {
			continue
		}
		e := w.export(m)
		state := MessageState{
			Author: "@" + w.users[m.author].Name, Content: names.Replace(e.Content), Plain: names.Replace(e.Plain), Nonce: e.Nonce, Pinned: e.Pinned,
		}
		if len(e.Embeds) > 0 {
			state.Embeds = names.Replace(string(stage.JSON(e.Embeds)))
		}
		if len(e.Components) > 0 {
			state.Components = names.Replace(string(stage.JSON(e.Components)))
		}
		s.Messages = append(s.Messages, state)
	}
	return s
}
