package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// document is Discord's own OpenAPI document, where $DISCORD_OPENAPI says it
// is: every answer that the tests get is held against it.
var document = sync.OnceValues(func() (object, error) {
	path := os.Getenv("DISCORD_OPENAPI")
	if path == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		return nil, err
	}
	return v.(object), nil
})

var compiler = sync.OnceValues(func() (*jsonschema.Compiler, error) {
	doc, err := document()
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	return c, c.AddResource("https://discord.invalid/openapi.json", doc)
})

// compiling guards the compiler, which is for one goroutine.
var compiling sync.Mutex

var version = regexp.MustCompile(`^/api/v\d+|\?.*$`)

// checkAnswer holds a successful answer against Discord's document.
func checkAnswer(t *testing.T, verb, path string, status int, raw []byte) {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if doc == nil || status < 200 || status > 299 || len(raw) == 0 {
		return
	}
	template := match(doc["paths"].(object), version.ReplaceAllString(path, ""))
	verb = strings.ToLower(verb)
	schema := fmt.Sprintf("https://discord.invalid/openapi.json#/paths/%s/%s/responses/%d/content/application~1json/schema",
		strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(template), verb, status)
	compiling.Lock()
	defer compiling.Unlock()
	c, err := compiler()
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schema)
	if err != nil {
		t.Fatalf("%s %s: %v", verb, path, err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s %s is answered otherwise than Discord would: %.2000v\n%s", verb, path, err, raw)
	}
}

// match finds the path of the document that a URL is of: the one with the
// fewest names in braces.
func match(paths object, url string) string {
	best, least := "", 100
	for _, template := range slices.Sorted(maps.Keys(paths)) {
		want, got := strings.Split(template, "/"), strings.Split(url, "/")
		names := 0
		fits := len(want) == len(got)
		for i := range min(len(want), len(got)) {
			if strings.HasPrefix(want[i], "{") {
				names++
			} else if want[i] != got[i] {
				fits = false
			}
		}
		if fits && names < least {
			best, least = template, names
		}
	}
	return best
}

func TestDocumentNamesOurCalls(t *testing.T) {
	t.Parallel()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if doc == nil {
		t.Skip("DISCORD_OPENAPI is not set")
	}
	b := setup(t, nil)
	b.call("GET", "/users/@me", nil)
	b.call("GET", "/channels/"+public+"/messages/pins", nil)
	for i, want := range []string{"/users/@me", "/channels/{channel_id}/messages/pins"} {
		raw, _ := json.Marshal(doc["paths"].(object)[want].(object)["get"].(object)["operationId"])
		if got := b.Log().Calls()[i].Method; fmt.Sprintf("%q", got) != string(raw) {
			t.Errorf("%s is logged as %q, Discord calls it %s", want, got, raw)
		}
	}
}
