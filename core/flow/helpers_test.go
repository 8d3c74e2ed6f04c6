package flow

import (
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// ownFields are the own fields that tests use, one of each type.
func ownFields() map[string]FieldDef {
	return map[string]FieldDef{
		"amount":    {Type: core.NumberField},
		"customer":  {Type: core.TextField},
		"kind":      {Type: core.SelectField, Options: []string{"legal", "money"}},
		"review_on": {Type: core.DateField},
		"reviewers": {Type: core.PeopleField},
	}
}

// testDef returns a valid flow.
func testDef() Def {
	return Def{
		Name:        "remind",
		Trigger:     TriggerDef{DateField: "discovered_at", After: "1d"},
		If:          `status == "pending"`,
		Zone:        "Asia/Shanghai",
		DayStartsAt: "09:00",
		Fields:      ownFields(),
		Steps:       []StepDef{{Action: &SendMessageDef{To: []string{"handlers"}, Title: "{{ .key }}", Card: "risk"}}},
	}
}

// compiled returns d compiled, and fails on problems other than warnings.
func compiled(t *testing.T, d Def) *Flow {
	t.Helper()
	f, problems := Compile(d)
	if f == nil {
		t.Fatalf("problems: %+v", problems)
	}
	return f
}

// testEnv returns an environment in which every value is set.
func testEnv(t *testing.T, lang string) Env {
	t.Helper()
	catalogue, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	amount := 1200.5
	day := func(d, h int) time.Time { return time.Date(2026, 3, d, h, 0, 0, 0, time.UTC) }
	return Env{
		Risk: core.Risk{
			Key: "R-17", Title: "Ledger is off by one", Module: "Payments", Severity: core.High, Description: "since\nMonday",
			DiscoveredAt: day(1, 1), DueAt: day(10, 1), SubmittedAt: day(1, 2), StatusSince: day(1, 2),
			Submitter: core.Actor{Account: core.Account{Workspace: "acme", ID: "U1"}, Name: "Ada"},
			Handlers:  []core.Ref{"lin", "@oncall"}, Status: core.Pending, Resolution: "rolled back",
			Fields: map[string]core.Value{
				"amount": {Number: &amount}, "customer": {Text: "ACME"}, "kind": {Text: "money"},
				"review_on": {Date: day(5, 1)}, "reviewers": {People: []core.Ref{"wei", "lin"}},
			},
		},
		Now:            day(3, 12),
		Lead:           "wei",
		Administrators: []core.Ref{"lin", "acme/U9"},
		Text:           catalogue.In(lang),
		Name: func(r core.Ref) string {
			return map[core.Ref]string{"lin": "Lin", "wei": "Wei", "acme/U1": "ada"}[r]
		},
		Option: func(field, option string) string {
			return map[string]string{"kind/money": "Money matters"}[field+"/"+option]
		},
	}
}

// emptyEnv returns an environment in which only the required values are set.
func emptyEnv(t *testing.T, lang string) Env {
	t.Helper()
	e := testEnv(t, lang)
	e.Risk = core.Risk{Key: "R-17", Title: "x", Status: core.Pending, DiscoveredAt: e.Now}
	e.Lead, e.Administrators = "", nil
	return e
}

// zone returns a time zone.
func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}
