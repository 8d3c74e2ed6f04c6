package core

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Equal reports whether v and w are the same content.
func (v Value) Equal(w Value) bool {
	sameNumber := v.Number == w.Number || v.Number != nil && w.Number != nil && *v.Number == *w.Number
	return v.Text == w.Text && sameNumber && v.Date.Equal(w.Date) && slices.Equal(v.People, w.People)
}

const betweenPeople = ", "

// String returns v as audit events store it. ParseValue reads it.
func (v Value) String() string {
	switch {
	case v.Number != nil:
		return strconv.FormatFloat(*v.Number, 'f', -1, 64)
	case !v.Date.IsZero():
		return v.Date.UTC().Format(time.RFC3339Nano)
	case len(v.People) > 0:
		var all []string
		for _, r := range v.People {
			all = append(all, string(r))
		}
		return strings.Join(all, betweenPeople)
	}
	return v.Text
}

// ParseValue reads what Value.String wrote of a field of that type. A value that it
// can't read is returned as a text.
func ParseValue(t FieldType, s string) Value {
	switch t {
	case NumberField:
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			return Value{Number: &n}
		}
	case DateField:
		if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return Value{Date: at}
		}
	case PeopleField:
		var v Value
		for _, r := range strings.Split(s, betweenPeople) {
			if r != "" {
				v.People = append(v.People, Ref(r))
			}
		}
		return v
	case TextField, SelectField:
	}
	return Value{Text: s}
}

// ownPrefix starts the name of an own field.
const ownPrefix = "fields."

// OwnName returns the name of the own field with that key, which OwnField reads.
func OwnName(key string) string { return ownPrefix + key }

// OwnField returns the key of the own field with that name ("fields.<key>"), if it
// is one.
func OwnField(name string) (key string, ok bool) { return strings.CutPrefix(name, ownPrefix) }

// FieldNames returns the names of a risk's fields that people can change, in the order
// of the form. They are named as in Refusal.Field.
func (o *Organisation) FieldNames() []string {
	names := []string{"title", "module", "severity", "discovered_at", "due_at", "description", "handlers"}
	for _, f := range o.Fields {
		names = append(names, OwnName(f.Key))
	}
	return append(names, "status", "node")
}

// FieldType returns the type of the field with that name. Codes, such as a
// severity, are texts.
func (o *Organisation) FieldType(name string) FieldType {
	if key, ok := OwnField(name); ok {
		f, _ := o.Field(key)
		return f.Type
	}
	switch name {
	case "discovered_at", "due_at":
		return DateField
	case "handlers":
		return PeopleField
	}
	return TextField
}

// Value returns the content of the field with that name, zero if there is none.
func (r Risk) Value(name string) Value {
	if key, ok := OwnField(name); ok {
		return r.Fields[key]
	}
	switch name {
	case "title":
		return Value{Text: r.Title}
	case "module":
		return Value{Text: r.Module}
	case "severity":
		return Value{Text: string(r.Severity)}
	case "discovered_at":
		return Value{Date: r.DiscoveredAt}
	case "due_at":
		return Value{Date: r.DueAt}
	case "description":
		return Value{Text: r.Description}
	case "handlers":
		return Value{People: r.Handlers}
	case "status":
		return Value{Text: string(r.Status)}
	case "node":
		return Value{Text: r.Node}
	}
	return Value{}
}
