package store

import (
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// answer is what a script returned: a code, then values.
type answer []any

// text returns value i, counted from the code, as a string.
func (a answer) text(i int) string {
	if i >= len(a) {
		return ""
	}
	switch v := a[i].(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

func (a answer) int(i int) int64 { return number(a.text(i)) }

// list returns value i as an answer.
func (a answer) list(i int) answer {
	if i >= len(a) {
		return nil
	}
	v, _ := a[i].([]any)
	return v
}

// fields returns value i, a flat list of names and values, as a map.
func (a answer) fields(i int) map[string]string {
	flat := a.list(i)
	m := make(map[string]string, len(flat)/2)
	for j := 0; j+1 < len(flat); j += 2 {
		m[flat.text(j)] = flat.text(j + 1)
	}
	return m
}

// read parses a script's answer: {"ok", ...}, or {kind, detail} if the script refused
// and wrote nothing, except perhaps the result of a call (scripts/result.lua).
func read(op string, cmd *redis.Cmd) (answer, error) {
	v, err := cmd.Slice()
	if err != nil {
		return nil, failed(op, err)
	}
	a := answer(v)
	if code := a.text(0); code != "ok" {
		return nil, refused(op, core.Kind(code), a.text(1))
	}
	return a, nil
}

// ms returns t in ms, rounded up so that nothing fires early; 0 for the zero
// time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Millisecond - 1).UnixMilli()
}

// at converts what ms returned back to a time.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f, _ := strconv.ParseFloat(s, 64) // a score, as some servers print it
		return int64(f)
	}
	return n
}
