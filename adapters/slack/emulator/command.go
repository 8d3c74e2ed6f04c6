package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

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
	reply, header, err := w.team.ask(ctx, cb)
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
		"is_enterprise_install": {"false"}, "response_url": {w.team.newResponseURL(user.ID, ch, nil)},
		"trigger_id": {w.team.newTrigger(user.ID)},
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
	m, err := w.team.answer(user.ID, ch, a)
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
func (t *team) answer(userID string, ch *channel, a answerMessage) (*message, error) {
	body, err := t.answerContent(a)
	if err != nil {
		return nil, err
	}
	m := &message{Author: botUserID, Body: body}
	if a.ResponseType != "in_channel" {
		m.Only = userID
	}
	return t.write(ch, m), nil
}

func (t *team) answerContent(a answerMessage) (content, error) {
	return t.readContent(&call{answer: true, args: args{values: map[string]string{"text": a.Text, "blocks": plainValue(a.Blocks)}}})
}

// Slack's numbers for response_urls, see
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
const (
	responseUses = 5
	responseLife = 30 * time.Minute // of wall time
)

// responseURL allows the app to answer a person without a token.
type responseURL struct {
	user     string
	channel  *channel
	original *message // whose button the person pressed, may be nil
	made     time.Time
	uses     int
}

func (t *team) newResponseURL(user string, ch *channel, original *message) string {
	id := t.newID("Re")
	t.hooks[id] = &responseURL{user: user, channel: ch, original: original, made: time.Now()}
	return t.host.URL() + "/response/" + id
}

// serveResponseURL takes a message sent to a response_url. It is logged, and
// faults apply to it, under the name "response_url".
func (t *team) serveResponseURL(rw http.ResponseWriter, r *http.Request) {
	var in answerMessage
	err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, stage.MaxBody)).Decode(&in)
	summary := args{values: map[string]string{"id": r.PathValue("id"), "text": in.Text}}.summary()
	entry := stage.Call{Method: "response_url", Write: true, Args: summary, At: t.opts.Now()}
	t.host.Take(rw, r, entry, func(_ stage.Met, entry *stage.Call) stage.Answer {
		entry.Code = "invalid_payload"
		if err == nil {
			entry.Code = t.useResponseURL(r.PathValue("id"), in)
		}
		entry.Effect = entry.Code == ""
		switch entry.Code {
		case "":
			return jsonAnswer(http.StatusOK, nil, object{"ok": true})
		case "used_url", "expired_url":
			return jsonAnswer(http.StatusNotFound, nil, object{"ok": false, "error": entry.Code})
		}
		return refusedAnswer(entry.Code)
	})
}

// useResponseURL shows the message and returns the code of a refusal, or "".
func (t *team) useResponseURL(id string, in answerMessage) string {
	t.Lock()
	defer t.Unlock()
	hook := t.hooks[id]
	switch {
	case hook == nil || time.Since(hook.made) > responseLife:
		return "expired_url"
	case hook.uses >= responseUses:
		return "used_url"
	}
	hook.uses++
	original := hook.original
	if original != nil && original.Removed {
		original = nil
	}
	if in.ReplaceOriginal && original != nil {
		next, err := t.answerContent(in)
		if err != nil {
			return codeOf(err)
		}
		body := original.Body
		body.text, body.blocks = next.text, next.blocks
		t.Edit(original, body)
		return ""
	}
	m, err := t.answer(hook.user, hook.channel, in)
	if err != nil {
		return codeOf(err)
	}
	if in.ReplaceOriginal || hook.original == nil {
		hook.original = m
	}
	return ""
}

var (
	// typedLink matches what Slack turns into a link, in text whose special characters
	// are entities already: a URL, an e-mail address, a name of a host or file that
	// ends like a domain, a telephone number. Punctuation at the end is not part of it.
	typedLink = regexp.MustCompile(`(https?://(?:[^\s|&]|&amp;)*[^\s|&.,;:!?()'"。，；：！？（）])` +
		`|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)` +
		`|((?:[A-Za-z0-9_-]+\.)+(?:com|org|net|io|dev|app|sh|md|py|rs|me|ai|co|de|uk|cn)\b(?:/[\w%~/-]+)?)` +
		`|(\+\d[\d ()-]{6,14}\d|\b\d{3}-\d{3}-\d{4}\b)`)

	notDialled = regexp.MustCompile(`[^\d+]`)

	// typedMention is "@name" or "#name" at the beginning of a word. Slack's page doesn't say
	// after which signs a word begins.
	typedMention = regexp.MustCompile(`(^|[\s(,:：，+＋])([@#])([\p{L}\p{N}._-]*[\p{L}\p{N}_-])`)
)

// escaped replaces the characters that are special in mrkdwn.
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape applies should_escape to a command's text ("Escape channels, users, and
// links sent to your app"): the three special characters become entities, links
// get angle brackets, names of people, groups and channels become their IDs.
// See https://docs.slack.dev/interactivity/implementing-slash-commands and
// https://docs.slack.dev/messaging/formatting-message-text.
func (t *team) escape(text string) string {
	text = linked(escaped.Replace(text))
	return typedMention.ReplaceAllStringFunc(text, func(s string) string {
		m := typedMention.FindStringSubmatch(s)
		before, sign, name := m[1], m[2], m[3]
		if sign == "#" {
			if ch := t.Channels.ByName(name); ch != nil {
				return before + "<#" + ch.ID + "|" + ch.Name + ">"
			}
			return s
		}
		if u := t.People.ByName(name); u != nil {
			return before + "<@" + u.ID + "|" + name + ">"
		}
		if g := t.group(func(g UserGroup) bool { return g.Handle == name }); g != nil {
			return before + "<!subteam^" + g.ID + "|@" + name + ">"
		}
		return s
	})
}

// linked turns what looks like a link into one. Except for URLs, the label is what was
// typed.
func linked(text string) string {
	return typedLink.ReplaceAllStringFunc(text, func(s string) string {
		m := typedLink.FindStringSubmatch(s)
		switch {
		case m[1] != "":
			return "<" + s + ">"
		case m[2] != "":
			return "<mailto:" + s + "|" + s + ">"
		case m[3] != "":
			return "<http://" + strings.ToLower(s) + "|" + s + ">"
		}
		return "<tel:" + notDialled.ReplaceAllString(s, "") + "|" + s + ">"
	})
}

// linkedOutside is linked for a message that may contain links and mentions already.
func linkedOutside(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		at := angled.FindStringIndex(text)
		if at == nil {
			at = []int{len(text), len(text)}
		}
		out.WriteString(linked(text[:at[0]]) + text[at[0]:at[1]])
		text = text[at[1]:]
	}
	return out.String()
}
