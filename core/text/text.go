// Package text contains every text that people see, in English and Chinese.
//
// The messages are in locales/<area>.<language>.json, with one pair of files per area. A
// message's id begins with its area: "card.button.start". A package may have its own locales
// directory and pass it to Load. User content is passed as Args and inserted literally, even if
// it contains braces.
package text

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"unicode"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"riskroom/core"
)

//go:embed locales/*.json
var locales embed.FS

// The languages.
const (
	English = "en"
	Chinese = "zh-CN"
)

// Languages returns every language.
func Languages() []string { return []string{English, Chinese} }

// Match returns the language for a reader with locale lang, a BCP 47 tag from a platform
// ("zh-TW", "en-GB", "fr", ""): zh-CN for any Chinese, otherwise English.
func Match(lang string) string {
	// Parsing a tag takes longer than filling in a message.
	switch base, _, _ := strings.Cut(lang, "-"); base {
	case "en":
		return English
	case "zh":
		return Chinese
	}
	if base, _ := language.Make(lang).Base(); base.String() == "zh" {
		return Chinese
	}
	return English
}

// Catalogue contains all messages. It doesn't change and is safe for concurrent use.
type Catalogue struct {
	printers   map[string]Printer
	statuses   map[string]core.Status
	severities map[string]core.Severity
}

// Load loads the messages of this package and those in the locales directories of more. It
// fails only if a file is invalid, which the tests of this package exclude for the repository.
func Load(more ...fs.FS) (*Catalogue, error) {
	bundle, all := i18n.NewBundle(language.English), map[string]messages{}
	for _, lang := range Languages() {
		all[lang] = messages{}
	}
	for _, from := range append([]fs.FS{locales}, more...) {
		if err := loadFrom(bundle, all, from); err != nil {
			return nil, fmt.Errorf("text: %w", err)
		}
	}
	c := &Catalogue{
		printers:   map[string]Printer{},
		statuses:   map[string]core.Status{},
		severities: map[string]core.Severity{},
	}
	for word, s := range map[string]core.Status{ // beside the labels
		"未处理": core.Pending, "进行中": core.InProgress, "已解决": core.Resolved, "已搁置": core.Shelved,
	} {
		c.statuses[word] = s
	}
	for _, lang := range Languages() {
		p := Printer{lang: lang, messages: all[lang], localizer: i18n.NewLocalizer(bundle, lang)}
		c.printers[lang] = p
		for _, s := range core.Statuses() {
			c.statuses[plainWord(string(s))] = s
			c.statuses[plainWord(p.Status(s))] = s
		}
		for _, s := range core.Severities() {
			c.severities[plainWord(string(s))] = s
			c.severities[plainWord(p.Severity(s))] = s
		}
	}
	return c, nil
}

// loadFrom adds the messages in the locales directory of from, to all by language.
func loadFrom(bundle *i18n.Bundle, all map[string]messages, from fs.FS) error {
	files, err := fs.Glob(from, "locales/*.json")
	if err != nil {
		return err
	}
	for _, name := range files {
		file, err := bundle.LoadMessageFileFS(from, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, m := range file.Messages {
			all[Match(file.Tag.String())].add(m)
		}
	}
	return nil
}

// In returns the printer for the language that Match returns.
func (c *Catalogue) In(lang string) Printer { return c.printers[Match(lang)] }

// StatusFrom parses a status as people type it: its code or its label in any language, in
// upper or lower case, with spaces, hyphens or underscores ("In progress", "in-progress",
// "处理中").
func (c *Catalogue) StatusFrom(word string) (core.Status, bool) {
	s, ok := c.statuses[plainWord(word)]
	return s, ok
}

// SeverityFrom parses a severity, like StatusFrom.
func (c *Catalogue) SeverityFrom(word string) (core.Severity, bool) {
	s, ok := c.severities[plainWord(word)]
	return s, ok
}

// plainWord returns the same for all spellings of a word.
func plainWord(s string) string {
	words := strings.FieldsFunc(strings.ToLower(Fold(s)), func(r rune) bool {
		return unicode.IsSpace(r) || r == '-' || r == '_'
	})
	return strings.Join(words, " ")
}
