package bots

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

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

// How long what a list was asked for is kept, and how long to wait for the store.
const (
	askedLife    = time.Hour
	askedTimeout = 500 * time.Millisecond
)

// keepAsked keeps what a list was asked for, and returns the subject that stands for it. ok
// is false if that fails.
func (b *Bot) keepAsked(ctx context.Context, c Command, q listQuery) (subject string, ok bool) {
	if q.kept != "" {
		return q.kept, true
	}
	if b.asked == nil {
		return "", false
	}
	raw, err := json.Marshal(q.values)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, askedTimeout)
		defer cancel()
		err = b.asked.KeepForm(ctx, c.Actor.Account, c.Op, raw, askedLife)
	}
	if err != nil {
		b.log.WarnContext(ctx, "bots: what a list was asked for could not be kept", "error", err)
	}
	return betweenArgs + c.Op, err == nil
}

// keptSubject returns a subject that keepAsked returned, "" for any other.
func keptSubject(subject string) string {
	if strings.HasPrefix(subject, betweenArgs) {
		return subject
	}
	return ""
}

// askedFor returns what a list was asked for by the subject of its pages. ok is false if
// that can't be read; the error is NotFound if it has expired.
func (b *Bot) askedFor(ctx context.Context, c Command, subject string) (v Values, ok bool, err error) {
	op, kept := strings.CutPrefix(subject, betweenArgs)
	if !kept || b.asked == nil {
		v, ok = b.listValues(subject)
		return v, ok, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askedTimeout)
	defer cancel()
	raw, err := b.asked.KeptForm(ctx, c.Actor.Account, op)
	if err != nil {
		return nil, false, err
	}
	return v, json.Unmarshal(raw, &v) == nil, nil
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
