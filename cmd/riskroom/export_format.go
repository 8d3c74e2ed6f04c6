package main

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/core"
)

func newExporter(w io.Writer, f exportFlags, org *core.Organisation) exporter {
	if f.format == formatLines {
		b := bufio.NewWriter(w)
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		return &lineExporter{b, enc}
	}
	return &csvExporter{w: csv.NewWriter(w), org: org, history: f.history}
}

// lineExporter writes a JSON object on each line.
type lineExporter struct {
	w   *bufio.Writer
	enc *json.Encoder
}

// exportedRisk is a risk as stored, with its history.
type exportedRisk struct {
	core.Risk
	Events      []exportedEvent `json:"events,omitempty"`
	EventsSince time.Time       `json:"events_since,omitzero"` // earlier ones are gone
}

type exportedEvent struct {
	At   time.Time         `json:"at"`
	Kind string            `json:"kind"`
	By   core.Actor        `json:"by,omitzero"`
	Run  string            `json:"run,omitempty"`
	Data map[string]string `json:"data,omitempty"`
}

func (x *lineExporter) risk(r core.Risk, h history) error {
	out := exportedRisk{Risk: r, EventsSince: h.since}
	for _, e := range h.events {
		out.Events = append(out.Events, exportedEvent{At: e.At, Kind: e.Kind, By: e.Actor, Run: e.Run, Data: e.Data})
	}
	return x.enc.Encode(out)
}

func (x *lineExporter) end() error { return x.w.Flush() }

// csvExporter writes a row for each risk, after a header.
type csvExporter struct {
	w       *csv.Writer
	org     *core.Organisation
	history bool
	begun   bool
}

// column is a column of the CSV with its content.
type column struct{ name, cell string }

func (x *csvExporter) risk(r core.Risk, h history) error {
	x.header()
	var cells []string
	for _, c := range x.columns(r, h) {
		cells = append(cells, noFormula(c.cell))
	}
	return x.w.Write(cells)
}

// header writes the header unless it is written. Flush reports an error.
func (x *csvExporter) header() {
	if x.begun {
		return
	}
	x.begun = true
	var names []string
	for _, c := range x.columns(core.Risk{}, history{}) {
		names = append(names, c.name)
	}
	_ = x.w.Write(names)
}

func (x *csvExporter) end() error {
	x.header()
	x.w.Flush()
	return x.w.Error()
}

func (x *csvExporter) columns(r core.Risk, h history) []column {
	columns := []column{
		{"key", string(r.Key)}, {"status", string(r.Status)}, {"title", r.Title}, {"module", r.Module}, {"severity", string(r.Severity)},
		{"description", r.Description}, {"discovered_at", x.time(r.DiscoveredAt)}, {"due_at", x.time(r.DueAt)},
		{"submitter", who(r.Submitter)}, {"submitted_at", x.time(r.SubmittedAt)}, {"handlers", core.Value{People: r.Handlers}.String()},
		{"status_since", x.time(r.StatusSince)}, {"status_by", who(r.StatusBy)}, {"resolution", r.Resolution},
		{"node", r.Node}, {"node_since", x.time(r.NodeSince)}, {"notes", x.notes(r.Notes)},
	}
	for _, f := range x.org.Fields {
		columns = append(columns, column{core.OwnName(f.Key), x.value(r.Fields[f.Key])})
	}
	if x.history {
		columns = append(columns, column{"history", x.lines(h)})
	}
	return columns
}

func (x *csvExporter) time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(x.org.Zone).Format(time.RFC3339)
}

func (x *csvExporter) value(v core.Value) string {
	if !v.Date.IsZero() {
		return x.time(v.Date)
	}
	return v.String()
}

func (x *csvExporter) notes(notes []core.Note) string {
	var lines []string
	for _, n := range notes {
		lines = append(lines, x.time(n.At)+" "+who(n.By)+": "+n.Text)
	}
	return strings.Join(lines, "\n")
}

// lines returns a line for each event: when, who, what, and its data.
func (x *csvExporter) lines(h history) string {
	var lines []string
	if !h.since.IsZero() {
		lines = append(lines, "earlier events are gone")
	}
	for _, e := range h.events {
		parts := []string{x.time(e.At), cmp.Or(who(e.Actor), e.Flow(), "riskroom"), e.Kind}
		for _, k := range slices.Sorted(maps.Keys(e.Data)) {
			parts = append(parts, k+"="+e.Data[k])
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return strings.Join(lines, "\n")
}

// who returns a person's name, or else their account.
func who(a core.Actor) string {
	if a.Name == "" && !a.Account.IsZero() {
		return a.Account.String()
	}
	return a.Name
}

// noFormula makes a spreadsheet show a text that it would take for a formula. See
// https://owasp.org/www-community/attacks/CSV_Injection.
func noFormula(cell string) string {
	// One that has apostrophes already gets another, so that simulate reads what it was.
	bare := strings.TrimLeft(cell, "'")
	if bare != "" && strings.ContainsRune("=+-@\t\r", rune(bare[0])) {
		return "'" + cell
	}
	return cell
}
