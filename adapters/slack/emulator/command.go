package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"riskroom/adapters/stage"
)

// SlashCommand has a person type a command, such as "/risk" with the text
// "list open", in a channel, or with channelID "" in their direct conversation
// with the bot. The answer's message, if it holds one, is shown and returned.
// See https://docs.slack.dev/interactivity/implementing-slash-commands.
func (w *Workspace) SlashCommand(ctx context.Context, userID, channelID, command, text string) (Reply, error) {
	cb, user, ch, err := w.commandCallback(userID, channelID, command, text)
	if err != nil {
		return Reply{}, err
	}
	reply, header, err := w.caller.ask(ctx, cb)
	if err != nil {
		return reply, err
	}
	w.team.Lock()
	defer w.team.Unlock()
	reply.Message, err = w.takeAnswer(user, ch, header, reply.Body)
	if v := w.team.Dialogs.Of(user.ID); v != nil {
		reply.View = w.team.show.exportView(v)
	}
	return reply, err
}

func (w *Workspace) commandCallback(userID, channelID, command, text string) (callback, *User, *channel, error) {
	w.team.Lock()
	defer w.team.Unlock()
	user, ch, err := w.team.within(userID, channelID)
	if err != nil {
		return callback{}, nil, nil, err
	}
	if ch.Extra.archived {
		return callback{}, nil, nil, fmt.Errorf("emulator: nobody can type in the archived #%s", ch.Name)
	}
	w.team.Publish(stage.CommandSent, user.ID, ch, nil, strings.TrimSpace(command+" "+text))
	form := url.Values{
		"token": {verificationToken}, "team_id": {w.team.opts.TeamID}, "team_domain": {w.team.opts.Domain},
		"channel_id": {ch.ID}, "channel_name": {publicName(ch)}, "user_id": {user.ID}, "user_name": {user.Name},
		"command": {command}, "text": {w.team.escape(strings.TrimSpace(text))}, "api_app_id": {appID},
		"is_enterprise_install": {"false"}, "response_url": {w.caller.newResponseURL(user.ID, ch, nil)},
		"trigger_id": {w.dialogs.newTrigger(user.ID)},
	}
	return formCallback(w.team.opts.CommandURL, form), user, ch, nil
}

// publicName is a channel's name in payloads, which name only public ones.
func publicName(ch *channel) string {
	switch {
	case ch.IsDirect():
		return "directmessage"
	case ch.Extra.private:
		return "privategroup"
	default:
		return ch.Name
	}
}

// takeAnswer shows the message in the answer to a command: JSON, or plain text.
func (w *Workspace) takeAnswer(user *User, ch *channel, header http.Header, body string) (*Message, error) {
	if strings.TrimSpace(body) == "" {
		return nil, nil
	}
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	a := answerMessage{Text: body}
	if kind == "application/json" {
		a = answerMessage{}
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			return nil, fmt.Errorf("emulator: invalid_command_response: %w", err)
		}
	}
	if a.Text == "" && len(a.Blocks) == 0 {
		return nil, nil
	}
	m, err := w.caller.answer(user.ID, ch, a)
	if err != nil {
		return nil, fmt.Errorf("emulator: invalid_command_response: %w", err)
	}
	shown := w.team.show.export(m)
	return &shown, nil
}

// answerMessage is a message in an answer or sent to a response_url.
type answerMessage struct {
	ResponseType    string          `json:"response_type"`
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
	ReplaceOriginal bool            `json:"replace_original"`
}

// answer posts a message that answers a person, visible to them alone unless
// response_type is in_channel. It needs neither membership nor scope.
func (c *caller) answer(userID string, ch *channel, a answerMessage) (*message, error) {
	body, err := c.answerContent(a)
	if err != nil {
		return nil, err
	}
	m := &message{Author: botUserID, Body: body}
	if a.ResponseType != "in_channel" {
		m.Only = userID
	}
	return c.write(ch, m), nil
}

func (c *caller) answerContent(a answerMessage) (content, error) {
	return c.readContent(&call{answer: true, args: args{values: map[string]string{"text": a.Text, "blocks": plainValue(a.Blocks)}}})
}
