package emulator

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"riskroom/adapters/stage"
)

// args are the arguments of a call in any encoding.
type args struct {
	token     string
	values    map[string]string // objects and lists as JSON text
	malformed error             // why they could not be read
}

// parseArgs reads the arguments of a form, a query or a JSON body. With a JSON
// body the token must be in the Authorization header, and a method that takes
// only forms ignores the body: https://docs.slack.dev/apis/web-api#post_bodies.
func parseArgs(rw http.ResponseWriter, r *http.Request, formOnly bool) args {
	a := args{values: make(map[string]string)}
	a.token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	r.Body = http.MaxBytesReader(rw, r.Body, stage.MaxBody)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		a.malformed = a.readJSON(r, formOnly)
		return a
	}
	if err := r.ParseMultipartForm(stage.MaxBody); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		a.malformed = refuse("invalid_form_data")
		return a
	}
	for k := range r.Form {
		a.values[k] = r.Form.Get(k)
	}
	if token := a.values["token"]; token != "" && a.token == "" {
		a.token = token
	}
	delete(a.values, "token")
	return a
}

func (a args) readJSON(r *http.Request, formOnly bool) error {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return refuse("request_timeout")
	}
	if len(raw) == 0 {
		return nil
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return refuse("invalid_json")
	}
	for k, v := range fields {
		if !formOnly && k != "token" {
			a.values[k] = plainValue(v)
		}
	}
	return nil
}

// plainValue returns a JSON value in the form that a form would hold.
func plainValue(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}

// has reports whether the argument was sent at all, empty or not.
func (a args) has(name string) bool {
	_, ok := a.values[name]
	return ok
}

func (a args) str(name string) string { return a.values[name] }

func (a args) flag(name string) bool { return a.values[name] == "true" || a.values[name] == "1" }

// list splits a comma-separated argument.
func (a args) list(name string) []string {
	var out []string
	for s := range strings.SplitSeq(a.values[name], ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// summary returns the arguments on one line, each cut to fit a log.
func (a args) summary() string {
	const longest = 80
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(a.values)) {
		v, n := a.values[k], 0
		for i := range v {
			if n++; n > longest {
				v = v[:i] + "…"
				break
			}
		}
		parts = append(parts, k+"="+v)
	}
	return strings.Join(parts, " ")
}
