package stage

import (
	"bytes"
	"encoding/json"
)

// Object is a JSON object.
type Object = map[string]any

// JSON encodes what a stand-in has composed or decoded, which cannot fail. It doesn't
// escape angle brackets, which mentions consist of.
func JSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("stage: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Clone returns a deep copy of a JSON value.
func Clone[T any](v T) T {
	var out T
	if err := json.Unmarshal(JSON(v), &out); err != nil {
		panic("stage: " + err.Error())
	}
	return out
}

// Str returns v if it is a string, else "".
func Str(v any) string {
	s, _ := v.(string)
	return s
}

// Objects returns the objects in a decoded JSON list.
func Objects(v any) []Object {
	switch list := v.(type) {
	case []Object:
		return list
	case []any:
		out := make([]Object, 0, len(list))
		for _, e := range list {
			if o, ok := e.(Object); ok {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}
