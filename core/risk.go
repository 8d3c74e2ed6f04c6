package core

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Status is the status of a risk.
type Status string

// The statuses of a risk. Flows usually act only on Pending.
const (
	Pending    Status = "pending"
	InProgress Status = "in_progress"
	Resolved   Status = "resolved"
	Shelved    Status = "shelved"
)

// Statuses lists every status in the order in which people see them.
func Statuses() []Status { return []Status{Pending, InProgress, Resolved, Shelved} }

// Valid reports whether s is one of Statuses.
func (s Status) Valid() bool { return slices.Contains(Statuses(), s) }

// Open reports whether a risk with this status still needs work.
func (s Status) Open() bool { return s == Pending || s == InProgress }

// Severity is how bad a risk would be.
type Severity string

// The severities, from mild to severe.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities lists every severity, from mild to severe.
func Severities() []Severity { return []Severity{Low, Medium, High, Critical} }

// Valid reports whether s is one of Severities.
func (s Severity) Valid() bool { return slices.Contains(Severities(), s) }

// RiskKey identifies a risk: a prefix and a number, "R-17". Number 0 ("R-0") is
// reserved for notices that belong to no risk. Nobody can type it.
type RiskKey string

// MakeRiskKey returns the key with number n and a prefix such as "R".
func MakeRiskKey(prefix string, n int64) RiskKey {
	return RiskKey(prefix + "-" + strconv.FormatInt(n, 10))
}

// ParseRiskKey reads a key as people type it: in any case, with or without the
// prefix ("r-17", "17").
func ParseRiskKey(prefix, s string) (RiskKey, error) {
	t := strings.TrimSpace(s)
	if i := strings.LastIndexByte(t, '-'); i >= 0 {
		if !strings.EqualFold(t[:i], prefix) {
			return "", fmt.Errorf("%q is not a risk: keys look like %s-17", s, prefix)
		}
		t = t[i+1:]
	}
	n, err := strconv.ParseInt(t, 10, 64)
	if err != nil || n <= 0 || t[0] == '+' {
		return "", fmt.Errorf("%q is not a risk: keys look like %s-17", s, prefix)
	}
	return MakeRiskKey(prefix, n), nil
}

// Number returns the number of k, or 0.
func (k RiskKey) Number() int64 {
	n, _ := strconv.ParseInt(string(k)[strings.LastIndexByte(string(k), '-')+1:], 10, 64)
	return n
}

// Slug returns k in lower case for use in a channel name: "r-17".
func (k RiskKey) Slug() string { return strings.ToLower(string(k)) }

// Value is the content of one own field of a risk. The field's type determines which
// member is used: Text for text and select (the option's key), Number, Date or
// People.
type Value struct {
	Text   string    `json:"text,omitempty"`
	Number *float64  `json:"number,omitempty"`
	Date   time.Time `json:"date,omitzero"`
	People []Ref     `json:"people,omitempty"`
}

// IsZero reports whether v is empty.
func (v Value) IsZero() bool {
	return v.Text == "" && v.Number == nil && v.Date.IsZero() && len(v.People) == 0
}

// Note is a note that somebody wrote while handling a risk.
type Note struct {
	At    time.Time `json:"at"`
	By    Actor     `json:"by"`
	Text  string    `json:"text"`
	Quote *Quote    `json:"quote,omitempty"` // the message that became the note, nil if By wrote it
}

// Quote is where the text of a note comes from.
type Quote struct {
	By   Actor  `json:"by"` // the author of the message
	Link string `json:"link,omitempty"`
}

// StatusChange is one change of a risk's status.
type StatusChange struct {
	At   time.Time `json:"at"`
	By   Actor     `json:"by,omitzero"`
	From Status    `json:"from"`
	To   Status    `json:"to"`
	Text string    `json:"text,omitempty"` // the resolution, or the reason for shelving; other texts are in Risk.Notes
}

// Actor is who did something: a person through an account, or riskroom itself (the
// zero Actor).
type Actor struct {
	Account Account `json:"account,omitzero"`
	Name    string  `json:"name,omitempty"` // as the platform showed it at the time
}

// Risk is the central record. The reported part is filled in by the person who files
// it, the handling part by the people who handle it.
type Risk struct {
	Key     RiskKey `json:"key"`
	Version int64   `json:"version"` // 1 when filed; every change increments it
	Home    string  `json:"home"`    // the workspace where it was filed

	// The reported part.
	Title        string           `json:"title"`
	Module       string           `json:"module"`
	Severity     Severity         `json:"severity"`
	Description  string           `json:"description,omitempty"`
	DiscoveredAt time.Time        `json:"discovered_at"`
	DueAt        time.Time        `json:"due_at,omitzero"`
	Fields       map[string]Value `json:"fields,omitempty"` // own fields of both parts
	Source       *Quote           `json:"source,omitempty"` // the message that it was filed from
	Files        []File           `json:"files,omitempty"`  // uploaded when it was filed, at most MaxFiles
	Submitter    Actor            `json:"submitter"`
	SubmittedAt  time.Time        `json:"submitted_at"`

	// The handling part.
	Handlers    []Ref     `json:"handlers,omitempty"`
	Status      Status    `json:"status"`
	StatusSince time.Time `json:"status_since"`
	Notes       []Note    `json:"notes,omitempty"`
	Resolution  string    `json:"resolution,omitempty"` // how it was resolved, or why it was shelved

	// What happened to it since it was filed.
	StatusBy Actor          `json:"status_by,omitzero"` // who set Status; zero: as filed
	History  []StatusChange `json:"history,omitempty"`  // oldest first, the last MaxHistory
	// Changed has the version that last changed a field, named as in Refusal.Field.
	// A field that isn't in it is as filed.
	Changed map[string]int64 `json:"changed,omitempty"`

	// The process, if the organisation has one.
	Node      string    `json:"node,omitempty"`
	NodeSince time.Time `json:"node_since,omitzero"`
}

// ChangedSince reports whether a field has changed since a person saw a version of the
// risk. Nobody saw version 0.
func (r Risk) ChangedSince(field string, seen int64) bool {
	if seen == 0 || seen >= r.Version {
		return false
	}
	if field == "status" && r.Changed[field] == 0 {
		// Earlier versions of the program didn't record it.
		return !r.StatusSince.Equal(r.SubmittedAt)
	}
	return r.Changed[field] > seen
}
