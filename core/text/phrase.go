package text

import "fmt"

// Phrase is a text for the people who set riskroom up, such as a problem of their config
// file. It is written in English where it is used. A Wording has it in other languages.
type Phrase struct {
	format  string
	args    []any
	english string
}

// Phrasef returns a phrase with a format and arguments as in package fmt. An argument that
// is a Phrase is translated too.
func Phrasef(format string, args ...any) Phrase {
	return Phrase{format: format, args: args, english: fmt.Sprintf(format, args...)}
}

// Plain returns a phrase without arguments, in which % is an ordinary character.
func Plain(s string) Phrase { return Phrase{format: s, english: s} }

// Count returns a number of things as a phrase. Only English distinguishes one from many.
func Count(n int, one, many string) Phrase {
	if n == 1 {
		return Phrasef(one, n)
	}
	return Phrasef(many, n)
}

// String returns the phrase in English.
func (p Phrase) String() string { return p.english }

// MarshalText returns the phrase in English.
func (p Phrase) MarshalText() ([]byte, error) { return []byte(p.english), nil }

// IsZero reports whether p is empty.
func (p Phrase) IsZero() bool { return p.english == "" }

// Or lists words: "a, b or c".
func Or(words ...string) Phrase {
	last := len(words) - 1
	if last < 1 {
		return List(words...)
	}
	return Phrasef("%s or %s", List(words[:last]...), words[last])
}

// List lists words: "a, b, c".
func List(words ...string) Phrase {
	if len(words) == 0 {
		return Phrase{}
	}
	list := Phrasef("%s", words[0])
	for _, w := range words[1:] {
		list = Phrasef("%s, %s", list, w)
	}
	return list
}

// Wording prints phrases in one language. The zero Wording prints English.
type Wording struct {
	chinese *tables // nil prints English
}

// tables have Chinese formats by English ones.
type tables []map[string]string

// format returns the Chinese of a format, or itself.
func (t tables) format(english string) string {
	for _, table := range t {
		if s, ok := table[english]; ok {
			return s
		}
	}
	return english
}

// NewWording returns the Wording for a language. The tables have the Chinese formats, by
// the English ones. What they lack is printed in English.
func NewWording(lang string, chinese ...map[string]string) Wording {
	if lang != Chinese {
		return Wording{}
	}
	all := tables(append(chinese, general()))
	return Wording{&all}
}

// general has the phrases of this package, and formats that are the same in Chinese.
func general() map[string]string {
	return map[string]string{
		"%s":       "%s",
		"%s, %s":   "%s、%s",
		"%s or %s": "%s 或 %s",
		"%s: %s":   "%s：%s",
		"%s (%s)":  "%s（%s）",
	}
}

// Say returns p in the language of w.
func (w Wording) Say(p Phrase) string {
	if w.chinese == nil {
		return p.english
	}
	format := w.chinese.format(p.format)
	if p.args == nil {
		return format
	}
	args := make([]any, len(p.args))
	for i, a := range p.args {
		if phrase, ok := a.(Phrase); ok {
			a = w.Say(phrase)
		}
		args[i] = a
	}
	return fmt.Sprintf(format, args...)
}
