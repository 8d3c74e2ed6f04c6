package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
)

// readRecord reads a risk with everything that belongs to it (scripts/record.lua).
func readRecord(key core.RiskKey, a answer) (engine.Record, error) {
	var rec engine.Record
	rec.Risk.Key = key
	var err error
	if doc := a.text(0); doc != "" {
		if rec.Risk, err = readRisk(key, doc); err != nil {
			return rec, fmt.Errorf("risk: %w", err)
		}
	}
	if rec.Binding, err = readBinding(a.fields(1)); err != nil {
		return rec, err
	}
	if rec.Shown, err = readShown(a.fields(2)); err != nil {
		return rec, err
	}
	if rec.Runs, rec.Folded, err = readSummaries(key, a.fields(3), a.fields(4)); err != nil {
		return rec, err
	}
	if rec.Groups, err = readGroups(a.fields(5)); err != nil {
		return rec, err
	}
	rec.Unreached, err = readUnreached(a.fields(6))
	return rec, err
}

// recordIn reads the record that is value i of an answer. It returns nil if there is none, or
// if it is unreadable: the script has taken effect nevertheless, and Get reports why.
func recordIn(key core.RiskKey, a answer, i int) *engine.Record {
	found := a.list(i)
	if found == nil {
		return nil
	}
	rec, err := readRecord(key, found)
	if err != nil {
		return nil
	}
	return &rec
}

// shownDoc is a Shown as stored, under its ID.
type shownDoc struct {
	Ref     core.MessageRef `json:"ref"`
	Group   core.GroupRef   `json:"group,omitzero"`
	To      core.Account    `json:"to,omitzero"`
	Title   []core.Span     `json:"title,omitempty"`
	Badge   bool            `json:"badge,omitempty"`
	Version int64           `json:"v"`
	Rev     int64           `json:"rev,omitempty"`
	Brief   bool            `json:"brief,omitempty"`
	Bare    bool            `json:"bare,omitempty"`
	Gone    bool            `json:"gone,omitempty"`
	Marks   string          `json:"marks,omitempty"`
}

func readShown(m map[string]string) ([]engine.Shown, error) {
	var list []engine.Shown
	for id, doc := range m {
		var d shownDoc
		if err := json.Unmarshal([]byte(doc), &d); err != nil {
			return nil, fmt.Errorf("shown %s: %w", id, err)
		}
		list = append(list, engine.Shown{ID: id, Ref: d.Ref, Group: d.Group, To: d.To, Title: d.Title,
			Badge: d.Badge, Version: d.Version, Rev: d.Rev, Brief: d.Brief, Bare: d.Bare, Gone: d.Gone, Marks: d.Marks})
	}
	slices.SortFunc(list, func(a, b engine.Shown) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// readUnreached reads who couldn't be reached, by whatever tells them apart.
func readUnreached(m map[string]string) ([]engine.Unreached, error) {
	var list []engine.Unreached
	for _, id := range slices.Sorted(maps.Keys(m)) {
		var u engine.Unreached
		if err := json.Unmarshal([]byte(m[id]), &u); err != nil {
			return nil, fmt.Errorf("unreached %s: %w", id, err)
		}
		list = append(list, u)
	}
	return list, nil
}

func readBinding(m map[string]string) (engine.Binding, error) {
	l := engine.Binding{State: engine.BindingState(m["st"]), Ended: core.Ending(m["said"]), Epoch: int(number(m["epoch"]))}
	var err error
	if g := m["group"]; g != "" {
		if l.Group, err = core.ParseGroupRef(g); err != nil {
			return l, fmt.Errorf("binding: %w", err)
		}
	}
	if r := m["run"]; r != "" {
		if l.Run, err = engine.ParseRunID(r); err != nil {
			return l, fmt.Errorf("binding: %w", err)
		}
	}
	l.Badge, _ = core.ParseMessageRef(m["badge"])
	return l, nil
}

// folds begins the fields of a risk's runs that count those that are no longer there.
const folds = "fold:"

// ofRuns reports whether a field of the hash with the summaries of a risk's runs is one.
func ofRuns(key core.RiskKey, name string) bool {
	return strings.HasPrefix(name, string(key)+"/") || strings.HasPrefix(name, folds)
}

// readSummaries reads a risk's runs: "state|flow|due|begun|open" by RunID, or "state|flow" if
// the rest follows from the timer; the scores of those that have one; and how many more there
// were.
func readSummaries(key core.RiskKey, m, scores map[string]string) (list []engine.RunSummary, folded int, err error) {
	for name, v := range m {
		if !ofRuns(key, name) {
			continue
		}
		if strings.HasPrefix(name, folds) {
			count, _, _ := strings.Cut(v, "|")
			folded += int(number(count))
			continue
		}
		id, err := engine.ParseRunID(name)
		if err != nil {
			return nil, 0, err
		}
		p := strings.Split(v, "|")
		if len(p) == 2 {
			p = append(p, scores[name], "0", "0")
		}
		if len(p) != 5 {
			return nil, 0, fmt.Errorf("run %s: %q is not a summary", name, v)
		}
		list = append(list, engine.RunSummary{ID: id, State: engine.RunState(p[0]), FlowHash: p[1],
			Due: at(number(p[2])), At: at(number(scores[name])), Begun: p[3] == "1", Open: number(p[4]) > 0})
	}
	slices.SortFunc(list, func(a, b engine.RunSummary) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return list, folded, nil
}

// readRun reads a run's hash (its fields: scripts/runs.lua). score is "" if
// it has no timer.
func readRun(id engine.RunID, score string, m map[string]string) (engine.Run, error) {
	r := engine.Run{
		ID: id, State: engine.RunState(m["st"]), FlowHash: m["flow"], Due: at(number(m["due"])), At: at(number(score)),
		Cycle: number(m["cyc"]), Step: int(number(m["step"])), Begun: m["begun"] == "1",
		Attempts: int(number(m["tries"])), Unknown: int(number(m["unknown"])), Since: at(number(m["since"])), Crashes: int(number(m["crash"])),
		Wish: engine.Wish(m["wish"]), Reason: m["why"],
		Slot: engine.Slot{Key: m["sk"], At: at(number(m["sa"]))},
	}
	if v, ok := m["inp"]; ok {
		r.Input = []byte(v)
	}
	if v, ok := m["data"]; ok {
		r.Data = []byte(v)
	}
	since, began, _ := strings.Cut(m["doubt"], "|")
	r.Doubt = engine.Doubt{Since: at(number(since)), At: at(number(began))}
	for field, v := range m {
		kind, name, _ := strings.Cut(field, ":")
		switch kind {
		case "o":
			n, err := strconv.Atoi(name)
			if err != nil {
				return r, fmt.Errorf("run %s: outcome of step %q", id, name)
			}
			if r.Outcomes == nil {
				r.Outcomes = map[int][]byte{}
			}
			r.Outcomes[n] = []byte(v)
		case "i", "v":
			if _, done := r.Calls[name]; done {
				continue
			}
			if r.Calls == nil {
				r.Calls = map[string]engine.CallState{}
			}
			value, done := m["v:"+name]
			c, err := readCall(m["i:"+name], done, value)
			if err != nil {
				return r, fmt.Errorf("run %s: call %s: %w", id, name, err)
			}
			r.Calls[name] = c
		}
	}
	return r, nil
}

// readCall reads an intent, "open|attempt|first|begun|nonce", and the result
// if there is one.
func readCall(intent string, done bool, value string) (engine.CallState, error) {
	c := engine.CallState{Done: done, Value: value}
	if intent == "" {
		return c, nil
	}
	p := strings.SplitN(intent, "|", 5)
	if len(p) != 5 {
		return c, fmt.Errorf("%q is not an intent", intent)
	}
	c.Open = p[0] == "1"
	c.Attempt = int(number(p[1]))
	c.First, c.Begun, c.Nonce = at(number(p[2])), at(number(p[3])), p[4]
	return c, nil
}
