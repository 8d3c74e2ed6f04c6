package flow

import (
	"slices"

	"riskroom/core"
	"riskroom/core/text"
)

// SendMessageDef sends a direct message to each person of To.
type SendMessageDef struct {
	To       []string `json:"to"`
	Title    string   `json:"title,omitempty"`    // a template
	Text     string   `json:"text,omitempty"`     // a template, below the title
	Card     string   `json:"card,omitempty"`     // "risk" or ""
	Fallback []string `json:"fallback,omitempty"` // each "item", "<workspace>/<channel>" or people
}

// SendMessage sends a direct message to each of To.
type SendMessage struct {
	To       *People
	Title    *Template // nil: none
	Text     *Template // nil: none
	Card     bool      // with the risk's card
	Fallback []Fallback
}

// Kind implements ActionDef.
func (*SendMessageDef) Kind() string { return "send_message" }

// Form implements ActionDef.
func (d *SendMessageDef) Form() Form {
	return Form{
		Help: "Sends each person a direct message. If the flow has a date_field or a schedule, the message is a reminder, and its card leaves out the description.",
		Keys: append(append([]Key{peopleKey("to", "The recipients.", &d.To).required()},
			messageKeys(&d.Title, &d.Text, &d.Card)...), fallbackKey(&d.Fallback)),
		AnyOf: []string{"title", "text", "card"}, Without: text.Plain("a message needs a title, a text or a card"),
		Need: &Need{Ability: func(c core.Capabilities) core.Ability { return c.Direct }, What: text.Plain("send direct messages")},
	}
}

func (d *SendMessageDef) compile(c *stepCompiler, path string, _ *Step) Action {
	return &SendMessage{
		To:    c.people(path+"/to", d.To),
		Title: c.line(path+"/title", d.Title),
		Text:  c.text(path+"/text", d.Text),
		Card:  d.Card == cardRisk,

		Fallback: c.fallback(path+"/fallback", d.Fallback),
	}
}

// Kind implements Action.
func (*SendMessage) Kind() string { return (*SendMessageDef)(nil).Kind() }

// Uses implements Action: every bot can send direct messages.
func (a *SendMessage) Uses() core.Uses {
	return core.Uses{Channels: slices.ContainsFunc(a.Fallback, func(f Fallback) bool { return !f.Group.Ref.IsZero() })}
}

func (*SendMessage) action() {}
