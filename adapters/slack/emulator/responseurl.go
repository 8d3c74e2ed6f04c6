package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// Slack's numbers for response_urls, see
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
const (
	responseUses = 5
	responseLife = 30 * time.Minute // of wall time
)

// responseURL is the right to answer a person without a token.
type responseURL struct {
	user     string
	channel  *channel
	original *message // what the person pressed a button of, may be nil
	made     time.Time
	uses     int
}

func (w *Workspace) newResponseURL(user string, ch *channel, original *message) string {
	id := w.newID("Re")
	w.hooks[id] = &responseURL{user: user, channel: ch, original: original, made: time.Now()}
	return w.base + "/response/" + id
}

// serveResponseURL takes a message sent to a response_url. It counts in the
// log and meets faults under the name "response_url".
func (w *Workspace) serveResponseURL(rw http.ResponseWriter, r *http.Request) {
	var a answerMessage
	err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, maxBody)).Decode(&a)
	in := args{values: map[string]string{"id": r.PathValue("id"), "text": a.Text}}
	entry := w.log.Arrive(stage.Call{Method: "response_url", Write: true, Args: in.summary(), At: w.opts.Now()})
	met := w.faults.Meet("response_url")
	for _, f := range met {
		entry.Met = append(entry.Met, f.Kind)
	}
	effect := func() answer {
		code := "invalid_payload"
		if err == nil {
			code = w.useResponseURL(r.PathValue("id"), a)
		}
		entry.Code, entry.Effect = code, code == ""
		w.log.Settle(entry)
		switch code {
		case "":
			return answer{status: http.StatusOK, body: mustJSON(object{"ok": true})}
		case "used_url", "expired_url":
			return answer{status: http.StatusNotFound, body: mustJSON(object{"ok": false, "error": code})}
		}
		return answer{status: http.StatusOK, body: mustJSON(object{"ok": false, "error": code})}
	}
	if f, struck := met.At(stage.Before); struck {
		w.strikeBefore(rw, f, entry, func() { effect() })
		return
	}
	w.strikeAfter(r, met, effect()).send(rw)
}

// useResponseURL has the message shown and returns the code of a refusal, or "".
func (w *Workspace) useResponseURL(id string, a answerMessage) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	hook := w.hooks[id]
	switch {
	case hook == nil || time.Since(hook.made) > responseLife:
		return "expired_url"
	case hook.uses >= responseUses:
		return "used_url"
	}
	hook.uses++
	original := hook.original
	if original != nil && original.removed {
		original = nil
	}
	switch {
	case a.DeleteOriginal && original != nil:
		w.removeOriginal(original)
	case a.ReplaceOriginal && original != nil:
		next, err := w.answerContent(a)
		if err != nil {
			return codeOf(err)
		}
		original.text, original.blocks, original.edited = next.text, next.blocks, true
		w.publish(stage.PostEdited, original.user, original.channel, original, "")
	default:
		m, err := w.answer(hook.user, hook.channel, a)
		if err != nil {
			return codeOf(err)
		}
		if a.ReplaceOriginal || hook.original == nil {
			hook.original = m
		}
	}
	return ""
}

func (w *Workspace) removeOriginal(m *message) {
	if m.only == "" {
		w.deleteMessage(m, m.user)
		return
	}
	m.removed = true
	w.ephemerals[m.only] = slices.DeleteFunc(w.ephemerals[m.only], func(o *message) bool { return o == m })
	w.publish(stage.PostDeleted, m.user, m.channel, m, "")
}
