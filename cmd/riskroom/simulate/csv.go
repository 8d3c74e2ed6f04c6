package simulate

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/cmd/riskroom/cast"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// ParseCSV reads risks from a table with a header, as riskroom export writes it. Only the
// title is required. Closed risks are left out. The scenario begins when the first risk was
// submitted.
func ParseCSV(name string, src []byte, lang string, cfg *config.Config) (Scenario, config.Problems) {
	t := table{
		cfg: cfg, name: name, say: text.NewWording(lang, Chinese(), config.Chinese()),
		warned: map[string]bool{},
		rows:   csv.NewReader(bytes.NewReader(bytes.TrimPrefix(src, []byte("\ufeff")))),
	}
	header, err := t.rows.Read()
	if err != nil {
		t.unread(err)
		return Scenario{}, t.problems
	}
	t.header = slices.Clone(header)
	if !slices.Contains(t.header, "title") {
		t.problem(0, text.Plain("the first line must name the columns, and one of them must be title"))
		return Scenario{}, t.problems
	}
	var s Scenario
	for len(t.problems) < mostProblems {
		row, err := t.rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.unread(err)
			break
		}
		if r, ok := t.risk(row); ok {
			s.Risks = append(s.Risks, r)
			if !r.Filed.IsZero() && (s.Start.IsZero() || r.Filed.Before(s.Start)) {
				s.Start = r.Filed
			}
		}
	}
	return s, t.problems
}

// mostProblems is how many problems of a table are reported.
const mostProblems = 100

// table reads a CSV file.
type table struct {
	cfg      *config.Config
	name     string
	say      text.Wording
	rows     *csv.Reader
	header   []string
	row      []string
	problems config.Problems
	warned   map[string]bool // by what each warning is about
}

func (t *table) problem(column int, says text.Phrase) {
	line, col := t.rows.FieldPos(column)
	t.problems = append(t.problems, config.Problem{File: t.name, Line: line, Col: col, Rule: "csv", Message: t.say.Say(says)})
}

// warn reports a warning once.
func (t *table) warn(column int, about string, says, hint text.Phrase) {
	if !t.warned[about] {
		t.warned[about] = true
		t.problem(column, says)
		p := &t.problems[len(t.problems)-1]
		p.Warning, p.Hint = true, t.say.Say(hint)
	}
}

// unread reports a line that isn't CSV.
func (t *table) unread(err error) {
	p := config.Problem{File: t.name, Line: 1, Col: 1, Rule: "csv", Message: t.say.Say(text.Plain("the file is empty"))}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		p.Line, p.Col, p.Message = e.Line, e.Column, t.say.Say(text.Phrasef("this line is not CSV with as many columns as the first: %v", e.Err))
	}
	t.problems = append(t.problems, p)
}

// cell returns what a row has in a column, and the column.
func (t *table) cell(name string) (string, int) {
	i := slices.Index(t.header, name)
	if i < 0 {
		return "", 0
	}
	s := strings.TrimSpace(t.row[i])
	if bare := strings.TrimLeft(s, "'"); bare != "" && len(bare) < len(s) && strings.ContainsRune("=+-@\t\r", rune(bare[0])) {
		s = s[1:] // export puts it there for spreadsheets
	}
	return s, i
}

func (t *table) risk(row []string) (Risk, bool) {
	t.row = row
	switch status := core.Status(t.word("status", words(core.Statuses()))); {
	case status.Valid() && !status.Open():
		return Risk{}, false
	case status.Valid() && status != core.Pending:
		_, at := t.cell("status")
		t.warn(at, "status", text.Phrasef("the status %s isn't read: every risk begins as it is filed", status), text.Plain("with --live, simulate goes on from risks as they are"))
	}
	line, col := t.rows.FieldPos(0)
	r := Risk{
		Place: Place{File: t.name, Line: line, Col: col}, DiscoveredAt: t.time("discovered_at"), DueAt: t.time("due_at"),
		Filed: t.time("submitted_at"), Handlers: t.people("handlers"), Fields: map[string]core.Value{},
	}
	r.Title, _ = t.cell("title")
	r.Description, _ = t.cell("description")
	var modules []string
	for _, m := range t.cfg.Organisation.Modules {
		modules = append(modules, m.Name)
	}
	r.Module, r.Severity = t.word("module", modules), core.Severity(t.word("severity", words(core.Severities())))
	r.By, r.Workspace = t.submitter()
	for _, f := range t.cfg.Organisation.Fields {
		if v := t.field(f); !v.IsZero() {
			r.Fields[f.Key] = v
		}
	}
	return r, true
}

// submitter returns who filed a risk, and where if it is an account.
func (t *table) submitter() (by, workspace string) {
	by, at := t.cell("submitter")
	ref := core.Ref(by)
	if a, ok := ref.Account(); ok {
		t.knows(a.Workspace, at)
		return by, a.Workspace
	}
	if _, ok := ref.Name(); by != "" && !ok {
		t.warn(at, by, text.Phrasef("%q is not a person's name", by), text.Phrasef("the simulation has %s file it", cast.Reporter))
		return "", ""
	}
	return by, ""
}

// knows reports a workspace that the config file doesn't have.
func (t *table) knows(workspace string, at int) {
	if known := (decoder{cfg: t.cfg}).workspaces(); !slices.Contains(known, workspace) {
		t.problem(at, text.Phrasef("unknown workspace %q: %s", workspace, config.Suggest(workspace, known)))
	}
}

// words returns words of a type as texts.
func words[T ~string](list []T) []string {
	var out []string
	for _, w := range list {
		out = append(out, string(w))
	}
	return out
}

func (t *table) word(column string, words []string) string {
	s, at := t.cell(column)
	if s != "" && !slices.Contains(words, s) {
		t.problem(at, text.Phrasef("%q: %s", s, config.Suggest(s, words)))
	}
	return s
}

func (t *table) time(column string) time.Time {
	s, at := t.cell(column)
	if s == "" {
		return time.Time{}
	}
	moment, ok := Moment(&t.cfg.Organisation, s)
	if !ok {
		t.problem(at, text.Phrasef("%q is not a moment", s))
	}
	return moment
}

// people reads names, groups and accounts with commas between them. nil: there are none.
func (t *table) people(column string) []core.Ref {
	s, at := t.cell(column)
	var out []core.Ref
	for name := range strings.SplitSeq(s, ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, core.Ref(name))
			t.ref(core.Ref(name), at)
		}
	}
	return out
}

// ref reports somebody whom the config file can't have, and warns of those whom it hasn't.
func (t *table) ref(r core.Ref, at int) {
	name, isName := r.Name()
	a, isAccount := r.Account()
	w, _, isGroup := r.Group()
	switch {
	case isName:
		if _, ok := t.cfg.Organisation.People[name]; !ok {
			known := slices.Sorted(maps.Keys(t.cfg.Organisation.People))
			t.warn(at, name, text.Phrasef("the config file has no person named %q: %s", name, config.Suggest(name, known)),
				text.Plain("the simulation has a person of this name in every workspace; if that is what you want, ignore this"))
		}
	case isAccount:
		t.knows(a.Workspace, at)
	case !isGroup:
		t.problem(at, text.Phrasef("%q is neither a name, nor @group, nor workspace:@group, nor workspace/ID", r))
	case w != "":
		t.knows(w, at)
	}
}

func (t *table) field(f core.Field) core.Value {
	column := core.OwnName(f.Key)
	s, at := t.cell(column)
	switch {
	case s == "":
	case f.Type == core.NumberField:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.problem(at, text.Phrasef("%q is not a number", s))
		}
		return core.Value{Number: &n}
	case f.Type == core.DateField:
		return core.Value{Date: t.time(column)}
	case f.Type == core.PeopleField:
		return core.Value{People: t.people(column)}
	default:
		return core.Value{Text: s}
	}
	return core.Value{}
}
