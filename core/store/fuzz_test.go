package store

import (
	"encoding/json"
	"testing"

	"riskroom/core/engine"
)

// FuzzRecord: whatever is stored in Redis, reading it returns a record or an error, and
// a run keeps its name.
func FuzzRecord(f *testing.F) {
	for _, s := range []string{
		`["1-1","","e","{\"at\":\"2026-01-02T03:04:05Z\",\"kind\":\"filed\",\"data\":{\"a\":\"b\"}}","out","ok","prev","0-1"]`,
		`["1-1","2","e","{\"kind\":\"a\"}","out","","prev","0-1","more","armed|{\"kind\":\"timer\",\"run\":\"R-1/f/1\",\"named\":true}\n|{}"]`,
		`["st","running","flow","f","due","1.7e12","cyc","NaN","o:0","{}","i:create","1|2|3|4|n","v:create","C1","inp",""]`,
		`["R-1/f/1","armed|h|1|1|0","R-1/f","x","group","acme/C1","run","R-1/f/1","badge","acme/C1/1.1","epoch","2"]`,
		`["4{\"t\":\"a\",\"by\":[\"acme\",\"U1\",\"\"],\"at\":1,\"found\":\"2026-01-02T03:04:05Z\"}"]`, `["{\"key\":\"R-1\",\"home\":\"a\"}"]`,
		`["1-1","2","e","|[\"filed\",\"\",{\"a\":1},\"\",\"op\",[\"acme\",\"U1\",\"\"],1,1]\narmed|[\"timer\",\"=/f/1\"]","prev","0-1"]`,
		`["R-1/f/1","armed|h","R-1/f/2","armed|h|1|1|0"]`,
		`[["a",1],null,1e99,true,{}]`, `[]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, flat string) {
		var raw []any
		if json.Unmarshal([]byte(flat), &raw) != nil {
			return
		}
		for i, v := range raw {
			if n, ok := v.(float64); ok {
				raw[i] = int64(n) // as Redis returns numbers
			}
		}
		entry := answer(raw)
		m := answer{"ok", raw}.fields(1)
		_, _ = readEntry("R-1", entry)
		_, _ = readRisk("R-1", entry.text(0))
		_, _ = readShown(m)
		_, _ = readBinding(m)
		_, _ = readRun(engine.RunID{Risk: "R-1", Flow: "f"}, entry.text(0), m)
		list, _, err := readSummaries("R-1", m, m)
		if err != nil {
			return
		}
		for _, r := range list {
			if _, ok := m[r.ID.String()]; !ok {
				t.Errorf("run %s is none of %v", r.ID, m)
			}
		}
	})
}
