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
	w.guild.Lock()
	defer w.guild.Unlock()
	names := w.normaliser()
	var s State
	for _, ch := range w.guild.Channels.All() {
		state := w.channelState(ch, names)
		switch {
		case !ch.IsDirect():
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
	case ch.IsDirect():
		return "@" + w.guild.People.ByID(ch.With).Name
	case ch.Extra.category:
		return ch.Name
	}
	return "#" + ch.Name
}

// normaliser replaces every ID that the workspace has given out by the name of
// what it stands for.
func (w *Workspace) normaliser() *strings.Replacer {
	pairs := []string{w.guild.opts.GuildID, "@everyone"}
	for _, ch := range w.guild.Channels.All() {
		for n, m := range ch.Written() {
			pairs = append(pairs, m.ID, fmt.Sprintf("%s/%d", w.stateName(ch), n+1))
		}
		pairs = append(pairs, ch.ID, w.stateName(ch))
	}
	for _, u := range w.guild.People.All() {
		pairs = append(pairs, u.ID, "@"+u.Name)
	}
	for _, id := range slices.Sorted(maps.Keys(w.guild.roles)) {
		pairs = append(pairs, id, "@&"+w.guild.roles[id].Name)
	}
	return strings.NewReplacer(pairs...)
}

func (w *Workspace) channelState(ch *channel, names *strings.Replacer) ChannelState {
	s := ChannelState{Name: w.stateName(ch), Private: w.guild.private(ch), Topic: names.Replace(ch.Topic)}
	if parent := w.guild.Channels.ByID(ch.Extra.parent); parent != nil {
		s.Category = parent.Name
	}
	for _, id := range w.guild.memberIDs(ch) {
		s.Members = append(s.Members, "@"+w.guild.People.ByID(id).Name)
	}
	for _, o := range ch.Extra.overwrites {
		s.Overwrites = append(s.Overwrites, fmt.Sprintf("%s +%d -%d", names.Replace(o.ID), o.Allow, o.Deny))
	}
	slices.Sort(s.Members)
	slices.Sort(s.Overwrites)
	for _, m := range ch.Written() {
		e := w.guild.show.export(m)
		state := MessageState{
			Author: "@" + w.guild.People.ByID(m.Author).Name, Content: names.Replace(e.Content), Plain: names.Replace(e.Plain), Nonce: e.Nonce, Pinned: e.Pinned,
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
