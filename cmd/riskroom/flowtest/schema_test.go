package flowtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"riskroom/core/config"
)

// shape is what TestSchema reads of a JSON Schema.
type shape struct {
	Type        any
	Description string
	Properties  map[string]*shape
	Additional  any `json:"additionalProperties"`
	Items       *shape
	Required    []string
}

// TestSchema checks that every key of the schema is described, that the shipped tests fit it,
// and that it rejects the keys that the decoder rejects.
func TestSchema(t *testing.T) {
	t.Parallel()
	var root shape
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	described(t, "", &root)
	files, err := filepath.Glob("../../../configs/*_test.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range append(files, "testdata/err/unknown-keys.yaml") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, v := config.ParseDocument(file, src, config.DocumentOptions{})
		got := root.unfit("", v)
		if bad := filepath.Dir(file) == "testdata/err"; bad != (len(got) > 0) {
			t.Errorf("%s: %q", file, got)
		}
	}
	if want := allKeys(); !slices.Equal(root.keys(want), want) {
		t.Errorf("keys of the decoder that the schema lacks, or the other way round: %q, %q", want, root.keys(want))
	}
}

// described fails the test unless every key has a type and a description.
func described(t *testing.T, path string, s *shape) {
	t.Helper()
	for name, p := range s.Properties {
		if p == nil || p.Type == nil || p.Description == "" {
			t.Fatalf("%s/%s has no type or description", path, name)
		}
		described(t, path+"/"+name, p)
	}
	if s.Items != nil {
		described(t, path+"[]", s.Items)
	}
}

// unfit returns where a value doesn't fit a schema: unknown and missing keys.
func (s *shape) unfit(path string, v config.Value) (all []string) {
	if s.Items != nil && s.Type == "array" {
		for _, it := range v.List() {
			all = append(all, s.Items.unfit(path+"[]", it)...)
		}
	}
	for _, k := range v.Keys() {
		if p := s.Properties[k]; p != nil {
			all = append(all, p.unfit(path+"/"+k, v.Key(k))...)
		} else if s.Additional == false {
			all = append(all, path+"/"+k)
		}
	}
	for _, k := range s.Required {
		if !v.Key(k).Exists() {
			all = append(all, path+" without "+k)
		}
	}
	return all
}

// keys returns those of some keys that the schema has anywhere, and those that it has alone.
func (s *shape) keys(known []string) []string {
	has := map[string]bool{}
	var visit func(*shape)
	visit = func(s *shape) {
		for name, p := range s.Properties {
			has[name] = true
			visit(p)
		}
		if s.Items != nil {
			visit(s.Items)
		}
	}
	visit(s)
	var out []string
	for _, k := range known {
		if has[k] {
			out = append(out, k)
		}
	}
	for k := range has {
		if !slices.Contains(known, k) {
			out = append(out, k)
		}
	}
	return out
}
