// Package openapi checks requests and answers against Discord's own OpenAPI document,
// see https://github.com/discord/discord-api-spec. The document is not part of riskroom.
package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Variable names the environment variable that says where the document is.
const Variable = "DISCORD_OPENAPI"

// Document is Discord's OpenAPI document. It is safe for concurrent use. A nil Document
// allows everything.
type Document struct {
	paths map[string]any

	mu       sync.Mutex // the compiler is for one goroutine
	compiler *jsonschema.Compiler
}

// address is the document's URL for the compiler.
const address = "https://discord.invalid/openapi.json"

// Named returns the document that $DISCORD_OPENAPI names, nil if it is unset. It is read
// once.
var Named = sync.OnceValues(func() (*Document, error) {
	path := os.Getenv(Variable)
	if path == "" {
		return nil, nil
	}
	d, err := Load(path)
	if err != nil {
		return nil, fmt.Errorf("openapi: $%s: %w", Variable, err)
	}
	return d, nil
})

// Load reads the document.
func Load(path string) (*Document, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	top, _ := v.(map[string]any)
	paths, ok := top["paths"].(map[string]any)
	if !ok {
		return nil, errors.New("it has no paths")
	}
	d := &Document{paths: paths, compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	return d, d.compiler.AddResource(address, v)
}

// operation is one verb of one path.
type operation struct {
	path, verb string
	itself     map[string]any
	shared     map[string]any // for all verbs of the path
}

// find returns the operation of a request.
func (d *Document) find(verb, path string) (operation, error) {
	o := operation{path: d.match(path), verb: strings.ToLower(verb)}
	o.shared, _ = d.paths[o.path].(map[string]any)
	var ok bool
	if o.itself, ok = o.shared[o.verb].(map[string]any); !ok {
		return o, fmt.Errorf("no such operation: %s %s", verb, path)
	}
	return o, nil
}

var version = regexp.MustCompile(`^/api/v\d+`)

// match returns the document's path for a request: the one with the fewest names in
// braces.
func (d *Document) match(path string) string {
	got := strings.Split(version.ReplaceAllString(path, ""), "/")
	best, least := "", len(got)+1
	for _, template := range slices.Sorted(maps.Keys(d.paths)) {
		want, names := strings.Split(template, "/"), 0
		fits := slices.EqualFunc(want, got, func(w, g string) bool {
			if strings.HasPrefix(w, "{") {
				names++
				return true
			}
			return w == g
		})
		if fits && names < least {
			best, least = template, names
		}
	}
	return best
}

// Operation returns the operationId of a request.
func (d *Document) Operation(verb, path string) (string, error) {
	o, err := d.find(verb, path)
	id, _ := o.itself["operationId"].(string)
	return id, err
}

// Request checks a request. The path may begin with the API's version.
func (d *Document) Request(verb, path string, query url.Values, body []byte) error {
	if d == nil {
		return nil
	}
	o, err := d.find(verb, path)
	if err != nil {
		return err
	}
	for name := range query {
		if !o.knows(name) {
			return fmt.Errorf("%s %s knows no %q", verb, o.path, name)
		}
	}
	if _, takes := o.itself["requestBody"]; !takes {
		if len(body) > 0 {
			return fmt.Errorf("%s %s takes no body", verb, o.path)
		}
		return nil
	}
	return d.holds(o, "requestBody", body)
}

// Answer checks a successful answer.
func (d *Document) Answer(verb, path string, status int, body []byte) error {
	if d == nil || status < 200 || status > 299 || status == http.StatusNoContent {
		return nil
	}
	o, err := d.find(verb, path)
	if err != nil {
		return err
	}
	return d.holds(o, fmt.Sprintf("responses/%d", status), body)
}

// knows reports whether an operation has a parameter.
func (o operation) knows(name string) bool {
	for _, from := range []map[string]any{o.itself, o.shared} {
		list, _ := from["parameters"].([]any)
		if slices.ContainsFunc(list, func(p any) bool {
			m, _ := p.(map[string]any)
			return m["name"] == name
		}) {
			return true
		}
	}
	return false
}

var pointer = strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D", "@", "%40")

// holds checks a body against the schema of a part of an operation.
func (d *Document) holds(o operation, part string, body []byte) error {
	d.mu.Lock()
	schema, err := d.compiler.Compile(address + "#/paths/" + pointer.Replace(o.path) + "/" + o.verb + "/" + part + "/content/application~1json/schema")
	d.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s %s: %w", o.verb, o.path, err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", o.verb, o.path, err)
	}
	return nil
}
