package store

import (
	"reflect"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// TestEvent stores events, and reads them as they were.
func TestEvent(t *testing.T) {
	t.Parallel()
	type data = map[string]string
	at := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	ana := core.Actor{Account: core.Account{Workspace: "acme", ID: "U1"}, Name: "Ana"}
	filed := engine.Event{At: at, V: 1, Kind: "filed", Actor: ana, Op: "op", Data: data{"module": "Payments"}}
	const run, other = "R-7/remind/1", "R-70/remind/1"
	for want, e := range map[string]engine.Event{
		`["timer","=/remind/1",{"due":1767323045006}]`: {At: at, V: 1, Kind: "timer", Run: run,
			Data: data{"run": run, "due": "2026-01-02T03:04:05.006Z"}},
		`["timer","/remind/1",{"run":"x"},"step","","",1767323046006,2]`: {At: at.Add(time.Second), V: 2, Kind: "timer", Run: run,
			Step: "step", Data: data{"run": "x"}},
		`["timer","=R-70/remind/1"]`:                                   {At: at, V: 1, Kind: "timer", Run: other, Data: data{"run": other}},
		`["note","","","","",["acme","U1","Ana"]]`:                     {At: at, V: 1, Kind: "note", Actor: ana},
		`["note","","","","","",1767323045006]`:                        {At: at, Kind: "note"},
		`["note","","","","","","2026-01-02T03:04:05.006000001Z",1]`:   {At: at.Add(1), V: 1, Kind: "note"},
		`["note","",{"a":"2026-01-02T03:04:05.0060Z","b":"7","c":""}]`: {At: at, V: 1, Kind: "note", Data: data{"a": "2026-01-02T03:04:05.0060Z", "b": "7", "c": ""}},
		`["note","",{"a":"2026-01-02T03:04:05.006+08:00"}]`:            {At: at, V: 1, Kind: "note", Data: data{"a": "2026-01-02T03:04:05.006+08:00"}},
	} {
		s := &Store{}
		first, err := s.event("R-7", filed, nil)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := s.event("R-7", e, &filed)
		if err != nil || doc != want {
			t.Errorf("stored as %s, want %s: %v", doc, want, err)
		}
		all, err := readEntry("R-7", answer{"1-1", "", "e", "|" + first + "\n|" + doc, "prev", "0-1"})
		if err != nil || len(all) != 2 {
			t.Fatalf("%d events: %v", len(all), err)
		}
		for i, want := range []engine.Event{e, filed} {
			all[i].ID, all[i].Prev = "", ""
			if !reflect.DeepEqual(all[i], want) {
				t.Errorf("%s is read as %+v, want %+v", doc, all[i], want)
			}
		}
	}
}
