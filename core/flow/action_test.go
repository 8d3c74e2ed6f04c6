package flow

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestEveryActionHasItsRow compares the files of actions and triggers with the tables. Without
// a row, nobody can use the action.
func TestEveryActionHasItsRow(t *testing.T) {
	t.Parallel()
	for prefix, rows := range map[string][]string{
		"action_":  ActionKinds(),
		"trigger_": append(eventNames(), DateTrigger{}.Kind(), ScheduleTrigger{}.Kind(), "event"), // event: what all of them share
	} {
		files, err := filepath.Glob(prefix + "*.go")
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, f := range files {
			if !strings.HasSuffix(f, "_test.go") {
				kinds = append(kinds, strings.TrimSuffix(strings.TrimPrefix(f, prefix), ".go"))
			}
		}
		slices.Sort(rows)
		if !slices.Equal(kinds, rows) {
			t.Errorf("files %s: %q, rows %q", prefix, kinds, rows)
		}
	}
}

// The stored fields of an action and the keys of its form must be the same.
func TestFormsPointIntoDefinitions(t *testing.T) {
	t.Parallel()
	for _, d := range actionDefs() {
		compareForm(t, d.Kind(), d, d.Form())
	}
	var trigger TriggerDef
	compareForm(t, "trigger", &trigger, trigger.Form())
}

// compareForm fails the test unless f has a key for each field of the struct at d, with a
// pointer to that field.
func compareForm(t *testing.T, kind string, d any, f Form) {
	t.Helper()
	v := reflect.ValueOf(d).Elem()
	if v.NumField() != len(f.Keys) {
		t.Errorf("%s: %d fields, %d keys", kind, v.NumField(), len(f.Keys))
	}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		k, ok := f.key(name)
		field := v.Field(i).Addr().UnsafePointer()
		if !ok || (reflect.ValueOf(k.Text).UnsafePointer() != field && reflect.ValueOf(k.Maybe).UnsafePointer() != field &&
			reflect.ValueOf(k.List).UnsafePointer() != field && reflect.ValueOf(k.Flag).UnsafePointer() != field &&
			reflect.ValueOf(k.Number).UnsafePointer() != field) {
			t.Errorf("%s: the key %s does not hold the field of that name", kind, name)
		}
		if k.Help == "" {
			t.Errorf("%s: the key %s has no help", kind, name)
		}
	}
}

// TestEveryActionHasItsFileInTheEngine finds the other half of each action.
func TestEveryActionHasItsFileInTheEngine(t *testing.T) {
	t.Parallel()
	for _, kind := range ActionKinds() {
		if _, err := os.Stat(filepath.Join("..", "engine", "action_"+kind+".go")); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
