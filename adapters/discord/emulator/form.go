package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// form collects the problems of a body, see
// https://docs.discord.com/developers/reference#error-messages. A path looks like
// "embeds.0.title".
type form struct{ errors object }

// fail adds a problem at path.
func (f *form) fail(path, code, message string) {
	if f.errors == nil {
		f.errors = object{}
	}
	at := f.errors
	if path != "" {
		for key := range strings.SplitSeq(path, ".") {
			next, ok := at[key].(object)
			if !ok {
				next = object{}
				at[key] = next
			}
			at = next
		}
	}
	list, _ := at["_errors"].([]object)
	at["_errors"] = append(list, object{"code": code, "message": message})
}

// err returns the refusal of the body, nil if there are no problems.
func (f *form) err() error {
	if f.errors == nil {
		return nil
	}
	r := asRefusal(refuse(invalidForm))
	r.errors = f.errors
	return r
}

// problems returns the problems on one line each.
func (f *form) problems() []string { return flatten("", f.errors) }

func flatten(path string, tree object) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		if list, ok := tree[key].([]object); ok && key == "_errors" {
			for _, e := range list {
				out = append(out, fmt.Sprintf("%s: %s", path, e["message"]))
			}
		} else if sub, ok := tree[key].(object); ok {
			out = append(out, flatten(strings.TrimPrefix(path+"."+key, "."), sub)...)
		}
	}
	return out
}

func (f *form) required(path string) {
	f.fail(path, "BASE_TYPE_REQUIRED", "This field is required")
}

// text checks a string of least to most characters. It may be missing if least is 0.
func (f *form) text(path string, v any, least, most int) string {
	if v == nil {
		if least > 0 {
			f.required(path)
		}
		return ""
	}
	s, ok := v.(string)
	n := utf8.RuneCountInString(s)
	switch {
	case !ok:
		f.fail(path, "STRING_TYPE_CONVERT", fmt.Sprintf("Could not interpret %q as string.", fmt.Sprint(v)))
	case n < least && n == 0:
		f.required(path)
	case least > 0 && (n < least || n > most):
		f.fail(path, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
	case n > most:
		f.fail(path, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", most))
	}
	return s
}

// number checks an integer; false if it is missing.
func (f *form) number(path string, v any, least, most int64) (int64, bool) {
	if v == nil {
		return 0, false
	}
	n, ok := integer(v)
	switch {
	case !ok:
		f.fail(path, "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not int.", fmt.Sprint(v)))
	case n < least || n > most:
		f.fail(path, "BASE_TYPE_CHOICES", fmt.Sprintf("int value should be between %d and %d.", least, most))
	}
	return n, ok
}

// flag checks a boolean that may be missing.
func (f *form) flag(path string, v any) bool {
	b, ok := v.(bool)
	if v != nil && !ok {
		f.fail(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
	}
	return b
}

// list checks a list of at most that many objects. It may be missing. A field that is
// null there counts as missing.
func (f *form) list(path string, v any, most int) []object {
	if v == nil {
		return nil
	}
	raw, ok := v.([]any)
	if !ok {
		f.fail(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
		return nil
	}
	if len(raw) > most {
		f.fail(path, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between 0 and %d in length.", most))
		return nil
	}
	out := make([]object, len(raw))
	for i, e := range raw {
		if out[i], ok = e.(object); !ok {
			f.fail(path+"."+strconv.Itoa(i), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
			out[i] = object{}
		}
		maps.DeleteFunc(out[i], isNull)
	}
	return out
}

// id checks a snowflake that may be missing.
func (f *form) id(path string, v any) string {
	if v == nil {
		return ""
	}
	s, ok := v.(string)
	if n, isNumber := v.(json.Number); isNumber {
		s, ok = n.String(), true
	}
	if _, valid := snowflake(s); !ok || !valid {
		f.fail(path, "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not snowflake.", fmt.Sprint(v)))
	}
	return s
}

// object checks an object that may be missing.
func (f *form) object(path string, v any) object {
	o, ok := v.(object)
	if v != nil && !ok {
		f.fail(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
	}
	return o
}

// kind checks the type of a component.
func (f *form) kind(path string, c object, want int64) {
	if got, _ := integer(c["type"]); got != want {
		f.fail(path+".type", "UNION_TYPE_CHOICES", fmt.Sprintf("Value of field \"type\" must be one of (%d,).", want))
	}
}

// customID checks a component's custom_id, which must be unique.
func (f *form) customID(path string, c object, seen map[string]bool) {
	id := f.text(path+".custom_id", c["custom_id"], 1, maxCustomID)
	if id != "" && seen[id] {
		f.fail(path+".custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	seen[id] = true
}

// unsupported refuses fields that riskroom doesn't use. They may be empty.
func (f *form) unsupported(path string, o object, fields ...string) {
	for _, field := range fields {
		if list, ok := o[field].([]any); o[field] != nil && (!ok || len(list) > 0) {
			f.fail(strings.TrimPrefix(path+"."+field, "."), "BASE_TYPE_CHOICES", "The stand-in does not support this.")
		}
	}
}

// notObject is the refusal of a value that is no object.
func notObject(path string) error {
	f := &form{}
	f.object(path, "")
	return f.err()
}

// integer returns the integer in a decoded JSON value; permissions come as strings.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	case float64:
		return int64(v), v == float64(int64(v))
	case int:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

// isNull reports whether a field is null.
func isNull(_ string, v any) bool { return v == nil }
