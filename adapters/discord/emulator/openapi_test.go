package emulator_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/discord/emulator/openapi"
)

// checkAnswer holds a successful answer against Discord's document.
func checkAnswer(t *testing.T, verb, path string, status int, raw []byte) {
	t.Helper()
	law, err := openapi.Named()
	if err != nil {
		t.Fatal(err)
	}
	path, _, _ = strings.Cut(path, "?")
	if err := law.Answer(verb, path, status, raw); err != nil {
		t.Errorf("Discord would answer otherwise: %.2000v\n%s", err, raw)
	}
}

// needLaw skips a test that needs Discord's document.
func needLaw(t *testing.T) *openapi.Document {
	t.Helper()
	if os.Getenv(openapi.Variable) == "" {
		t.Skipf("%s is not set: requests are not held against Discord's document", openapi.Variable)
	}
	law, err := openapi.Named()
	if err != nil {
		t.Fatal(err)
	}
	return law
}

func TestDocumentNamesOurCalls(t *testing.T) {
	t.Parallel()
	law := needLaw(t)
	b := setup(t, nil)
	for i, path := range []string{"/users/@me", "/channels/" + public + "/messages/pins"} {
		b.call("GET", path, nil)
		want, err := law.Operation("GET", path)
		if got := b.Log().Calls()[i].Method; got != want || err != nil {
			t.Errorf("%s is logged as %q, Discord calls it %q: %v", path, got, want, err)
		}
	}
}

// TestCloseTells: Close returns what Discord could not have accepted, by its document or
// by its limits.
func TestCloseTells(t *testing.T) {
	t.Parallel()
	needLaw(t)
	messages := "/channels/" + public + "/messages"
	embed := object{"description": strings.Repeat("x", 3001)}
	twice := object{"type": 2, "style": 1, "label": "a", "custom_id": "twice"}
	row := object{"type": 1, "components": []object{twice}}
	for what, c := range map[string]struct {
		verb, path string
		body       any
		fine       bool
	}{
		"a message":             {"POST", messages, object{"content": "hello"}, true},
		"no such channel":       {"GET", "/channels/" + nobody, nil, true},
		"a forbidden channel":   {"GET", "/channels/" + secret, nil, true},
		"a number":              {"POST", messages, object{"content": 7}, false},
		"a long nonce":          {"POST", messages, object{"content": "hello", "nonce": "longer than five and twenty"}, false},
		"an unknown question":   {"GET", messages + "?since=7", nil, false},
		"an unknown path":       {"GET", "/channels", nil, false},
		"a body too many":       {"PUT", messages + "/pins/" + nobody, object{}, false},
		"recipients of another": {"POST", "/users/@me/channels", object{"recipient_id": []string{"x"}}, false},
		"2,001 characters":      {"POST", messages, object{"content": strings.Repeat("x", 2001)}, false},
		"6,002 in all embeds":   {"POST", messages, object{"embeds": []object{embed, embed}}, false},
		"six rows":              {"POST", messages, object{"content": "hello", "components": []object{row, row, row, row, row, row}}, false},
		"a custom_id twice":     {"POST", messages, object{"content": "hello", "components": []object{row, row}}, false},
		"nothing to see":        {"POST", messages, object{"content": " "}, false},
	} {
		b := setup(t, nil)
		b.raw(c.verb, c.path, c.body)
		if err := b.Close(); (err == nil) != c.fine {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestCloseTellsOfAnswers: the same of answers to interactions over HTTP.
func TestCloseTellsOfAnswers(t *testing.T) {
	t.Parallel()
	needLaw(t)
	for body, fine := range map[string]bool{
		`{"type":4,"data":{"content":"hello"}}`: true,
		`{"type":"4"}`:                          false,
		`{"type":4,"data":{"content":7}}`:       false,
		`{"type":4,"data":{"content":" "}}`:     false,
	} {
		b, _ := setupApp(t, func(rw http.ResponseWriter, _ *received) { _, _ = rw.Write([]byte(body)) }, nil)
		_, _ = b.SlashCommand(t.Context(), lin, "", "/risk", "list", emulator.Values{}) // refused by the stand-in itself
		if err := b.Close(); (err == nil) != fine {
			t.Errorf("%s: %v", body, err)
		}
	}
}
