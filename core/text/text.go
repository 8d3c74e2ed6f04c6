// Package text holds every wording that people see, in English and Chinese.
//
// The messages live in locales/<area>.<language>.json, one pair of files an
// area, and every message's id begins with its area: "card.button.start". A
// package whose texts nobody else needs keeps such a directory of its own and
// hands it to Load. User content goes in as Args and is put in letter by letter:
// braces in it mean nothing.
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

// The languages that there are wordings in.
const (
	English = "en"
	Chinese = "zh-CN"
)

// Languages lists every language that there are wordings in.
func Languages() []string { return []string{English, Chinese} }

// Match returns the language of Languages that suits a reader who asked for
// lang, a BCP 47 tag as platforms report it ("zh-TW", "en-GB", "fr", ""): every
// Chinese is answered in zh-CN, everything else in English.
func Match(lang string) string {
	if base, _ := language.Make(lang).Base(); base.String() == "zh" {
		return Chinese
	}
	return English
}

// Catalogue holds the wordings. It does not change once loaded and is safe for
// concurrent use.
type Catalogue struct {
	printers   map[string]Printer
	statuses   map[string]core.Status
	severities map[string]core.Severity
}

// Load reads the wordings of this package and those in the locales directory of
// each of more. It fails only if they are broken, which the tests of this package
// rule out for every locales directory in the repository.
func Load(more ...fs.FS) (*Catalogue, error) {
	bundle := i18n.NewBundle(language.English)
	for _, from := range append([]fs.FS{locales}, more...) {
		if err := loadFrom(bundle, from); err != nil {
			return nil, fmt.Errorf("text: %w", err)
		}
	}
	c := &Catalogue{
		printers:   map[string]Printer{},
		statuses:   map[string]core.Status{},
		severities: map[string]core.Severity{},
	}
	for _, lang := range Languages() {
		p := Printer{lang: lang, localizer: i18n.NewLocalizer(bundle, lang)}
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

// loadFrom adds the messages in the locales directory of from.
func loadFrom(bundle *i18n.Bundle, from fs.FS) error {
	files, err := fs.Glob(from, "locales/*.json")
	if err != nil {
		return err
	}
	for _, name := range files {
		if _, err := bundle.LoadMessageFileFS(from, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// In returns the printer for readers of lang, as Match understands it.
func (c *Catalogue) In(lang string) Printer { return c.printers[Match(lang)] }

// StatusFrom reads a status as people type it: its code or its label in any
// language, in any case, with spaces, hyphens or underscores ("In progress",
// "in-progress", "处理中").
func (c *Catalogue) StatusFrom(word string) (core.Status, bool) {
	s, ok := c.statuses[plainWord(word)]
	return s, ok
}

// SeverityFrom reads a severity as people type it, like StatusFrom.
func (c *Catalogue) SeverityFrom(word string) (core.Severity, bool) {
	s, ok := c.severities[plainWord(word)]
	return s, ok
}

// plainWord makes spellings of one word alike.
func plainWord(s string) string {
	words := strings.FieldsFunc(strings.ToLower(Fold(s)), func(r rune) bool {
		return unicode.IsSpace(r) || r == '-' || r == '_'
	})
	return strings.Join(words, " ")
}
