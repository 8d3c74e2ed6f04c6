package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// args are the arguments of a call.
type args struct {
	version   string
	agent     string
	token     string // the Authorization header
	path      map[string]string
	query     url.Values
	raw       []byte // the body as it came
	whole     bool   // the body came completely
	body      any    // decoded, numbers as json.Number
	reason    string // for the audit log
	malformed error  // why they could not be read
}

// pathNames are the names in the paths of routes.
var pathNames = []string{"application", "channel", "command", "guild", "interaction", "message", "overwrite", "role", "token", "user"}

// parseArgs reads a call. Bodies are JSON, alone or with files.
func parseArgs(rw http.ResponseWriter, r *http.Request) args {
	a := args{
		version: r.PathValue("version"), agent: r.UserAgent(), token: r.Header.Get("Authorization"),
		path: make(map[string]string), query: r.URL.Query(),
	}
	for _, name := range pathNames {
		if v := r.PathValue(name); v != "" {
			a.path[name] = v
		}
	}
	a.malformed = a.readReason(r.Header.Get("X-Audit-Log-Reason"))
	form := strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
	most := int64(stage.MaxBody)
	if form {
		most = stage.MaxUpload
	}
	raw, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, most))
	a.raw, a.whole = raw, err == nil
	switch {
	case err != nil:
		a.malformed = plain(http.StatusRequestEntityTooLarge)
	case len(bytes.TrimSpace(raw)) == 0:
	case form:
		a.malformed = a.readFiles(r)
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		a.malformed = refuse(invalidJSON)
	default:
		if a.body, err = decode(raw); err != nil {
			a.malformed = refuse(invalidJSON)
		}
	}
	return a
}

// readReason takes the audit log's reason: URL-encoded, 512 characters at most.
// See https://docs.discord.com/developers/resources/audit-log#audit-log-entry-object.
func (a *args) readReason(raw string) error {
	const longest = 512
	reason, err := url.PathUnescape(raw)
	if err != nil || strings.ContainsFunc(raw, func(r rune) bool { return r > '~' || r < ' ' }) || utf8.RuneCountInString(reason) > longest {
		f := &form{}
		f.fail("X-Audit-Log-Reason", "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 512 in length, URL-encoded.")
		return f.err()
	}
	a.reason = reason
	return nil
}

// decode reads one JSON value, numbers as json.Number.
func decode(raw []byte) (any, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return v, nil
}

var pathName = regexp.MustCompile(`\{(\w+)\}`)

// summary returns the call on one line: the names in its path, its query and its
// body, cut to fit a log. Tokens of interactions are left out.
func (a args) summary(path string) string {
	const longest = 400
	var parts []string
	for _, m := range pathName.FindAllStringSubmatch(path, -1) {
		if name := m[1]; name != "token" {
			parts = append(parts, name+"="+a.path[name])
		}
	}
	if len(a.query) > 0 {
		parts = append(parts, a.query.Encode())
	}
	if a.body != nil {
		body := []rune(string(stage.JSON(a.body)))
		if len(body) > longest {
			body = append(body[:longest], '…')
		}
		parts = append(parts, string(body))
	}
	return strings.Join(parts, " ")
}
