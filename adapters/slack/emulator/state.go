package emulator

import (
	"fmt"
	"slices"
	"strings"

	"riskroom/adapters/stage"
)

// State is what a workspace looks like in the end, without anything that may
// differ between two runs of the same story: IDs and timestamps are replaced
// by names ("#room", "@lin", "#room/2" for a channel's second message), and
// Slack's own notices, ephemeral messages and open modals are left out. Two
// States compare with go-cmp.
type State struct {
	Channels []ChannelState // by name
	Direct   []ChannelState // direct conversations that hold a message, by name
}

// ChannelState is a channel in a State.
type ChannelState struct {
	Name      string // "#room", or "@lin" for a direct conversation
	Private   bool
	Archived  bool
	Topic     string
	Purpose   string
	Members   []string // "@lin", sorted
	Messages  []MessageState
	Bookmarks []BookmarkState
}

// MessageState is a message in a State.
type MessageState struct {
	Author string // "@riskroom"
	Text   string
	Plain  string // what is seen
	Blocks string // as JSON, block_ids that Slack gave out left out
	Op     string // the metadata's "op"
	Event  string // the metadata's event_type
	Pinned bool
}

// BookmarkState is a bookmark in a State.
type BookmarkState struct {
	Title, Link string
}

// State returns the workspace's present state.
func (w *Workspace) State() State {
	w.team.Lock()
	defer w.team.Unlock()
	names := w.normaliser()
	var s State
	for _, ch := range w.team.Channels.All() {
		state := w.channelState(ch, names)
		switch {
		case !ch.IsDirect():
			s.Channels = append(s.Channels, state)
		case len(state.Messages) > 0:
			s.Direct = append(s.Direct, state)
		}
	}
	byName := func(a, b ChannelState) int { return strings.Compare(a.Name, b.Name) }
	slices.SortStableFunc(s.Channels, byName)
	slices.SortStableFunc(s.Direct, byName)
	return s
}

// stateName is what a channel is called in a State.
func (w *Workspace) stateName(ch *channel) string {
	if ch.IsDirect() {
		return "@" + w.team.People.ByID(ch.With).Name
	}
	return "#" + ch.Name
}

// normaliser replaces every ID, timestamp and permalink that the workspace has
// given out by the name of what it stands for.
func (w *Workspace) normaliser() *strings.Replacer {
	var longest, pairs []string // the replacer tries its pairs in order: links hold IDs and come first
	for _, ch := range w.team.Channels.All() {
		for n, m := range ch.Written() {
			name := fmt.Sprintf("%s/%d", w.stateName(ch), n+1)
			longest = append(longest, w.team.permalink(m), name)
			pairs = append(pairs, m.ID, name)
		}
		pairs = append(pairs, ch.ID, w.stateName(ch))
	}
	for _, u := range w.team.People.All() {
		pairs = append(pairs, u.ID, "@"+u.Name)
	}
	return strings.NewReplacer(append(longest, pairs...)...)
}

func (w *Workspace) channelState(ch *channel, names *strings.Replacer) ChannelState {
	s := ChannelState{
		Name: w.stateName(ch), Private: ch.Extra.private, Archived: ch.Extra.archived,
		Topic: names.Replace(ch.Topic), Purpose: names.Replace(ch.Extra.purpose),
	}
	for _, id := range ch.Members() {
		s.Members = append(s.Members, "@"+w.team.People.ByID(id).Name)
	}
	slices.Sort(s.Members)
	for _, m := range ch.Written() {
		e := w.team.show.export(m)
		state := MessageState{
			Author: names.Replace(m.Author), Text: names.Replace(m.Body.text), Plain: e.Plain, Op: e.Op(), Pinned: e.Pinned,
		}
		if m.Body.metadata != nil {
			state.Event = m.Body.metadata.EventType
		}
		if len(e.Blocks) > 0 {
			for _, b := range e.Blocks {
				if strings.HasPrefix(stage.Str(b["block_id"]), givenBlockID) {
					delete(b, "block_id")
				}
			}
			state.Blocks = names.Replace(string(stage.JSON(e.Blocks)))
		}
		s.Messages = append(s.Messages, state)
	}
	for _, b := range ch.Extra.bookmarks {
		s.Bookmarks = append(s.Bookmarks, BookmarkState{names.Replace(b.Title), names.Replace(b.Link)})
	}
	return s
}
