package flow

import (
	"math"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// The values of templates other than text. Each is used as a pointer, nil if it is not set,
// which text/template treats as false. Labels and names are looked up when they are shown,
// because that may need a call to a platform.
type (
	// word is one of a few known words, or a person: a code and its label.
	word struct {
		code  string
		label func() string
	}
	// number is a number.
	number struct{ n float64 }
	// moment is a date in the flow's zone.
	moment struct {
		t    time.Time
		zone *time.Location
		text text.Printer
	}
	// peopleList is people, by name.
	peopleList struct {
		refs []string
		env  Env
	}
)

// shown returns the value of v for templates.
func shown(v variable, e Env, zone *time.Location) any {
	switch raw := v.raw(e).(type) {
	case time.Time:
		if raw.IsZero() {
			return (*moment)(nil)
		}
		return &moment{raw, zone, e.Text}
	case float64:
		if math.IsNaN(raw) {
			return (*number)(nil)
		}
		return &number{raw}
	case []string:
		if len(raw) == 0 {
			return (*peopleList)(nil)
		}
		return &peopleList{raw, e}
	case string:
		if v.label == nil {
			return raw
		}
		if raw != "" {
			return &word{raw, func() string { return v.label(e, raw) }}
		}
	}
	return (*word)(nil)
}

// String returns the label.
func (w *word) String() string {
	if w == nil {
		return ""
	}
	return w.label()
}

// String returns the number without needless digits.
func (n *number) String() string {
	if n == nil {
		return ""
	}
	return strconv.FormatFloat(n.n, 'f', -1, 64)
}

// String returns day and time.
func (m *moment) String() string {
	if m == nil {
		return ""
	}
	return m.text.Time(m.t, m.zone)
}

// day returns the day alone.
func (m *moment) day() string {
	if m == nil {
		return ""
	}
	return m.text.Date(m.t, m.zone)
}

// String returns the names as the language lists them.
func (c *peopleList) String() string {
	if c == nil {
		return ""
	}
	return c.env.Text.List(c.names())
}

// join returns the names with between as separator.
func (c *peopleList) join(between string) string {
	if c == nil {
		return ""
	}
	return strings.Join(c.names(), between)
}

func (c *peopleList) names() []string {
	names := make([]string, len(c.refs))
	for i, s := range c.refs {
		names[i] = core.Isolate(c.env.name(core.Ref(s)))
	}
	return names
}
