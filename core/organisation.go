package core

import (
	"slices"
	"time"
)

// Organisation is what the config file says about people, modules, fields and
// permissions. One riskroom serves one organisation. It doesn't change while the
// program runs.
type Organisation struct {
	Zone        *time.Location // for counting days and reading dates
	Language    string         // of cards that several people share: "en" or "zh-CN"
	DayStartsAt time.Duration  // since midnight: the time of a date that has none
	Command     string         // the slash command, "/risk"
	KeyPrefix   string         // of risk keys, "R"
	Attachments bool           // forms take files

	Workspaces   map[string]Workspace // by name
	People       map[string]Person    // by name
	Modules      []Module             // in the file's order
	Fields       []Field              // own fields, in the file's order
	Process      []Node               // the nodes that risks pass through, in order; empty: there is no process
	Permissions  Permissions
	CloseAfter   int      // for how many days a risk is closed before its item group is closed; 0: item groups stay
	AdminChannel GroupRef // where failures that no user caused are reported; if zero, administrators get direct messages
}

// Workspace is one configured workspace or guild.
type Workspace struct {
	Name     string
	Platform string   // as in Capabilities.Platform
	Options  bool     // its command has named options, instead of a line of text
	OnClose  Dissolve // how item groups of closed risks are closed
}

// Person is a person in the config file.
type Person struct {
	Name     string
	Email    string            // "" if not given
	Zone     string            // IANA time zone, "" if not given
	Accounts map[string]string // the platform's user ID by workspace, where given
}

// Module is a part of what the organisation makes, with the people who handle its
// risks.
type Module struct {
	Name     string
	Handlers []Ref
	Lead     Ref // "" if none
}

// Node is one node of the process: a stage that risks pass through.
type Node struct {
	Key       string
	Label     map[string]string // by language; at least one
	Operators []string          // who acts at it: a people list of flows, as written
	SendBack  []string          // keys of the earlier nodes to which a risk may be sent back
}

// FieldType is the type of an own field.
type FieldType string

// The types of own fields.
const (
	TextField   FieldType = "text"
	NumberField FieldType = "number"
	SelectField FieldType = "select"
	DateField   FieldType = "date"
	PeopleField FieldType = "people"
)

// FieldPart is a part of the form.
type FieldPart string

// The parts of the form.
const (
	Reported FieldPart = "reported" // filled in by the person who files the risk
	Handling FieldPart = "handling" // filled in by the people who handle it
)

// Field is an own field: one that the config file defines.
type Field struct {
	Key      string
	Type     FieldType
	Label    map[string]string // by language; at least one
	Required bool
	Part     FieldPart
	Options  []Option // of a select
}

// Option is one choice of a select field.
type Option struct {
	Key   string
	Label map[string]string
}

// LabelIn returns the label in lang, or else in English, in Chinese, or key.
func LabelIn(label map[string]string, lang, key string) string {
	for _, l := range []string{lang, "en", "zh-CN"} {
		if s := label[l]; s != "" {
			return s
		}
	}
	return key
}

// Audience says who may do something.
type Audience struct {
	Everyone bool  // every member; guests and external people only if Refs name them
	Involved bool  // submitter, handlers and module lead of the risk
	Refs     []Ref // named people and groups
}

// Permissions says who may do what.
type Permissions struct {
	Administrators []Ref    // may do everything
	GroupSettings  []Ref    // may be the operator of set_group; checked when the file is loaded
	File           Audience // may file risks; Involved has no meaning here
	Read           Audience // may see risks
}

// Module returns the module with that name.
func (o *Organisation) Module(name string) (Module, bool) {
	i := slices.IndexFunc(o.Modules, func(m Module) bool { return m.Name == name })
	if i < 0 {
		return Module{}, false
	}
	return o.Modules[i], true
}

// Field returns the own field with that key.
func (o *Organisation) Field(key string) (Field, bool) {
	i := slices.IndexFunc(o.Fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return o.Fields[i], true
}

// NodeKeys returns the keys of the process's nodes, in order.
func (o *Organisation) NodeKeys() []string {
	var out []string
	for _, n := range o.Process {
		out = append(out, n.Key)
	}
	return out
}

// Node returns the node with that key and its place in the process, or -1.
func (o *Organisation) Node(key string) (Node, int) {
	i := slices.IndexFunc(o.Process, func(n Node) bool { return n.Key == key })
	if i < 0 {
		return Node{}, i
	}
	return o.Process[i], i
}

// BackFrom returns the keys of the nodes to which a risk may be sent back from its node: all
// of them if the process no longer has its node.
func (o *Organisation) BackFrom(r Risk) []string {
	n, i := o.Node(r.Node)
	if i < 0 {
		return o.NodeKeys()
	}
	return n.SendBack
}

// DateOf returns the instant of a date without a time: DayStartsAt on that day, in
// the organisation's zone.
func (o *Organisation) DateOf(year int, month time.Month, day int) time.Time {
	t, _ := WallClock(year, month, day, o.DayStartsAt, o.Zone)
	return t
}

// DayOf returns DateOf the day on which t is.
func (o *Organisation) DayOf(t time.Time) time.Time { return o.DateOf(t.In(o.Zone).Date()) }
