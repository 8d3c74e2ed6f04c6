package flow

import (
	"slices"

	"riskroom/core"
	"riskroom/core/text"
)

// SendMessageDef sends a direct message to each person of To.
type SendMessageDef struct {
	ID       string   `json:"id,omitempty"` // what later steps call the message
	To       []string `json:"to"`
	Title    string   `json:"title,omitempty"`    // a template
	Text     string   `json:"text,omitempty"`     // a template, below the title
	Card     string   `json:"card,omitempty"`     // "risk" or ""
	ReplyTo  string   `json:"reply_to,omitempty"` // the ID of an earlier step's message
	Fallback []string `json:"fallback,omitempty"` // each "item", "<workspace>/<channel>" or people
}

// SendMessage sends a direct message to each of To.
type SendMessage struct {
	To       *People
	Title    *Template // nil: none
	Text     *Template // nil: none
	Card     bool      // with the risk's card
	ReplyTo  string    // the ID of the step to whose messages these reply; "": none
	Fallback []Fallback
}

// Kind implements ActionDef.
func (*SendMessageDef) Kind() string { return "send_message" }

// Form implements ActionDef.
func (d *SendMessageDef) Form() Form {
	return Form{
		Help: "Sends each person a direct message. If the flow has a date_field or a schedule, the message is a reminder, and its card leaves out the description.",
		Keys: append(append([]Key{
			messageIDKey(&d.ID),
			peopleKey("to", "The recipients.", &d.To).required(),
			textKey("reply_to", "The id of an earlier send_message. Each recipient's message is a reply to the one that they got from that step, in its thread. If they got none, or it is gone, the message is sent as any other. What fallback sends is never a reply.", &d.ReplyTo),
		}, messageKeys(&d.Title, &d.Text, &d.Card)...), fallbackKey(&d.Fallback)),
		AnyOf: []string{"title", "text", "card"}, Without: text.Plain("a message needs a title, a text or a card"),
		Need: &Need{Ability: func(c core.Capabilities) core.Ability { return c.Direct }, What: text.Plain("send direct messages")},
	}
}

func (d *SendMessageDef) compile(c *stepCompiler, path string, s *Step) Action {
	m := &SendMessage{
		To:      c.people(path+"/to", d.To),
		Title:   c.line(path+"/title", d.Title),
		Text:    c.text(path+"/text", d.Text),
		Card:    d.Card == cardRisk,
		ReplyTo: d.ReplyTo,

		Fallback: c.fallback(path+"/fallback", d.Fallback),
	}
	here := sent{step: c.number, kind: d.Kind(), to: m.To, workspace: s.Workspace}
	c.replyTo(path+"/reply_to", d.ReplyTo, here)
	c.sends(d.ID, here)
	return m
}

// Kind implements Action.
func (*SendMessage) Kind() string { return (*SendMessageDef)(nil).Kind() }

// Uses implements Action: every bot can send direct messages.
func (a *SendMessage) Uses() core.Uses {
	return core.Uses{Channels: slices.ContainsFunc(a.Fallback, func(f Fallback) bool { return !f.Group.Ref.IsZero() })}
}

func (*SendMessage) action() {}
