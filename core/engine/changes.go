package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/core"
)

// FieldChange is how one field of a risk changed. Field is named as in
// core.Refusal.Field. What isn't a date, a number or people is a Text, a code where
// there are codes; a long one is shortened.
type FieldChange struct {
	Field string     `json:"field"`
	From  core.Value `json:"from,omitzero"`
	To    core.Value `json:"to,omitzero"`
}

// MovedTimer is how a change moved one timer of a flow.
type MovedTimer struct {
	Flow   string    `json:"flow"`
	From   time.Time `json:"from,omitzero"`    // when it was due; zero: it wasn't armed
	To     time.Time `json:"to,omitzero"`      // when it is due now; zero: it no longer is
	Now    bool      `json:"now,omitempty"`    // To is past: it runs now
	Missed bool      `json:"missed,omitempty"` // To is past: the flow skips it
}

// changes returns how the fields of a risk changed, in the order of the form.
func (e *Engine) changes(old, now core.Risk) []FieldChange {
	var out []FieldChange
	for _, field := range e.org.FieldNames() {
		if from, to := old.Value(field), now.Value(field); !from.Equal(to) {
			out = append(out, FieldChange{Field: field, From: from, To: to})
		}
	}
	return out
}

// eventData returns changes as an EventEdited has them.
func eventData(changes []FieldChange) map[string]string {
	data := map[string]string{}
	for _, c := range changes {
		data["from."+c.Field], data["to."+c.Field] = c.From.String(), c.To.String()
	}
	return data
}

// recordChanges returns a changed risk with the version that changed each field, and
// with its history.
func recordChanges(old, risk core.Risk, changes []FieldChange, by core.Actor) core.Risk {
	if len(changes) > 0 {
		risk.Changed = maps.Clone(old.Changed)
		if risk.Changed == nil {
			risk.Changed = map[string]int64{}
		}
	}
	for _, c := range changes {
		risk.Changed[c.Field] = risk.Version
	}
	if risk.Status == old.Status {
		return risk
	}
	change := core.StatusChange{At: risk.StatusSince, By: by, From: old.Status, To: risk.Status}
	if !risk.Status.Open() {
		change.Text = risk.Resolution
	}
	risk.StatusBy, risk.History = by, bounded(old.History, core.MaxHistory, change)
	return risk
}

// bounded returns a copy of list with one more element, without the oldest ones if
// there are more than limit.
func bounded[T any](list []T, limit int, more T) []T {
	out := append(slices.Clone(list), more)
	return out[max(0, len(out)-limit):]
}

// shift is how a change moves a timer from one occurrence of a flow to another. A
// zero RunID is none.
type shift struct {
	flow     string
	from, to RunID
	due      time.Time // of to
	missed   bool
}

// moved returns what shifts do to the timers of a risk with these runs.
func moved(shifts []shift, runs []RunSummary, now time.Time) []MovedTimer {
	var out []MovedTimer
	for _, s := range shifts {
		m := MovedTimer{Flow: s.flow}
		if i := indexOfRun(runs, s.from); i >= 0 && !runs[i].Begun && runs[i].State.Live() {
			m.From = runs[i].Due
		}
		again := !m.From.IsZero() || s.from == RunID{}
		exists := indexOfRun(runs, s.to) >= 0
		if s.to != (RunID{}) && !exists && (again || s.due.After(now)) {
			m.To, m.Missed = s.due, s.missed
			m.Now = !m.Missed && !s.due.After(now)
		}
		if !m.From.IsZero() || !m.To.IsZero() {
			out = append(out, m)
		}
	}
	return out
}

func indexOfRun(runs []RunSummary, id RunID) int {
	return slices.IndexFunc(runs, func(r RunSummary) bool { return r.ID == id })
}

// result is stored with an op and returned for a repeat.
type result struct {
	Did     string        `json:"did,omitempty"` // the digest of the operation
	Text    string        `json:"text,omitempty"`
	Changes []FieldChange `json:"changes,omitempty"`
	Moved   []MovedTimer  `json:"moved,omitempty"`
	Gained  []core.Ref    `json:"gained,omitempty"`
}

func (r result) encode() (string, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode an operation's result: %w", err)
	}
	return string(b), nil
}

// readResult reads a stored result. An older version stored only a text.
func readResult(s string) result {
	var r result
	if json.Unmarshal([]byte(s), &r) != nil {
		return result{Text: s}
	}
	return r
}

func (r result) outcome(done Applied) Outcome {
	return Outcome{Risk: done.Risk, Repeat: done.Repeat, Result: r.Text, Changes: r.Changes, Moved: r.Moved, Gained: r.Gained}
}

// digest returns the same for operations that are the same but for blanks, which
// platforms add and remove.
func digest(o Operation) string {
	b, _ := json.Marshal(o) // texts, times and numbers: can't fail
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(string(b)), "")))
	return hex.EncodeToString(sum[:8])
}

// of reports whether r may be the result of o. An older version stored no digest.
func (r result) of(o Operation) bool { return r.Did == "" || r.Did == digest(o) }

// shortened returns changes with short texts.
func shortened(changes []FieldChange) []FieldChange {
	out := slices.Clone(changes)
	for i := range out {
		out[i].From.Text, out[i].To.Text = core.Shorten(out[i].From.Text, core.MaxTitle), core.Shorten(out[i].To.Text, core.MaxTitle)
	}
	return out
}
