package adaptertest

import (
	"context"

	"riskroom/core"
)

// The texts that the actions use. Each is looked up on the platform afterwards.
const (
	groupName    = "Ledger is off by one"
	groupTopic   = "Why the ledger is off by one"
	groupPurpose = "Discuss R-17"
	badgeModule  = "Payments"
	badgeLabel   = badgeModule + " · R-17"
)

// card returns a card of risk R-17 with what in its title and a mention of who.
func card(what string, who core.Account) *core.Card {
	return &core.Card{
		Risk: "R-17", Version: 1, Tone: core.ToneWaiting,
		Title: []core.Span{core.Plain("R-17 " + what)},
		Rows: []core.Row{
			{Label: "Module", Value: []core.Span{core.Plain("Payments")}},
			{Label: "Handlers", Value: []core.Span{core.Mention(who)}},
		},
		Body:    []core.Span{core.Plain("The sum differs by "), core.Hyperlink("one cent", "https://example.com/ledger"), core.Plain(".")},
		Footer:  []core.Span{core.Plain("Filed on 2 March")},
		Buttons: []core.Button{{Press: core.PressStart, Label: "Start", Primary: true}, {Press: core.PressDetails, Label: "Details"}, {Press: core.PressReopen, Label: "Reopen", More: true}},
	}
}

func badge() *core.Badge {
	return &core.Badge{Label: badgeLabel, Module: badgeModule, Message: core.Message{Card: &core.Card{
		Risk: "R-17", Version: 1, Small: true,
		Title:   []core.Span{core.Plain("R-17 · Payments")},
		Footer:  []core.Span{core.Plain("Pending")},
		Buttons: []core.Button{{Press: core.PressDetails, Label: "Details"}},
	}}}
}

// spec returns the spec of a group of the first three people.
func (r *rig) spec(kind core.GroupType) core.GroupSpec {
	p := r.cast.People
	s := core.GroupSpec{
		Workspace: r.cast.Workspace, Type: kind, Name: groupName, Suffix: "r-17",
		Topic: groupTopic, Purpose: groupPurpose, Owner: p[0], Members: []core.Account{p[0], p[1], p[2]},
	}
	switch kind {
	case core.Item:
		s.Badge = badge()
	case core.Topic:
		s.Badge = badge()
		s.Badge.Label = "" // no bookmark
	case core.Ordinary:
	}
	return s
}

func sendMessage(m func(*rig) core.Message) action {
	return sendMessageTo(func(r *rig) core.Account { return r.cast.People[0] }, m)
}

func sendMessageTo(who func(*rig) core.Account, m func(*rig) core.Message) action {
	return action{
		name:    "send_message",
		lacking: func(c core.Capabilities) bool { return c.Direct.Support == core.Lacking },
		do: func(ctx context.Context, r *rig, once core.Once, _ place) result {
			ref, err := r.world.Platform().SendMessage(ctx, once, who(r), m(r))
			return result{message: ref, err: err}
		},
	}
}

// plainMessage returns a message that is only text.
func plainMessage(text string) core.Message {
	return core.Message{Text: []core.Span{core.Plain(text)}}
}

// bareMessage returns a message that is only text, with a mention.
func bareMessage(r *rig) core.Message {
	return core.Message{Text: []core.Span{core.Plain("It has waited a day: "), core.Mention(r.cast.People[1])}}
}

// aboutMessage returns a message without a card that is about a risk.
func aboutMessage(r *rig) core.Message {
	m := bareMessage(r)
	m.About = &core.Card{Risk: "R-17", Buttons: []core.Button{{Press: core.PressDetails, Label: "Details"}}}
	return m
}

// called returns the action under a name of its own.
func called(name string, a action) action {
	a.name = name
	return a
}

// fullMessage returns a message with mention and card.
func fullMessage(r *rig) core.Message {
	return core.Message{
		Text: []core.Span{core.Plain("It has waited a day: "), core.Mention(r.cast.People[1])},
		Card: card(groupName, r.cast.People[2]),
	}
}

func createGroup(kind core.GroupType, change func(*rig, *core.GroupSpec)) action {
	return action{
		name:    "create_group (" + string(kind) + ")",
		lacking: func(c core.Capabilities) bool { return lacks(c.Groups, kind) },
		do: func(ctx context.Context, r *rig, once core.Once, _ place) result {
			spec := r.spec(kind)
			if change != nil {
				change(r, &spec)
			}
			g, err := r.world.Platform().CreateGroup(ctx, once, spec)
			return result{group: g, report: g.Report, err: err}
		},
	}
}

func sendGroupMessage(m func(*rig) core.Message) action {
	return action{
		name: "send_group_message", lacking: lacksGroups, prepare: aGroup,
		do: func(ctx context.Context, r *rig, once core.Once, at place) result {
			ref, err := r.world.Platform().SendGroupMessage(ctx, once, at.group.Ref, m(r))
			return result{message: ref, err: err}
		},
	}
}

// replyInGroup sends a message that replies to one in the group.
func replyInGroup() action {
	a := called("send_group_message (reply)", sendGroupMessage(bareMessage))
	a.prepare = aMessage
	a.do = func(ctx context.Context, r *rig, once core.Once, at place) result {
		m := bareMessage(r)
		m.ReplyTo = at.message
		ref, err := r.world.Platform().SendGroupMessage(ctx, once, at.group.Ref, m)
		return result{message: ref, err: err}
	}
	return a
}

// replyDirectly sends a direct message that replies to an earlier one.
func replyDirectly() action {
	a := called("send_message (reply)", sendMessage(bareMessage))
	a.prepare = aDirectMessage
	a.do = func(ctx context.Context, r *rig, once core.Once, at place) result {
		m := bareMessage(r)
		m.ReplyTo = at.message
		ref, err := r.world.Platform().SendMessage(ctx, once, r.cast.People[0], m)
		return result{message: ref, err: err}
	}
	return a
}

// setGroup changes an ordinary group by what change returns. It needs a platform
// that can set part.
func setGroup(part core.Part, change func(*rig, place) core.GroupChange) action {
	return action{
		name:    "set_group (" + string(part) + ")",
		part:    part,
		lacking: func(c core.Capabilities) bool { return lacksGroups(c) || lacks(c.Set, part) },
		prepare: aGroup,
		do: func(ctx context.Context, r *rig, once core.Once, at place) result {
			report, err := r.world.Platform().SetGroup(ctx, once, at.group.Ref, change(r, at))
			return result{report: report, err: err}
		},
	}
}

func editMessage(m func(*rig) core.Message) action {
	return action{
		name:    "edit_message",
		lacking: func(c core.Capabilities) bool { return lacksGroups(c) || c.Edit.Support == core.Lacking },
		prepare: aMessage,
		do: func(ctx context.Context, r *rig, once core.Once, at place) result {
			return result{message: at.message, err: r.world.Platform().EditMessage(ctx, once, at.message, m(r))}
		},
	}
}

// upload returns a file that was uploaded in a form, and is about a risk.
func upload(content func(context.Context) ([]byte, error)) core.Upload {
	return core.Upload{
		File: core.File{Workspace: "elsewhere", ID: "F17", Name: "ledger.png", Size: 3}, Content: content,
		Message: core.Message{
			Text:  []core.Span{core.Plain("Attachment of R-17")},
			About: &core.Card{Risk: "R-17", Buttons: []core.Button{{Press: core.PressDetails, Label: "Details"}}},
		},
	}
}

func theContent(context.Context) ([]byte, error) { return []byte("png"), nil }

func sendFile() action {
	return action{
		name: "send_file", lacking: lacksGroups, prepare: aGroup,
		do: func(ctx context.Context, r *rig, once core.Once, at place) result {
			return result{err: r.world.Platform().SendFile(ctx, once, at.group.Ref, upload(theContent))}
		},
	}
}

// aGroup creates an ordinary group.
func aGroup(r *rig) place {
	a := createGroup(core.Ordinary, nil)
	a.name = "prepare a group"
	res, _ := r.perform(a, place{})
	return place{group: res.group}
}

// aDirectMessage sends a direct message.
func aDirectMessage(r *rig) place {
	a := sendMessage(fullMessage)
	a.name = "prepare a direct message"
	res, _ := r.perform(a, place{})
	return place{message: res.message}
}

// aMessage creates an ordinary group with a message in it.
func aMessage(r *rig) place {
	at := aGroup(r)
	a := sendGroupMessage(fullMessage)
	a.name = "prepare a message"
	res, _ := r.perform(a, at)
	at.message = res.message
	return at
}

// anItemGroup creates an item group with its badge.
func anItemGroup(r *rig) place {
	a := createGroup(core.Item, nil)
	a.name = "prepare an item group"
	res, _ := r.perform(a, place{})
	return place{group: res.group}
}

// lacks reports whether m says that a platform does not support k.
func lacks[K comparable](m map[K]core.Ability, k K) bool {
	a, ok := m[k]
	return !ok || a.Support == core.Lacking
}

func lacksGroups(c core.Capabilities) bool { return lacks(c.Groups, core.Ordinary) }

// actions returns every action of an adapter, with input that uses all its parts.
func actions() []action {
	return []action{
		sendMessage(fullMessage),
		called("send_message (text)", sendMessage(bareMessage)),
		called("send_message (text about a risk)", sendMessage(aboutMessage)),
		replyDirectly(),
		createGroup(core.Ordinary, nil),
		createGroup(core.Topic, nil),
		createGroup(core.Item, nil),
		sendGroupMessage(fullMessage),
		called("send_group_message (text)", sendGroupMessage(bareMessage)),
		replyInGroup(),
		sendFile(),
		rename(),
		setTopic(),
		setPurpose(newPurpose),
		clearPurpose(),
		itemPurpose(),
		announced(),
		announcedAgain(),
		announcementCleared(),
		add(),
		remove(),
		badged(),
		badgeKept(),
		badgedAgain(),
		end(),
		reopen(),
		muteAll(),
		unmuteAll(),
		mutePeople(),
		unmutePeople(),
		editMessage(editedCard),
		archived(),
		deleted(),
		everything(),
	}
}
