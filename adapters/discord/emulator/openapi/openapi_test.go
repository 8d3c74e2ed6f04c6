package openapi_test

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"riskroom/adapters/discord/emulator/openapi"
)

// small is a document of the same form.
const small = `{"paths": {
	"/users/{user_id}": {"parameters": [{"name": "user_id", "in": "path"}],
		"get": {"operationId": "get_user", "parameters": [{"name": "limit", "in": "query"}],
			"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/User"}}}}}}},
	"/users/@me": {"patch": {"operationId": "update_me",
		"requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["name"],
			"properties": {"name": {"type": "string", "maxLength": 3}}}}}}}}},
	"components": {"User": {"type": "object", "required": ["id"]}}}`

func TestDocument(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(path, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := openapi.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		verb, path, query, body string
		fine                    bool
	}{
		{"GET", "/api/v10/users/7", "", "", true},
		{"GET", "/users/7", "limit=2", "", true},
		{"PATCH", "/users/@me", "", `{"name":"lin"}`, true},
		{"GET", "/users/7", "since=2", "", false},
		{"GET", "/users/7", "", "{}", false},
		{"GET", "/people/7", "", "", false},
		{"DELETE", "/users/7", "", "", false},
		{"PATCH", "/users/@me", "", `{"name":"long"}`, false},
		{"PATCH", "/users/@me", "", `{}`, false},
		{"PATCH", "/users/@me", "", "", false},
		{"PATCH", "/users/7", "", `{"name":"lin"}`, false},
	} {
		query, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Request(c.verb, c.path, query, []byte(c.body)); (err == nil) != c.fine {
			t.Errorf("%s %s?%s %s: %v", c.verb, c.path, c.query, c.body, err)
		}
	}
	for _, c := range []struct {
		status int
		body   string
		fine   bool
	}{{200, `{"id":"7"}`, true}, {404, `{}`, true}, {204, ``, true}, {200, `{}`, false}, {201, `{"id":"7"}`, false}} {
		if err := d.Answer("GET", "/users/7", c.status, []byte(c.body)); (err == nil) != c.fine {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
	}
	if id, err := d.Operation("GET", "/api/v9/users/7"); id != "get_user" || err != nil {
		t.Errorf("the operation is %q: %v", id, err)
	}
}

func TestNoDocument(t *testing.T) {
	t.Parallel()
	var none *openapi.Document
	if err := none.Request("GET", "/nowhere", nil, nil); err != nil {
		t.Error(err)
	}
	if err := none.Answer("GET", "/nowhere", 200, nil); err != nil {
		t.Error(err)
	}
	for name, text := range map[string]string{"no JSON": "{", "no document": "[]", "no paths": "{}"} {
		path := filepath.Join(t.TempDir(), "openapi.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openapi.Load(path); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, err := openapi.Load(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there is taken")
	}
}
