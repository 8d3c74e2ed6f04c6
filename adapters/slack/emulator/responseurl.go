package emulator

import (
	"encoding/json"
	"net/http"
	"time"

	"riskroom/adapters/stage"
)

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

func (c *caller) newResponseURL(user string, ch *channel, original *message) string {
	id := c.newID("Re")
	c.hooks[id] = &responseURL{user: user, channel: ch, original: original, made: time.Now()}
	return c.host.URL() + "/response/" + id
}

// serveResponseURL takes a message sent to a response_url. It is logged, and
// faults apply to it, under the name "response_url".
func (c *caller) serveResponseURL(rw http.ResponseWriter, r *http.Request) {
	var in answerMessage
	err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, stage.MaxBody)).Decode(&in)
	summary := args{values: map[string]string{"id": r.PathValue("id"), "text": in.Text}}.summary()
	entry := stage.Call{Method: "response_url", Write: true, Args: summary, At: c.opts.Now()}
	c.host.Take(rw, r, entry, func(_ stage.Met, entry *stage.Call) stage.Answer {
		entry.Code = "invalid_payload"
		if err == nil {
			entry.Code = c.useResponseURL(r.PathValue("id"), in)
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
func (c *caller) useResponseURL(id string, in answerMessage) string {
	c.Lock()
	defer c.Unlock()
	hook := c.hooks[id]
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
		next, err := c.answerContent(in)
		if err != nil {
			return codeOf(err)
		}
		body := original.Body
		body.text, body.blocks = next.text, next.blocks
		c.Edit(original, body)
		return ""
	}
	m, err := c.answer(hook.user, hook.channel, in)
	if err != nil {
		return codeOf(err)
	}
	if in.ReplaceOriginal || hook.original == nil {
		hook.original = m
	}
	return ""
}
