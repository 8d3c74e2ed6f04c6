package engine

import (
	"cmp"
	"context"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// opened says how a topic group came about.
type opened struct {
	By     core.Actor  `json:"by,omitzero"`      // zero: a flow
	Topic  string      `json:"topic,omitempty"`  // without the state
	Origin *core.Quote `json:"origin,omitempty"` // the message that it discusses
}

// record writes it into the record of the group.
func (o *opened) record(g *Group) {
	if o != nil {
		g.By, g.Topic, g.Origin = o.By, o.Topic, o.Origin
	}
}

// completeTopic completes the input of a run that creates a topic group: its channel's
// head and its pinned card show its state.
func (e *Engine) completeTopic(ctx context.Context, run RunID, in *input, r core.Risk) {
	spec := in.Spec
	if spec.Type != core.Topic {
		return
	}
	if in.Opened == nil {
		in.Opened = &opened{}
	}
	in.Opened.Topic = cmp.Or(spec.Topic, spec.Name)
	g := newGroup(run, core.GroupRef{Workspace: spec.Workspace}, *spec)
	in.Opened.record(&g)
	spec.Topic = e.topicText(g)
	spec.Badge = e.topicBadge(ctx, g, r)
}

// topicBadge returns the pinned card of a topic group, with the message to repair.
func (e *Engine) topicBadge(ctx context.Context, g Group, r core.Risk) *core.Badge {
	return &core.Badge{Module: r.Module, Message: core.Message{Card: e.topicCard(ctx, g, r)}, Ref: g.Card}
}

// topicCard returns the pinned card of a topic group: its state, its owner and admins, and
// the message that it is about. Nobody is mentioned, so that no change notifies anyone.
func (e *Engine) topicCard(ctx context.Context, g Group, r core.Risk) *core.Card {
	p := e.text.In(e.org.Language)
	asks := p.S("topic.confirm.text")
	if pl, err := e.workspaces.Get(g.Ref.Workspace); err == nil && pl.Capabilities().End.Posters == core.EveryPoster {
		asks = p.S("topic.confirm.asked")
	}
	c := &core.Card{
		Risk: g.Key, Version: r.Version, Small: true, Tone: core.ToneActive,
		Title: plain(p.S("card.title", text.Args{"Key": string(g.Key), "Title": cmp.Or(g.Topic, g.Name)})),
		Buttons: []core.Button{{Press: core.PressEndTopic, Label: p.S("card.button.end_topic"), Confirm: &core.Confirm{
			Title: p.S("topic.confirm.title"), Text: asks, Yes: p.S("topic.confirm.yes"), No: p.S("topic.confirm.no"),
		}}},
	}
	if g.State == core.Ended {
		c.Tone = core.ToneQuiet
		c.Buttons = nil
		if !e.leavesEnded(g.Ref.Workspace) {
			c.Buttons = []core.Button{{Press: core.PressReopenTopic, Label: p.S("card.button.reopen_topic")}}
		}
	}
	c.Footer = plain(e.topicState(p, g))
	add := func(what ...core.Span) {
		c.Footer = append(append(c.Footer, core.Plain(p.S("topic.line.between"))), what...)
	}
	for _, line := range e.groupLines(ctx, p, g) {
		add(core.Plain(line))
	}
	if g.Origin != nil {
		add(e.source(ctx, p, g.Origin)...)
	}
	return c
}

// topicState returns the state of a topic group in a few words.
func (e *Engine) topicState(p text.Printer, g Group) string {
	if g.State != core.Ended || g.Ended == nil {
		return p.S("topic.state.discussing")
	}
	return g.Ended.words(p, e.org.Zone)
}

// words says when a topic group ended, and who ended it if a person did.
func (c Closed) words(p text.Printer, zone *time.Location) string {
	if c.By.Name == "" {
		return p.S("topic.state.ended", text.Args{"Time": p.Time(c.At, zone)})
	}
	return p.S("topic.state.ended.by", text.Args{"Name": c.By.Name, "Time": p.Time(c.At, zone)})
}

// topicText returns what the head of a topic group's channel shows: its state, and its
// topic if it has one.
func (e *Engine) topicText(g Group) string {
	p := e.text.In(e.org.Language)
	if g.Topic == "" {
		return e.topicState(p, g)
	}
	return p.S("topic.head", text.Args{"State": e.topicState(p, g), "Topic": g.Topic})
}

// leavesEnded reports whether the bot loses a topic group of a workspace when it ends, so
// that only people can reopen it.
func (e *Engine) leavesEnded(workspace string) bool {
	pl, err := e.workspaces.Get(workspace)
	return err == nil && pl.Capabilities().End.Leaves
}

// stateAt is the record of a topic group once it has the state that a change sets.
func (g Group) stateAt(to core.TopicState, by core.Actor, at time.Time) Group {
	g.State, g.Ended = to, nil
	if to == core.Ended {
		g.Ended, g.Ending = &Closed{By: by, At: at}, ""
	}
	return g
}

// setTopicState completes the change of a topic group's state: the head of its channel
// shows it, and a group that ends is told who ended it, and what comes next.
func (e *Engine) setTopicState(in *input, g Group, now time.Time) {
	c := in.Change
	if g.Type != core.Topic || c.State == "" && c.Topic == nil {
		return
	}
	if c.Topic != nil {
		in.Edit.Topic, g.Topic = c.Topic, *c.Topic
	}
	if c.State != "" {
		in.Edit.At = now
		g = g.stateAt(c.State, in.Edit.By, now)
	}
	head := e.topicText(g)
	c.Topic = &head
	if c.State == core.Ended {
		c.Closing = &core.Message{Text: plain(e.closing(g))}
	}
}

// closing returns the last message in a topic group: who ended it and when, how long it was
// discussed by how many, who can still post and how it is reopened.
func (e *Engine) closing(g Group) string {
	p := e.text.In(e.org.Language)
	people := 0
	for _, m := range g.Members {
		if m.Code == "" && !m.Left {
			people++
		}
	}
	s := p.S("topic.closing", text.Args{"Time": p.Time(g.Ended.At, e.org.Zone)})
	if name := g.Ended.By.Name; name != "" {
		s = p.S("topic.closing.by", text.Args{"Name": name, "Time": p.Time(g.Ended.At, e.org.Zone)})
	}
	if !g.At.IsZero() {
		opened := text.Args{"Opened": p.Time(g.At, e.org.Zone), "Count": people}
		summary := p.S("topic.closing.summary", opened)
		if opened["Opener"] = g.By.Name; g.By.Name != "" {
			summary = p.S("topic.closing.summary.by", opened)
		}
		s = p.S("topic.closing.both", text.Args{"Ended": s, "Summary": summary})
	}
	pl, err := e.workspaces.Get(g.Ref.Workspace)
	if err != nil {
		return s
	}
	end := "left"
	if can := pl.Capabilities().End; !can.Leaves {
		end = "posters." + string(can.Posters)
		if can.Posters == core.NoPosters {
			end = "posters.nobody"
		}
	}
	return s + "\n" + p.In(e.org.Workspaces[g.Ref.Workspace]).S("topic.closing."+end, text.Args{"Command": e.org.Command, "Key": string(g.Key)})
}
