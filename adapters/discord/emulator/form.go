package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// form gathers what is wrong with a body, see
// https://docs.discord.com/developers/reference#error-messages. Paths are as in
// "embeds.0.title".
type form struct{ errors object }

// fail notes that what stands at path is wrong.
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

// err is the refusal of the whole body, nil where nothing is wrong.
func (f *form) err() error {
	if f.errors == nil {
		return nil
	}
	r := asRefusal(refuse(invalidForm))
	r.errors = f.errors
	return r
}

// problems lists what is wrong on one line each: for what people's own clients
// find in an answer.
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

// text checks a string of least to most characters. Where least is 0 it may be
// left out.
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

// optional checks a string that may be left out and else has 1 to most
// characters.
func (f *form) optional(path string, v any, most int) string {
	if v == nil {
		return ""
	}
	return f.text(path, v, 1, most)
}

// number checks a whole number; false where there is none.
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

// flag checks a boolean, false where it is left out.
func (f *form) flag(path string, v any) bool {
	b, ok := v.(bool)
	if v != nil && !ok {
		f.fail(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
	}
	return b
}

// list checks a list of objects with at most that many. Nothing is an empty list.
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
	}
	return out
}

// id checks a snowflake; "" where there is none.
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

// link checks a web address that may be left out.
func (f *form) link(path string, v any, most int, schemes ...string) {
	s := f.optional(path, v, most)
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" && u.Opaque == "" && u.Path == "" {
		f.fail(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
		return
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return
		}
	}
	f.fail(path, "URL_TYPE_INVALID_SCHEME", fmt.Sprintf("Scheme %q is not supported. Scheme must be one of %q.", u.Scheme, schemes))
}

// integer is the whole number in a decoded JSON value; permissions come as
// strings.
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
	}
	return 0, false
}
