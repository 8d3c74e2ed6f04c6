package simulate

import (
	"encoding/json"
	"time"
)

// MarshalJSON writes what happened with times in UTC and all texts in full.
func (r *Result) MarshalJSON() ([]byte, error) {
	out := struct {
		From   time.Time `json:"from"`
		Until  time.Time `json:"until"`
		Events []Event   `json:"events"`
		Late   []Late    `json:"late"`
	}{r.From.UTC(), r.Until.UTC(), append([]Event{}, r.Events...), append([]Late{}, r.Late...)}
	return json.Marshal(out)
}

// MarshalJSON leaves out what doesn't apply.
func (e Event) MarshalJSON() ([]byte, error) {
	out := struct {
		At         time.Time   `json:"at"`
		What       What        `json:"what"`
		Risk       string      `json:"risk,omitempty"`
		By         string      `json:"by,omitempty"`
		Flow       string      `json:"flow,omitempty"`
		Occurrence string      `json:"occurrence,omitempty"`
		Due        time.Time   `json:"due,omitzero"`
		Step       string      `json:"step,omitempty"`
		Workspace  string      `json:"workspace,omitempty"`
		Platform   string      `json:"platform,omitempty"`
		To         []Recipient `json:"to,omitempty"`
		Group      *jsonGroup  `json:"group,omitempty"`
		Text       string      `json:"text,omitempty"`
		Pinned     bool        `json:"pinned,omitempty"`
		IsReply    bool        `json:"is_reply,omitempty"`
		Reason     string      `json:"reason,omitempty"`
		Until      time.Time   `json:"until,omitzero"`
	}{
		e.At.UTC(), e.What, string(e.Risk), e.By, e.Flow, e.Occurrence, e.Due.UTC(), e.Step, e.Workspace, e.Platform,
		e.To, (*jsonGroup)(e.Group), e.Text, e.Pinned, e.IsReply(), e.Reason, e.Until.UTC(),
	}
	return json.Marshal(out)
}

type jsonGroup struct {
	ID      string      `json:"id"`
	Name    string      `json:"name"`
	Topic   string      `json:"topic,omitempty"`
	Purpose string      `json:"purpose,omitempty"`
	Members []Recipient `json:"members"`
}
