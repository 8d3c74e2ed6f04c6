package slack_test

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// FuzzAnswer checks that whatever the platform or a proxy answers, each action
// and look-up returns either its result or an error of a known kind.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		`{"ok":true,"channel":{"id":"C1","name":"r-17","creator":"U1","created":1700000000},"ts":"1700000000.000001"}`,
		`{"ok":true,"user_id":"U1","team_id":"T1","bot_id":"B1","user":{"id":"U1","profile":{"email":"a@b.c"}}}`,
		`{"ok":true,"usergroups":[{"id":"S1","handle":"oncall"}],"users":["U1"],"response_metadata":{"next_cursor":"x"}}`,
		`{"ok":true,"items":[{"type":"message","message":{"ts":"1.1"}}],"bookmarks":[{"id":"Bk1","link":"https://a.example"}],"permalink":"https://a.example"}`,
		`{"ok":false,"error":"invalid_auth"}`, `{"ok":false,"error":"ratelimited"}`, `{"ok":1}`, `null`, `[]`, "<html>", "",
	} {
		f.Add(200, "", s)
	}
	f.Add(429, "30", "")
	f.Add(429, "-1", "{}")
	f.Add(503, "999999999999999999", `{"ok":true}`)
	f.Add(302, "", "")
	f.Fuzz(func(t *testing.T, status int, wait, body string) {
		status = 200 + (status%400+400)%400
		a := slack.New(slack.Config{API: client(t, api.Config{Token: "xoxb-1", Transport: always(func(r *http.Request) *http.Response {
			h := http.Header{"Content-Type": {"application/json"}, "Retry-After": {wait}, "Location": {"https://elsewhere.example/"}}
			return &http.Response{StatusCode: status, Status: strconv.Itoa(status), Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
		})})})
		group := core.GroupRef{Workspace: home, ID: "C1"}
		topic := "t"
		ctx := t.Context()
		for call, err := range map[string]error{
			"SendMessage":      second(a.SendMessage(ctx, newOnce(), account("U1"), text("x"))),
			"CreateGroup":      second(a.CreateGroup(ctx, newOnce(), groupOf("U1"))),
			"SendGroupMessage": second(a.SendGroupMessage(ctx, newOnce(), group, text("x"))),
			"SetGroup":         second(a.SetGroup(ctx, newOnce(), group, core.GroupChange{Topic: &topic, Add: []core.Account{account("U1")}, Remove: []core.Account{account("U2")}})),
			"SetGroup (state)": second(a.SetGroup(ctx, newOnce(), group, core.GroupChange{State: core.Ended, Mute: &core.Mute{All: true}})),
			"Members":          second(a.Members(ctx, group, 1)),
			"EditMessage":      a.EditMessage(ctx, newOnce(), core.MessageRef{Workspace: home, Channel: "C1", ID: "1.1"}, text("x")),
			"Find":             second(a.Find(ctx, core.Lookup{ID: "U1"})),
			"FindByEmail":      second(a.Find(ctx, core.Lookup{Email: "a@b.c"})),
			"Expand":           second(a.Expand(ctx, "oncall")),
			"LookGroup":        second(a.LookGroup(ctx, group)),
			"Check":            second(a.Check(ctx, core.Uses{})),
			"CheckChannel":     a.CheckChannel(ctx, "C1"),
		} {
			if e, ok := errors.AsType[*core.Error](err); err != nil && (!ok || e.Kind == "" || e.RetryAfter < 0) {
				t.Errorf("%s: %#v", call, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

type always func(*http.Request) *http.Response

func (a always) RoundTrip(r *http.Request) (*http.Response, error) { return a(r), nil }

// FuzzButton checks that a parsed button, written again, parses to the same
// button.
func FuzzButton(f *testing.F) {
	f.Add("riskroom.start", "R-17@3")
	f.Add("riskroom.", "@")
	f.Add("riskroom.details", "R-1@-9223372036854775808")
	f.Fuzz(func(t *testing.T, action, value string) {
		if b, ok := slack.ParseOption(action, value); ok && (b.Press == "" || b.Risk == "" || b.Version < 0) {
			t.Errorf("the option %q %q is read as %v", action, value, b)
		}
		b, ok := slack.ParseButton(action, value)
		if !ok {
			return
		}
		if again, ok := slack.ParseButton(b.ActionID(), b.Value()); !ok || again != b {
			t.Errorf("%+v is read again as %+v", b, again)
		}
	})
}
