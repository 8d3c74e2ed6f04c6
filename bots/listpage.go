package bots

import (
	"slices"
	"strconv"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
)

// Separators in the subject of a page of a list: "mine resolved|module=Payments".
const (
	betweenArgs = "|"
	afterKey    = "="
)

// listSubject writes what a list was asked for. ok is false if that can't be read back.
func (b *Bot) listSubject(values Values) (subject string, ok bool) {
	var parts []string
	for _, a := range b.listArgs() {
		v := strings.Join(values[a.Name], " ")
		if a.list {
			v = strings.Join(values[a.Name], ",")
		}
		switch {
		case v == "":
		case strings.Contains(v, betweenArgs), a.Name == whatName && strings.Contains(v, afterKey):
			return "", false
		case a.Name == whatName:
			parts = append(parts, v)
		default:
			parts = append(parts, a.words[0]+afterKey+v)
		}
	}
	return strings.Join(parts, betweenArgs), true
}

// listValues reads what listSubject wrote.
func (b *Bot) listValues(subject string) (Values, bool) {
	args, values := b.listArgs(), Values{}
	for i, part := range strings.Split(subject, betweenArgs) {
		key, v, keyed := strings.Cut(part, afterKey)
		a := findKey(args, key)
		switch {
		case part == "":
		case keyed && a != nil && a.list:
			values[a.Name] = strings.Split(v, ",")
		case keyed && a != nil:
			values[a.Name] = []string{v}
		case i == 0:
			values[whatName] = []string{part}
		default:
			return nil, false // of another version or config file
		}
	}
	return values, true
}

// cursorBase is the base of the numbers in a cursor.
const cursorBase = 36

// cursor writes a place in a list.
func (b *Bot) cursor(p engine.Place) string {
	return strconv.FormatInt(p.At, cursorBase) + "." + strconv.FormatInt(p.Key.Number(), cursorBase)
}

// readCursor reads what cursor wrote.
func (b *Bot) readCursor(s string) (engine.Place, bool) {
	if s == "" {
		return engine.Place{}, true
	}
	at, number, _ := strings.Cut(s, ".")
	ms, err := strconv.ParseInt(at, cursorBase, 64)
	n, err2 := strconv.ParseInt(number, cursorBase, 64)
	if err != nil || err2 != nil || n <= 0 {
		return engine.Place{}, false
	}
	return engine.Place{At: ms, Key: core.MakeRiskKey(b.org.KeyPrefix, n)}, true
}

// onlyMine reports whether q lists all open risks of the person who asks.
func (q listQuery) onlyMine() bool {
	return q.Mine && q.Statuses == nil && !q.Overdue && len(q.Words) == 0 && len(q.values) == 1
}

// onlyOpen reports whether q lists open risks only.
func (q listQuery) onlyOpen() bool {
	return !slices.ContainsFunc(q.Statuses, func(s core.Status) bool { return !s.Open() }) && q.Closed.IsZero()
}
