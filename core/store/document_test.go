package store

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"riskroom/core"
)

// TestDocument stores risks that say what is left out of most documents, and reads them as
// they were. Older programs get every field.
func TestDocument(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	filed := core.Risk{Key: "R-1", Version: 1, Home: "acme", Title: "Ledger is off", DiscoveredAt: at, SubmittedAt: at, StatusSince: at,
		Submitter: core.Actor{Account: core.Account{Workspace: "acme", ID: "U1"}}, Status: core.Pending}
	other := filed
	other.Home, other.DiscoveredAt, other.StatusSince = "", time.Time{}, at.Add(time.Hour)
	for _, since := range []int64{0, math.MaxInt64} {
		s := &Store{keys: keys{since: since}}
		for _, r := range []core.Risk{filed, other} {
			doc, err := s.writeRisk(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := readRisk(doc)
			if err != nil || !reflect.DeepEqual(got, r) {
				t.Errorf("%s is read as %+v: %v", doc, got, err)
			}
			var old core.Risk
			if err := json.Unmarshal([]byte(doc), &old); err != nil || since > 0 && !reflect.DeepEqual(old, r) {
				t.Errorf("an older program reads %s as %+v: %v", doc, old, err)
			}
		}
	}
	doc, err := (&Store{}).writeRisk(filed)
	if err != nil || strings.Contains(doc, "discovered_at") || strings.Contains(doc, "home") {
		t.Errorf("what follows from the rest is in %s: %v", doc, err)
	}
}
