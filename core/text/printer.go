package text

import (
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"

	"riskroom/core"
)

// Args are the values for the {{.Name}} places of a message. "Count", if given, must be a
// whole number and also chooses between singular and plural.
type Args map[string]any

// Printer returns texts in one language. Get one from Catalogue.In. It is a small value and
// safe for concurrent use.
type Printer struct {
	lang      string
	options   bool
	messages  messages
	localizer *i18n.Localizer
}

// Lang returns the printer's language, one of Languages.
func (p Printer) Lang() string { return p.lang }

// In returns p for readers in a workspace. Where commands have options, they get the
// message "id.options" instead of "id" if there is one.
func (p Printer) In(w core.Workspace) Printer {
	p.options = w.Options
	return p
}

// S returns the message with that id, with args filled in. If the id doesn't exist or an
// argument is missing, it returns "!id!".
func (p Printer) S(id string, args ...Args) string {
	var given Args
	if len(args) > 0 {
		given = args[0]
	}
	if variant := id + ".options"; p.options && p.messages.has(variant) {
		p.options = false
		return p.S(variant, given)
	}
	missing := "!" + id + "!"
	m, ok := p.messages[id]
	if !ok {
		return missing
	}
	if m.plain() {
		if s, ok := m.fill(given); ok {
			return s
		}
		return missing
	}
	data := Args{}
	for name, value := range given {
		data[name] = value
		if s, ok := value.(string); ok {
			data[name] = core.Isolate(s)
		}
	}
	s, err := p.localizer.Localize(&i18n.LocalizeConfig{
		MessageID:      id,
		TemplateData:   map[string]any(data),
		PluralCount:    data["Count"],
		TemplateParser: &template.TextParser{Option: "missingkey=error"},
	})
	if err != nil {
		return missing
	}
	return s
}

// First returns the first of some messages that exists.
func (p Printer) First(args Args, ids ...string) string {
	var s string
	for _, id := range ids {
		if s = p.S(id, args); s != "!"+id+"!" {
			break
		}
	}
	return s
}

// Status returns the label of s.
func (p Printer) Status(s core.Status) string { return p.S("common.status." + string(s)) }

// Severity returns the label of s.
func (p Printer) Severity(s core.Severity) string { return p.S("common.severity." + string(s)) }

// Part returns the label of a part of a group.
func (p Printer) Part(part core.Part) string { return p.S("common.part." + string(part)) }

// FormPart returns the label of a part of the form.
func (p Printer) FormPart(part core.FieldPart) string { return p.S("common.form." + string(part)) }

// Field returns the label of one of a risk's built-in fields by its key in
// flows: "due_at". Labels of own fields are in the config file.
func (p Printer) Field(key string) string { return p.S("common.field." + key) }

// Resolution returns the label of the resolution of a risk with that status. Of a shelved
// one it is a reason.
func (p Printer) Resolution(s core.Status) string {
	if s == core.Shelved {
		return p.Field("shelved")
	}
	return p.Field("resolution")
}

// Note returns a note on one line: who wrote it, when and what.
func (p Printer) Note(n core.Note, zone *time.Location) string {
	args := Args{"Name": n.By.Name, "Time": p.Time(n.At, zone), "Text": n.Text}
	if n.Quote == nil || n.Quote.By.Name == "" { // an edited text is nobody else's
		return p.S("card.note", args)
	}
	args["Author"] = n.Quote.By.Name
	return p.S("card.note.quote", args)
}

// Date returns the day of t in zone, "" for the zero time.
func (p Printer) Date(t time.Time, zone *time.Location) string {
	return p.layout("common.layout.date", t, zone)
}

// Time returns day, hour and minute of t in zone, "" for the zero time.
func (p Printer) Time(t time.Time, zone *time.Location) string {
	return p.layout("common.layout.time", t, zone)
}

// When returns an instant of a risk as it was given: with its time, or as a day if it had
// none; "" for the zero time.
func (p Printer) When(o *core.Organisation, t time.Time) string {
	if t.Equal(o.DayOf(t)) {
		return p.Date(t, o.Zone)
	}
	return p.Time(t, o.Zone)
}

// layout formats t with the message as layout.
func (p Printer) layout(id string, t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(p.S(id))
}

// Duration formats d in its two largest units, rounded down and without its sign: "2 days 3
// hours". A day has 24 hours. Less than a second is "0 seconds".
func (p Printer) Duration(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	units := []struct {
		id   string
		size time.Duration
	}{
		{"common.duration.days", core.Day},
		{"common.duration.hours", time.Hour},
		{"common.duration.minutes", time.Minute},
		{"common.duration.seconds", time.Second},
	}
	first := 0
	for first < len(units)-1 && d < units[first].size {
		first++
	}
	var parts []string
	for _, u := range units[first:min(first+2, len(units))] {
		if n := d / u.size; n > 0 || len(parts) == 0 {
			parts = append(parts, p.S(u.id, Args{"Count": int64(n)}))
		}
		d %= u.size
	}
	return strings.Join(parts, p.S("common.duration.between"))
}

// List joins items with the language's separator: "a, b" or "a、b".
func (p Printer) List(items []string) string {
	var isolated []string
	for _, item := range items {
		isolated = append(isolated, core.Isolate(item))
	}
	return strings.Join(isolated, p.S("common.list.between"))
}
