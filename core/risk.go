package core

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Status is where a risk stands.
type Status string

// The statuses of a risk. Flows usually act only on Pending.
const (
	Pending    Status = "pending"
	InProgress Status = "in_progress"
	Resolved   Status = "resolved"
	Shelved    Status = "shelved"
)

// Statuses lists every status in the order people see them.
func Statuses() []Status { return []Status{Pending, InProgress, Resolved, Shelved} }

// Valid tells whether s is one of Statuses.
func (s Status) Valid() bool { return slices.Contains(Statuses(), s) }

// Open tells whether a risk of this status still waits for somebody.
func (s Status) Open() bool { return s == Pending || s == InProgress }

// Severity is how bad a risk would be.
type Severity string

// The severities, mildest first.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities lists every severity, mildest first.
func Severities() []Severity { return []Severity{Low, Medium, High, Critical} }

// Valid tells whether s is one of Severities.
func (s Severity) Valid() bool { return slices.Contains(Severities(), s) }

// RiskKey names a risk: a prefix and a number, "R-17". Number 0 ("R-0") is
// reserved for notices that belong to no risk; nobody can type it.
type RiskKey string

// MakeRiskKey returns the key of the nth risk under a prefix such as "R".
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

// Slug returns k in lower case, fit for a channel's name: "r-17".
func (k RiskKey) Slug() string { return strings.ToLower(string(k)) }

// Value is the content of one own field of a risk. The field's type says which
// part of it counts: Text for text and select (the option's key), Number, Date,
// People.
type Value struct {
	Text   string    `json:"text,omitempty"`
	Number *float64  `json:"number,omitempty"`
	Date   time.Time `json:"date,omitzero"`
	People []Ref     `json:"people,omitempty"`
}

// IsZero tells whether v holds nothing.
func (v Value) IsZero() bool {
	return v.Text == "" && v.Number == nil && v.Date.IsZero() && len(v.People) == 0
}

// Note is a remark that somebody left while handling a risk.
type Note struct {
	At   time.Time `json:"at"`
	By   Actor     `json:"by"`
	Text string    `json:"text"`
}

// Actor is who did something: a person, through an account, or riskroom itself
// (the zero Actor).
type Actor struct {
	Account Account `json:"account,omitzero"`
	Name    string  `json:"name,omitempty"` // as the platform showed it then
}

// Risk is the record that everything is about. The reported part is filled in
// by whoever files it, the handling part by those who deal with it.
type Risk struct {
	Key     RiskKey `json:"key"`
	Version int64   `json:"version"` // raised by every change; 1 when filed
	Home    string  `json:"home"`    // the workspace where it was filed

	// The reported part.
	Title        string           `json:"title"`
	Module       string           `json:"module"`
	Severity     Severity         `json:"severity"`
	Description  string           `json:"description,omitempty"`
	DiscoveredAt time.Time        `json:"discovered_at"`
	DueAt        time.Time        `json:"due_at,omitzero"`
	Fields       map[string]Value `json:"fields,omitempty"` // own fields of both parts
	Submitter    Actor            `json:"submitter"`
	SubmittedAt  time.Time        `json:"submitted_at"`

	// The handling part.
	Handlers    []Ref     `json:"handlers,omitempty"`
	Status      Status    `json:"status"`
	StatusSince time.Time `json:"status_since"`
	Notes       []Note    `json:"notes,omitempty"`
	Resolution  string    `json:"resolution,omitempty"` // how it was resolved, or why it was shelved
}
