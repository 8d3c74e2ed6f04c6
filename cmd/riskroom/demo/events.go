package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/text"
)

// line is one event in JSON. Who is a person or riskroom. Where is "@name" for a direct
// message, "#name" for a channel or group, or the risk's key for a skip.
type line struct {
	At     string `json:"at"` // RFC 3339, in the config file's zone
	Who    string `json:"who"`
	Action string `json:"action"`
	Where  string `json:"where"`
	Text   string `json:"text"`
}

// jsonTeller prints one event a line.
type jsonTeller struct {
	enc    *json.Encoder
	words  text.Printer
	rooms  map[string]string // where each risk's last command was typed, by the person's name
	failed error
}

var _ teller = (*jsonTeller)(nil)

func newJSON(out io.Writer, words text.Printer) *jsonTeller {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return &jsonTeller{enc: enc, words: words, rooms: map[string]string{}}
}

func (t *jsonTeller) begin(*world)    {}
func (t *jsonTeller) act(*world, act) {}
func (t *jsonTeller) end(*world)      {}
func (t *jsonTeller) err() error      { return t.failed }

func (t *jsonTeller) saw(w *world, items []item) {
	for _, it := range items {
		if it.kind == typed {
			t.rooms[it.who] = where(w, it)
			continue
		}
		l, ok := t.lineOf(w, it)
		if !ok {
			continue
		}
		l.At = it.at.In(w.zone()).Format(time.RFC3339)
		if l.Who == "" {
			l.Who = "riskroom"
		}
		if err := t.enc.Encode(l); err != nil && t.failed == nil {
			t.failed = err
		}
	}
}

func (t *jsonTeller) lineOf(w *world, it item) (line, bool) {
	l := line{Who: it.who, Where: where(w, it)}
	switch it.kind {
	case filedRisk:
		l.Action, l.Where = "file", t.rooms[it.who]
		l.Text = fmt.Sprintf("%s %s (%s)", it.risk.Key, core.Isolate(it.risk.Title), it.risk.Module)
	case status:
		l.Action, l.Where, l.Text = "change_status", t.rooms[it.who], wordStatus(t.words, it)
	case editedRisk, assigned, noted, passed:
		l.Action, l.Where, l.Text = string(it.kind), t.rooms[it.who], wordDeed(w, t.words, it.event)
	case sent:
		l.Action, l.Text = "send_message", it.post.Text
	case created:
		l.Action, l.Text = "create_group", wordGroup(t.words, it)
	case wrote:
		l.Action, l.Text = "write", it.post.Text
	case refused:
		l.Action, l.Text = "refused", it.text
	case posted:
		l.Action, l.Text = "send_group_message", it.post.Text
	case changed:
		l.Action, l.Text = "set_group", wordChange(w, t.words, it)
	case skipped:
		l.Action, l.Where, l.Text = "skip", string(it.risk.Key), wordSkip(w, t.words, it)
	default:
		return line{}, false
	}
	return l, true
}

// where returns where an item is seen, with the workspace unless it is home.
func where(w *world, it item) string {
	s := "#" + it.room.Name
	if it.room.Kind == stage.DirectRoom {
		s = "@" + strings.TrimPrefix(it.room.Name, "@")
	}
	if it.place != nil && it.place != w.home() {
		s += " (" + it.place.Name + ")"
	}
	return s
}
