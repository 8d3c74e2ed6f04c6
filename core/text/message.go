package text

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"riskroom/core"
)

// messages are the messages of a language by id.
type messages map[string]message

// message is split when it is loaded if it is plain: the same for every Count, as nearly all
// are. A reply contains dozens, and executing a template takes long.
type message struct {
	texts  []string // one more than places; nil if the message isn't plain
	places []string // names of Args, between the texts
}

func (all messages) add(m *i18n.Message) {
	all[m.ID] = message{}
	if m.Zero+m.One+m.Two+m.Few+m.Many != "" {
		return
	}
	var split message
	for rest, more := m.Other, true; more; {
		var text, name string
		text, rest, more = strings.Cut(rest, "{{.")
		if split.texts = append(split.texts, text); !more {
			break
		}
		if name, rest, more = strings.Cut(rest, "}}"); !more || strings.ContainsFunc(name, notLetter) {
			return
		}
		split.places = append(split.places, name)
	}
	if !strings.Contains(strings.Join(split.texts, ""), "{{") {
		all[m.ID] = split
	}
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

func (all messages) has(id string) bool {
	_, ok := all[id]
	return ok
}

func (m message) plain() bool { return m.texts != nil }

// fill fills args in. ok is false if one is missing.
func (m message) fill(args Args) (s string, ok bool) {
	if len(m.places) == 0 {
		return m.texts[0], true
	}
	var b strings.Builder
	for i, name := range m.places {
		b.WriteString(m.texts[i])
		switch v := args[name].(type) {
		case nil:
			return "", false
		case string:
			b.WriteString(core.Isolate(v))
		default:
			fmt.Fprint(&b, v)
		}
	}
	b.WriteString(m.texts[len(m.places)])
	return b.String(), true
}
