package store

import (
	"encoding/json"
	"time"

	"riskroom/core"
)

// riskDoc is a risk as stored. What nearly always follows from the rest is left out, except
// of the risks that older programs know.
type riskDoc struct {
	core.Risk
	Home         *string    `json:"home,omitempty"`          // nil: the submitter's workspace
	DiscoveredAt *time.Time `json:"discovered_at,omitempty"` // nil: SubmittedAt
	StatusSince  *time.Time `json:"status_since,omitempty"`  // nil: SubmittedAt
}

// writeRisk returns a risk's document.
func (s *Store) writeRisk(r core.Risk) (string, error) {
	d := riskDoc{Risk: r}
	whole := !s.keys.compact(r.Key)
	if whole || r.Home != r.Submitter.Account.Workspace {
		d.Home = &r.Home
	}
	if whole || r.DiscoveredAt != r.SubmittedAt {
		d.DiscoveredAt = &r.DiscoveredAt
	}
	if whole || r.StatusSince != r.SubmittedAt {
		d.StatusSince = &r.StatusSince
	}
	b, err := json.Marshal(d)
	return string(b), err
}

// readRisk reads a risk's document.
func readRisk(doc string) (core.Risk, error) {
	var d riskDoc
	if err := json.Unmarshal([]byte(doc), &d); err != nil {
		return core.Risk{}, err
	}
	r := d.Risk
	r.Home, r.DiscoveredAt, r.StatusSince = r.Submitter.Account.Workspace, r.SubmittedAt, r.SubmittedAt
	if d.Home != nil {
		r.Home = *d.Home
	}
	if d.DiscoveredAt != nil {
		r.DiscoveredAt = *d.DiscoveredAt
	}
	if d.StatusSince != nil {
		r.StatusSince = *d.StatusSince
	}
	return r, nil
}
