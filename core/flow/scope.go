package flow

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"time"

	"github.com/expr-lang/expr/types"

	"riskroom/core"
	"riskroom/core/text"
)

// kind is the type of a variable's value.
type kind string

const (
	textKind   kind = "text"
	wordKind   kind = "word" // one of a few known words: a status, a severity, an option
	numberKind kind = "number"
	dateKind   kind = "date"
	personKind kind = "person"
	peopleKind kind = "people"
	boolKind   kind = "true or false"
	anyKind    kind = "value"
)

// phrase returns what messages call a value of that kind.
func (k kind) phrase() text.Phrase {
	switch k {
	case textKind:
		return text.Plain("a text")
	case wordKind:
		return text.Plain("a word")
	case numberKind:
		return text.Plain("a number")
	case dateKind:
		return text.Plain("a date")
	case personKind:
		return text.Plain("a person")
	case peopleKind:
		return text.Plain("people")
	case boolKind:
		return text.Plain("true or false")
	case anyKind:
	}
	return text.Plain("a value")
}

// variable is a name that conditions and templates may use.
type variable struct {
	name  string // "status", "fields.amount"
	kind  kind
	words []string // of a wordKind: all possible values
	// raw returns the value for conditions: string, float64, time.Time or []string. A
	// value that is not set is "", NaN, the zero time, or empty.
	raw func(Env) any
	// label returns the label of a wordKind or personKind.
	label func(e Env, raw string) string
}

// scope is the variables of a flow, with the time zone of its dates.
type scope struct {
	builtin     []variable
	cause       []variable // of the event that starts the flow
	own         []variable // own fields, by key
	zone        *time.Location
	dayStartsAt time.Duration
	digest      bool // of the texts of a digest
}

// scope returns the variables of the flow.
func (d Def) scope() *scope {
	s := newScope(d.Fields, d.Process...)
	if d.AnyEvent {
		s.cause = causeVariables()
		return s
	}
	return s.on(d.Trigger.On)
}

// newScope returns the variables of risks with own fields and, if there are nodes, a process.
func newScope(fields map[string]FieldDef, nodes ...string) *scope {
	s := &scope{builtin: builtins(), zone: time.UTC}
	if len(nodes) > 0 {
		s.builtin = append(s.builtin, processVariables(nodes)...)
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		s.own = append(s.own, ownField(key, fields[key]))
	}
	return s
}

// on adds the variables that flows on an event have, and returns s.
func (s *scope) on(name string) *scope {
	for _, e := range events() {
		if e.name == name {
			s.cause = slices.DeleteFunc(causeVariables(), func(v variable) bool { return !slices.Contains(e.values, v.name) })
		}
	}
	return s
}

// all returns every variable.
func (s *scope) all() []variable { return slices.Concat(s.builtin, s.cause, s.own) }

// lookup returns the variable with a name, such as "title" or "fields.amount".
func (s *scope) lookup(name string) (variable, bool) {
	for _, list := range [][]variable{s.builtin, s.cause, s.own} {
		if i := slices.IndexFunc(list, func(v variable) bool { return v.name == name }); i >= 0 {
			return list[i], true
		}
	}
	return variable{}, false
}

// names lists every name, each with prefix before it.
func (s *scope) names(prefix string) []string {
	var out []string
	for _, v := range s.all() {
		out = append(out, prefix+v.name)
	}
	return out
}

// without returns s without the built-in variable of that name.
func (s *scope) without(name string) *scope {
	out := *s
	out.builtin = slices.DeleteFunc(slices.Clone(s.builtin), func(v variable) bool { return v.name == name })
	return &out
}

// only returns s with just the variables of these names, so that no others are evaluated.
func (s *scope) only(names []string) *scope {
	some := func(list []variable) []variable {
		return slices.DeleteFunc(slices.Clone(list), func(v variable) bool { return !slices.Contains(names, v.name) })
	}
	out := *s
	out.builtin, out.cause, out.own = some(s.builtin), some(s.cause), some(s.own)
	return &out
}

// unknown returns the end of a message about an unknown name: the one that was probably
// meant, and all known names with prefix. what begins the list: "names are %s".
func (s *scope) unknown(what, prefix, name string) text.Phrase {
	names := s.names(prefix)
	known := text.Phrasef(what, oneOf(names))
	if s.digest {
		return text.Phrasef("a digest is about several risks; %s", known)
	}
	if _, own := s.lookup(ownPrefix + name); own {
		return text.Phrasef("did you mean %s? %s", prefix+ownPrefix+name, known)
	}
	if slices.Contains(processNames(), name) {
		return needsProcess(name)
	}
	if slices.ContainsFunc(causeVariables(), func(v variable) bool { return v.name == name }) {
		return text.Phrasef("only flows with %s have it", eventsWith(valuesOf, name))
	}
	if s.isWord(name) {
		return text.Phrasef("put text in quotes: %q", name)
	}
	return orMeant(prefix+name, names, known)
}

// isWord reports whether any variable can have that word as its value.
func (s *scope) isWord(word string) bool {
	return slices.ContainsFunc(s.all(), func(v variable) bool {
		return v.kind == wordKind && slices.Contains(v.words, word)
	})
}

// values returns the variables of expressions.
func (s *scope) values(e Env) map[string]any {
	return s.fill(func(v variable) any { return v.raw(e) })
}

// fill returns a map of the shape that names have, with value of each.
func (s *scope) fill(value func(variable) any) map[string]any {
	out, own := map[string]any{}, map[string]any{}
	for _, v := range slices.Concat(s.builtin, s.cause) {
		out[v.name] = value(v)
	}
	for _, v := range s.own {
		own[ownKey(v.name)] = value(v)
	}
	out["fields"] = own
	return out
}

// types returns the types of values.
func (s *scope) types() types.Map {
	out, own := types.Map{}, types.Map{}
	for _, v := range slices.Concat(s.builtin, s.cause) {
		out[v.name] = exprType(v.kind)
	}
	for _, v := range s.own {
		own[ownKey(v.name)] = exprType(v.kind)
	}
	out["fields"] = own
	return out
}

func exprType(k kind) types.Type {
	switch k {
	case numberKind:
		return types.Float64
	case dateKind:
		return types.TypeOf(time.Time{})
	case peopleKind:
		return types.TypeOf([]string{})
	default:
		return types.String
	}
}

const ownPrefix = "fields."

func ownKey(name string) string { return name[len(ownPrefix):] }

var fieldKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// builtins returns the variables of every risk.
func builtins() []variable {
	plain := func(name string, of func(Env) string) variable {
		return variable{name: name, kind: textKind, raw: func(e Env) any { return of(e) }}
	}
	return []variable{
		plain("key", func(e Env) string { return string(e.Risk.Key) }),
		plain("title", func(e Env) string { return e.Risk.Title }),
		plain("module", func(e Env) string { return e.Risk.Module }),
		{
			name: "severity", kind: wordKind, words: wordsOf(core.Severities()),
			raw:   func(e Env) any { return string(e.Risk.Severity) },
			label: func(e Env, s string) string { return e.Text.Severity(core.Severity(s)) },
		},
		{
			name: "status", kind: wordKind, words: wordsOf(core.Statuses()),
			raw:   func(e Env) any { return string(e.Risk.Status) },
			label: func(e Env, s string) string { return e.Text.Status(core.Status(s)) },
		},
		plain("description", func(e Env) string { return e.Risk.Description }),
		plain("resolution", func(e Env) string { return e.Risk.Resolution }),
		date("discovered_at", func(e Env) time.Time { return e.Risk.DiscoveredAt }),
		date("due_at", func(e Env) time.Time { return e.Risk.DueAt }),
		date("submitted_at", func(e Env) time.Time { return e.Risk.SubmittedAt }),
		date("status_since", func(e Env) time.Time { return e.Risk.StatusSince }),
		date("now", func(e Env) time.Time { return e.Now }),
		{
			name: "submitter", kind: personKind,
			raw:   func(e Env) any { return string(refOf(e.Risk.Submitter)) },
			label: func(e Env, _ string) string { return e.actorName(e.Risk.Submitter) },
		},
		{
			name: "lead", kind: personKind,
			raw:   func(e Env) any { return string(e.Lead) },
			label: func(e Env, s string) string { return e.name(core.Ref(s)) },
		},
		{name: "handlers", kind: peopleKind, raw: func(e Env) any { return wordsOf(e.Risk.Handlers) }},
	}
}

// date returns a variable whose value is a date.
func date(name string, at func(Env) time.Time) variable {
	return variable{name: name, kind: dateKind, raw: func(e Env) any { return at(e) }}
}

// ownField returns the variable of an own field.
func ownField(key string, f FieldDef) variable {
	v := variable{name: ownPrefix + key, kind: textKind}
	value := func(e Env) core.Value { return e.Risk.Fields[key] }
	switch f.Type {
	case core.NumberField:
		v.kind = numberKind
		v.raw = func(e Env) any {
			if n := value(e).Number; n != nil {
				return *n
			}
			return math.NaN()
		}
	case core.DateField:
		v.kind = dateKind
		v.raw = func(e Env) any { return value(e).Date }
	case core.PeopleField:
		v.kind = peopleKind
		v.raw = func(e Env) any { return wordsOf(value(e).People) }
	case core.SelectField:
		v.kind, v.words = wordKind, f.Options
		v.raw = func(e Env) any { return value(e).Text }
		v.label = func(e Env, s string) string { return e.option(key, s) }
	default:
		v.raw = func(e Env) any { return value(e).Text }
	}
	return v
}

// wordsOf returns named strings as plain ones.
func wordsOf[S ~string](in []S) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}
