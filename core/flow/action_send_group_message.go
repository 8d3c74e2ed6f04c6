package flow

import (
	"riskroom/core"
	"riskroom/core/text"
)

// SendGroupMessageDef posts into a group.
type SendGroupMessageDef struct {
	ID      string   `json:"id,omitempty"`      // what later steps call the message
	Group   string   `json:"group"`             // a step's id, "item", or "<workspace>/<channel>"
	Mention []string `json:"mention,omitempty"` // people mentioned before the title
	Title   string   `json:"title,omitempty"`
	Text    string   `json:"text,omitempty"`
	Card    string   `json:"card,omitempty"`
	ReplyTo string   `json:"reply_to,omitempty"` // the ID of an earlier step's message
}

// SendGroupMessage posts into Group.
type SendGroupMessage struct {
	Group   Target
	Mention *People   // mentioned before the title; nil: nobody
	Title   *Template // nil: none
	Text    *Template // nil: none
	Card    bool      // with the risk's card
	ReplyTo string    // the ID of the step to whose message it replies; "": none
}

// Kind implements ActionDef.
func (*SendGroupMessageDef) Kind() string { return "send_group_message" }

// Form implements ActionDef.
func (d *SendGroupMessageDef) Form() Form {
	return Form{
		Help: "Posts a message or the risk's card in a group.",
		Keys: append([]Key{
			messageIDKey(&d.ID),
			groupKey(&d.Group),
			textKey("reply_to", "The id of an earlier send_group_message to the same group. The message is a reply to that one, in its thread. If that one wasn't sent, or is gone, the message is sent as any other.", &d.ReplyTo),
			peopleKey("mention", "The people to mention at the beginning of the message.", &d.Mention),
		}, messageKeys(&d.Title, &d.Text, &d.Card)...),
		AnyOf: []string{"title", "text", "card", "mention"}, Without: text.Plain("a message needs a title, a text, a card or somebody to mention"),
	}
}

func (d *SendGroupMessageDef) compile(c *stepCompiler, path string, s *Step) Action {
	group := c.target(path+"/group", d.Group, s)
	c.afterEnd(path, group, true, false)
	here := sent{step: c.number, kind: d.Kind(), group: group}
	c.replyTo(path+"/reply_to", d.ReplyTo, here)
	c.sends(d.ID, here)
	return &SendGroupMessage{
		Group:   group,
		Mention: c.people(path+"/mention", d.Mention),
		Title:   c.line(path+"/title", d.Title),
		Text:    c.text(path+"/text", d.Text),
		Card:    d.Card == cardRisk,
		ReplyTo: d.ReplyTo,
	}
}

// Kind implements Action.
func (*SendGroupMessage) Kind() string { return (*SendGroupMessageDef)(nil).Kind() }

// Uses implements Action.
func (a *SendGroupMessage) Uses() core.Uses { return core.Uses{Channels: !a.Group.Ref.IsZero()} }

func (*SendGroupMessage) action() {}
