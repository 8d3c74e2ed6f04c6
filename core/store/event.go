package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// An event is stored as a list, without its ID, Prev and outcome: kind, run, data, step, op,
// actor, at and v. What is empty is "", and left out at the end. A run of the risk that the
// trail is of begins with "/". If data has the run too, as "run", only the run is there, after
// "=". An event that follows another one in its entry leaves out at and v if both are the same.

// alsoInData begins the run of an event whose data has it too.
const alsoInData = "="

// eventValue is a value of an event's data as stored: an instant is a number.
type eventValue string

// MarshalJSON implements json.Marshaler.
func (v eventValue) MarshalJSON() ([]byte, error) {
	t, err := time.Parse(time.RFC3339Nano, string(v))
	if t = t.UTC(); err == nil && t.Format(time.RFC3339Nano) == string(v) {
		return instant(t).MarshalJSON()
	}
	return json.Marshal(string(v))
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *eventValue) UnmarshalJSON(b []byte) error {
	if n, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		*v = eventValue(time.UnixMilli(n).UTC().Format(time.RFC3339Nano))
		return nil
	}
	return json.Unmarshal(b, (*string)(v))
}

// event returns an event of a risk's trail as stored. An event without a time gets the present one. after is
// the first event of the same entry, or nil.
func (s *Store) event(risk core.RiskKey, e engine.Event, after *engine.Event) (string, error) {
	if e.At.IsZero() {
		e.At = s.now()
	}
	run, data := e.Run, map[string]eventValue{}
	for name, value := range e.Data {
		data[name] = eventValue(value)
	}
	if rest, its := strings.CutPrefix(run, string(risk)+"/"); its {
		run = "/" + rest
	}
	if run != "" && e.Data["run"] == e.Run {
		run = alsoInData + run
		delete(data, "run")
	}
	same := after != nil && after.At.Equal(e.At) && after.V == e.V
	unless := func(empty bool, v any) any {
		if empty {
			return ""
		}
		return v
	}
	list := []any{
		e.Kind, run, unless(len(data) == 0, data), e.Step, e.Op, unless(e.Actor == core.Actor{}, actorDoc(e.Actor)),
		unless(same, instant(e.At.UTC())), unless(same || e.V == 0, e.V),
	}
	for len(list) > 1 && list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	b, err := json.Marshal(list)
	return string(b), err
}

// events appends a list of events to a call. They become one entry of the risk's trail.
func (s *Store) events(c *call, risk core.RiskKey, list []engine.Event) error {
	c.add(len(list))
	for i, e := range list {
		after := &list[0]
		if i == 0 {
			after = nil
		}
		doc, err := s.event(risk, e, after)
		if err != nil {
			return err
		}
		c.add(doc)
	}
	return nil
}

// first returns the first of some events, nil if there are none.
func first(list []engine.Event) *engine.Event {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// readEntry reads an entry of a risk's trail, newest event first: its ID, the last event
// that counts, then its fields (scripts/events.lua, trail.lua).
func readEntry(risk core.RiskKey, entry answer) ([]engine.Event, error) {
	id := entry.text(0)
	fields := map[string]string{}
	for i := 2; i+1 < len(entry); i += 2 {
		fields[entry.text(i)] = entry.text(i + 1)
	}
	lines := strings.Split(fields["e"], "\n")
	if out, older := fields["out"]; older {
		lines[0] = out + "|" + lines[0]
		if more := fields["more"]; more != "" {
			lines = append(lines, strings.Split(more, "\n")...)
		}
	}
	all := make([]engine.Event, len(lines))
	for i, line := range lines {
		outcome, doc, _ := strings.Cut(line, "|")
		e, err := readEvent(risk, doc, all[0])
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", id, err)
		}
		if outcome != "" {
			if e.Data == nil {
				e.Data = map[string]string{}
			}
			e.Data["outcome"] = outcome
		}
		e.ID, e.Prev = id+"."+strconv.Itoa(i+1), id+"."+strconv.Itoa(i)
		all[i] = e
	}
	all[0].Prev, all[len(all)-1].ID = fields["prev"], id
	if n, err := strconv.Atoi(entry.text(1)); err == nil && n > 0 && n < len(all) {
		all = all[:n]
	}
	slices.Reverse(all)
	return all, nil
}

// readEvent reads an event that follows first in its entry.
func readEvent(risk core.RiskKey, doc string, first engine.Event) (engine.Event, error) {
	read := readEventList
	if strings.HasPrefix(doc, "{") {
		read = readOlderEvent
	}
	e, both, err := read(doc)
	if err != nil {
		return engine.Event{}, err
	}
	if strings.HasPrefix(e.Run, "/") {
		e.Run = string(risk) + e.Run
	}
	if e.At.IsZero() {
		e.At, e.V = first.At, first.V
	}
	if both {
		if e.Data == nil {
			e.Data = map[string]string{}
		}
		e.Data["run"] = e.Run
	}
	return e, nil
}

// readEventList reads an event. both reports whether its data has the run too.
func readEventList(doc string) (e engine.Event, both bool, err error) {
	var list []json.RawMessage
	if err := json.Unmarshal([]byte(doc), &list); err != nil {
		return e, false, err
	}
	var data map[string]eventValue
	into := []any{&e.Kind, &e.Run, &data, &e.Step, &e.Op, (*actorDoc)(&e.Actor), (*instant)(&e.At), &e.V}
	if len(list) > len(into) {
		return e, false, fmt.Errorf("%d values", len(list))
	}
	for i, v := range list {
		if string(v) == `""` {
			continue
		}
		if err := json.Unmarshal(v, into[i]); err != nil {
			return e, false, err
		}
	}
	for name, value := range data {
		if e.Data == nil {
			e.Data = map[string]string{}
		}
		e.Data[name] = string(value)
	}
	e.Run, both = strings.CutPrefix(e.Run, alsoInData)
	return e, both, nil
}

// readOlderEvent reads an event that a program before schema 4 wrote.
func readOlderEvent(doc string) (e engine.Event, both bool, err error) {
	var d struct {
		At    time.Time         `json:"at"`
		V     int64             `json:"v"`
		Kind  string            `json:"kind"`
		Actor core.Actor        `json:"actor"`
		Run   string            `json:"run"`
		Named bool              `json:"named"`
		Step  string            `json:"step"`
		Op    string            `json:"op"`
		Data  map[string]string `json:"data"`
	}
	if err := json.Unmarshal([]byte(doc), &d); err != nil {
		return e, false, err
	}
	return engine.Event{At: d.At, V: d.V, Kind: d.Kind, Actor: d.Actor, Run: d.Run, Step: d.Step, Op: d.Op, Data: d.Data}, d.Named, nil
}
