package store

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"riskroom/core"
)

// TestDocument stores risks that say what is left out of most documents, and reads them as
// they were.
func TestDocument(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	filed := core.Risk{Key: "R-1", Version: 1, Home: "acme", Title: "Ledger is off", DiscoveredAt: at, SubmittedAt: at, StatusSince: at,
		Submitter: core.Actor{Account: core.Account{Workspace: "acme", ID: "U1"}}, Status: core.Pending}
	var full core.Risk
	fill(reflect.ValueOf(&full).Elem(), at)
	other := filed
	other.Home, other.DiscoveredAt, other.StatusSince = "", time.Time{}, at.Add(time.Hour+time.Microsecond)
	other.SubmittedAt, other.Status = time.Unix(0, 0).UTC(), ""
	for _, r := range []core.Risk{filed, other, full} {
		doc, err := writeRisk(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readRisk(r.Key, doc)
		if err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%s is read as %+v: %v", doc, got, err)
		}
		var older core.Risk
		if err := json.Unmarshal([]byte(doc), &older); err == nil {
			t.Errorf("a program before schema 4 reads %s as %+v", doc, older)
		}
	}
	doc, err := writeRisk(filed)
	if want := `4{"t":"Ledger is off","m":"","s":"","by":["acme","U1",""],"at":1767323045006}`; err != nil || doc != want {
		t.Errorf("the document is %s, want %s: %v", doc, want, err)
	}
}

// fill sets every field of a value.
func fill(v reflect.Value, at time.Time) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), at)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), at)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, at)
		v.SetMapIndex(reflect.ValueOf("x").Convert(v.Type().Key()), value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(at))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), at)
		}
	default:
		panic(v.Type())
	}
}

// TestOlderDocument reads what programs before schema 3 and before schema 4 wrote.
func TestOlderDocument(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	full := core.Risk{Key: "R-1", Version: 2, Home: "other", Title: "Ledger is off", DiscoveredAt: at.Add(-time.Hour), SubmittedAt: at,
		StatusSince: at.Add(time.Hour), Submitter: core.Actor{Account: core.Account{Workspace: "acme", ID: "U1"}, Name: "Ana"}, Status: core.Resolved}
	b, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	short := core.Risk{Key: "R-1", Version: 1, Home: "acme", Title: "Ledger is off", DiscoveredAt: at, SubmittedAt: at, StatusSince: at,
		Submitter: core.Actor{Account: core.Account{Workspace: "acme", ID: "U1"}}, Status: core.Pending}
	for doc, want := range map[string]core.Risk{
		string(b): full,
		`{"key":"R-1","version":1,"title":"Ledger is off","submitter":{"account":{"Workspace":"acme","ID":"U1"}},"submitted_at":"2026-01-02T03:04:05.000000006Z","status":"pending"}`: short,
	} {
		if got, err := readRisk("R-1", doc); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %+v: %v", doc, got, err)
		}
	}
}
