package text

import (
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"

	"riskroom/core"
)

// TestPlainMessages checks that a split message reads like its template.
func TestPlainMessages(t *testing.T) {
	t.Parallel()
	for _, lang := range Languages() {
		p, plain := load(t).In(lang), 0
		for id, m := range p.messages {
			if !m.plain() {
				continue
			}
			plain++
			args := Args{}
			for i, name := range m.places {
				if args[name] = i; i%2 == 0 {
					args[name] = "{{.Key}} \u202e <" + name + ">"
				}
			}
			data := map[string]any{}
			for name, v := range args {
				data[name] = v
				if s, ok := v.(string); ok {
					data[name] = core.Isolate(s)
				}
			}
			want, err := p.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, TemplateParser: &template.TextParser{Option: "missingkey=error"}})
			if got := p.S(id, args); err != nil || got != want {
				t.Errorf("%s %s: got %q, want %q, %v", lang, id, got, want, err)
			}
			if got := p.S(id); len(m.places) > 0 && got != "!"+id+"!" {
				t.Errorf("%s %s without arguments: %q", lang, id, got)
			}
		}
		if plain < 500 {
			t.Errorf("%s: only %d plain messages", lang, plain)
		}
	}
}

func BenchmarkMessage(b *testing.B) {
	c, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c.In("en-US").S("commands.filed", Args{"Key": "R-1", "Title": "Ledger is off by one"})
	}
}

// TestFolded checks that whatever is taken for folded would not change.
func TestFolded(t *testing.T) {
	t.Parallel()
	taken := 0
	for a := range rune(0x180) {
		for b := range rune(0x180) {
			for _, s := range []string{string(a) + string(b), "x" + string(a) + string(b) + "x"} {
				if folded(s) {
					taken++
					if got := fold(s); got != s {
						t.Errorf("%q becomes %q", s, got)
					}
				}
			}
		}
	}
	if taken == 0 {
		t.Error("nothing is taken for folded")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}
