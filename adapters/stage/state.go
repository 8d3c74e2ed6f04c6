package stage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// State is what a workspace looks like in the end, without anything that may
// differ between two runs of the same story: IDs and timestamps are replaced by
// names ("#room", "@lin", "#room/2" for a channel's second message), and the
// platform's own notices, ephemeral messages and open dialogs are left out. Two
// States compare with go-cmp.
type State struct {
	Channels []ChannelState // by name
	Direct   []ChannelState // direct conversations that contain a message, by name
}

// ChannelState is a channel in a State.
type ChannelState struct {
	Name     string // "#room", or "@lin" for a direct conversation
	Kind     RoomKind
	Archived bool
	Topic    string
	Purpose  string
	Members  []string // "@lin", sorted
	Badges   []Badge
	Details  []string // what only the platform knows, sorted
	Messages []MessageState
}

// MessageState is a message in a State.
type MessageState struct {
	Author  string // "@riskroom"
	Text    string // as people read it
	Op      string // the marker by which the app finds the message
	Pinned  bool
	Details []string // what only the platform knows
}

// State returns the present state. Link returns the address of a message, if
// messages have one; pairs are more IDs and their names. It takes the lock.
func (w *World[P, C, M, D]) State(link func(*Message[C, M]) string, pairs ...string) State {
	w.Lock()
	defer w.Unlock()
	var s State
	for _, c := range w.Channels.All() {
		state := w.channelState(c)
		for n, m := range c.Written() {
			name := fmt.Sprintf("%s/%d", state.Name, n+1)
			if link != nil {
				pairs = append(pairs, link(m), name)
			}
			pairs = append(pairs, m.ID, name)
		}
		pairs = append(pairs, c.ID, state.Name)
		switch {
		case !c.IsDirect():
			s.Channels = append(s.Channels, state)
		case len(state.Messages) > 0:
			s.Direct = append(s.Direct, state)
		}
	}
	for _, p := range w.People.All() {
		person := w.renderer.Person(p)
		pairs = append(pairs, person.ID, "@"+person.Name)
	}
	var named State
	if err := json.Unmarshal([]byte(strings.NewReplacer(pairs...).Replace(string(JSON(s)))), &named); err != nil {
		panic("stage: a name makes the state unreadable: " + err.Error())
	}
	for _, list := range [][]ChannelState{named.Channels, named.Direct} {
		for _, c := range list {
			slices.Sort(c.Members)
			slices.Sort(c.Details)
		}
		slices.SortStableFunc(list, func(a, b ChannelState) int { return strings.Compare(a.Name, b.Name) })
	}
	return named
}

func (w *World[P, C, M, D]) channelState(c *Channel[C, M]) ChannelState {
	r, _ := w.room(c)
	s := ChannelState{
		Name: "#" + r.Name, Kind: r.Kind, Archived: r.Archived, Topic: c.Topic, Purpose: r.Purpose,
		Members: r.Members, Badges: r.Badges, Details: w.renderer.RoomDetails(c),
	}
	if c.IsDirect() {
		s.Name = "@" + r.Name
	}
	for _, m := range c.Written() {
		op, details := w.renderer.PostDetails(m)
		s.Messages = append(s.Messages, MessageState{Author: m.Author, Text: w.post(m).Text, Op: op, Pinned: m.Pinned(), Details: details})
	}
	return s
}
