package discordbot

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	adapter "riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/rest"
	"riskroom/bots"
	"riskroom/core"
)

// flagEphemeral shows a message to one person only.
const flagEphemeral = 64

// maxButton is the limit of a button's label in characters, see
// https://docs.discord.com/developers/components/reference#button.
const maxButton = 80

// message is a message for one person.
type message struct {
	adapter.Content
	Flags int `json:"flags,omitempty"`
}

// buttons adds a row of buttons.
func (m *message) buttons(all ...discordgo.Button) {
	var row discordgo.ActionsRow
	for _, b := range all {
		b.Label = core.Shorten(b.Label, maxButton)
		row.Components = append(row.Components, b)
	}
	if len(all) > 0 {
		m.Components = append(m.Components, row)
	}
}

// private returns a message for one person.
func (b *Bot) private(c core.Message) message {
	m := message{Content: b.render.Message(c, "")}
	m.AllowedMentions = &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}} // notify nobody
	return m
}

// first returns the first answer to an interaction: a modal if one can be opened,
// else an ephemeral message.
func (b *Bot) first(ctx context.Context, c bots.Command, in interaction, s *submitted, r bots.Reply) response {
	if r.Form != nil && r.Form.Submit != "" && len(r.Form.Fields) > 0 && s == nil && (!r.Form.Warn || slices.ContainsFunc(r.Form.Fields, needed)) {
		answer, err := b.open(ctx, c, in.ID, unfinished{Form: b.addressed(in, *r.Form)})
		if err == nil {
			return answer
		}
		r = b.bot.NotOpened(c, r, err)
	}
	m := b.message(ctx, c, in, s, r)
	if r.Replace {
		return response{Type: answerUpdate, Data: m}
	}
	return only(m)
}

// only shows a message to the person who acted.
func only(m message) response {
	m.Flags = flagEphemeral
	return response{Type: answerMessage, Data: m}
}

// message renders a reply as a message, which can't contain a form. A form that is
// only read becomes an embed. For any other form the message has buttons.
func (b *Bot) message(ctx context.Context, c bots.Command, in interaction, s *submitted, r bots.Reply) message {
	if s != nil && s.form != nil && r.Form == &s.form.Form {
		return b.between(ctx, c, in, *s)
	}
	var buttons []discordgo.Button
	out := core.Message{Text: r.Text, Card: r.Card}
	switch {
	case len(r.Errors) > 0:
		var lines []string
		for _, e := range r.Errors {
			lines = append(lines, "• "+e.Text)
		}
		out.Text = []core.Span{core.Plain(strings.Join(lines, "\n"))}
		if s != nil {
			out.Card, buttons = b.again(ctx, c, in, *s, r.Errors)
		}
	case r.Form != nil && r.Form.Submit != "":
		if len(r.Form.Notice) > 0 {
			out.Text = r.Form.Notice
		}
		buttons = b.opens(ctx, c, in, s, *r.Form)
	case r.Form != nil && len(r.Form.Fields) == 0:
		out = core.Message{Text: r.Form.Notice, Card: r.Form.Card}
	case r.Form != nil:
		out = core.Message{Card: sheet(*r.Form)}
	}
	if len(r.List) > 0 && out.Card == nil {
		out.Card = &core.Card{Body: bulleted(r.List)}
	}
	if len(out.Text) == 0 && out.Card == nil {
		out.Text = []core.Span{core.Plain("✓")}
	}
	m := b.private(out)
	m.buttons(buttons...)
	for line := range slices.Chunk(r.Lines, maxInRow) {
		m.Components = append(m.Components, turns(line, b.named(in)))
	}
	if len(r.Turns) > 0 {
		m.Components = append(m.Components, turns(r.Turns, b.named(in)))
	}
	return m
}

// sheet renders a form that is only read as a card.
func sheet(f bots.Form) *core.Card {
	c := &core.Card{Title: []core.Span{core.Plain(f.Title)}, Body: f.Notice}
	for _, field := range f.Fields {
		if len(field.Content) > 0 { // skip headings
			c.Rows = append(c.Rows, core.Row{Label: field.Label, Value: field.Content})
		}
	}
	return c
}

func bulleted(list [][]core.Span) []core.Span {
	var out []core.Span
	for i, line := range list {
		start := "• "
		if i > 0 {
			start = "\n• "
		}
		out = append(append(out, core.Plain(start)), line...)
	}
	return out
}

// edit replaces the first answer with a message. It retries because Discord may
// not have processed the first answer. See
// https://docs.discord.com/developers/interactions/receiving-and-responding#edit-original-interaction-response.
func (b *Bot) edit(ctx context.Context, in interaction, m message) error {
	return rest.Repeat(ctx, 6, 300*time.Millisecond, retryable, func() error {
		return b.send(ctx, api.Request{
			Method: "update_original_webhook_message", Verb: http.MethodPatch,
			Path: []string{"webhooks", in.ApplicationID, in.Token, "messages", "@original"}, Body: m.Content, Tokenless: true,
		}, nil)
	})
}

// direct sends a direct message.
func (b *Bot) direct(ctx context.Context, user string, m message) error {
	var dm struct {
		ID string `json:"id"`
	}
	err := b.paced(ctx, api.Request{
		Method: "create_dm", Verb: http.MethodPost, Path: []string{"users", "@me", "channels"}, Body: map[string]string{"recipient_id": user},
	}, &dm)
	if err != nil {
		return err
	}
	return b.paced(ctx, api.Request{
		Method: "create_message", Verb: http.MethodPost, Path: []string{"channels", dm.ID, "messages"}, Body: m.Content,
	}, nil)
}
