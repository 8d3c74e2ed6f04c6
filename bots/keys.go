package bots

import (
	"slices"
	"strings"
	"unicode"

	"riskroom/core"
	"riskroom/core/text"
)

// anywayKey is the key with which somebody files a title a second time.
const anywayKey = "anyway"

// key is one key that can be typed in a line.
type key struct {
	field string   // as Values and refusals name it
	words []string // how it may be typed, in lower case; the first is the one that help shows
	zh    string   // what help shows to Chinese readers
	list  bool     // takes several, with commas between
	// fits tells whether a text of several words is a value of this key; nil
	// where values of several words need quotes.
	fits func(s string) bool
}

// name returns how help shows k in a language.
func (k key) name(lang string) string {
	if lang == text.Chinese && k.zh != "" {
		return k.zh
	}
	return k.words[0]
}

// lineKeys lists the keys of `new`: built-in ones, then own fields of the
// reported part.
func (b *Bot) lineKeys() []key {
	date := func(s string) bool { _, ok := parseDate(b.org, b.clock.Now(), s); return ok }
	keys := []key{
		{field: "title", words: []string{"title"}},
		{field: "module", words: []string{"module"}, fits: func(s string) bool { return b.moduleNamed(s) != "" }},
		{field: "severity", words: []string{"severity"}, fits: func(s string) bool { _, ok := b.text.SeverityFrom(s); return ok }},
		{field: "discovered_at", words: []string{"discovered", "discovered_at", "date", "发现", "日期"}, fits: date},
		{field: "due_at", words: []string{"due", "due_at", "截止"}, fits: date},
		{field: "description", words: []string{"description", "desc", "说明"}},
		{field: "handlers", words: []string{"handlers", "handler", "处理人"}, list: true},
	}
	zh := b.text.In(text.Chinese)
	for i, k := range keys {
		keys[i].zh = zh.Field(k.field)
		keys[i].words = append(k.words, keys[i].zh)
	}
	for _, f := range b.org.Fields {
		if f.Part != core.Reported {
			continue
		}
		k := key{field: fieldKey(f.Key), words: []string{strings.ToLower(f.Key)}, list: f.Type == core.PeopleField}
		for _, lang := range text.Languages() {
			label := strings.ToLower(f.Label[lang])
			if typeable(label) && !slices.Contains(k.words, label) && findKey(keys, label) == nil {
				k.words = append(k.words, label)
				if lang == text.Chinese {
					k.zh = label
				}
			}
		}
		switch f.Type {
		case core.DateField:
			k.fits = date
		case core.SelectField:
			k.fits = func(s string) bool { return optionNamed(f, s) != "" }
		}
		keys = append(keys, k)
	}
	return append(keys, key{field: anywayKey, words: []string{anywayKey, "仍然"}})
}

// findKey returns the key that is typed as word, or nil.
func findKey(keys []key, word string) *key {
	word = strings.ToLower(word)
	i := slices.IndexFunc(keys, func(k key) bool { return slices.Contains(k.words, word) })
	if i < 0 {
		return nil
	}
	return &keys[i]
}

// typeable tells whether s can stand before a colon: one word of letters, marks,
// digits, "_" and "-", and not of digits alone.
func typeable(s string) bool {
	letter := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letter = true
		case unicode.IsMark(r), unicode.IsDigit(r), r == '_', r == '-':
		default:
			return false
		}
	}
	return letter
}

// keyNames lists how keys are shown to readers of lang.
func keyNames(keys []key, lang string) []string {
	var out []string
	for _, k := range keys {
		if k.field != anywayKey {
			out = append(out, k.name(lang))
		}
	}
	return out
}

// moduleNamed returns the module that s names in any case, or "".
func (b *Bot) moduleNamed(s string) string {
	for _, m := range b.org.Modules {
		if strings.EqualFold(m.Name, s) {
			return m.Name
		}
	}
	return ""
}

// optionNamed returns the key of the option of f that s names, by its key or a
// label in any language, or "".
func optionNamed(f core.Field, s string) string {
	for _, o := range f.Options {
		if strings.EqualFold(o.Key, s) {
			return o.Key
		}
	}
	for _, o := range f.Options {
		for _, label := range o.Label {
			if strings.EqualFold(label, s) {
				return o.Key
			}
		}
	}
	return ""
}
