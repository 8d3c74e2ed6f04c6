package config

import (
	"testing"
	"unicode/utf8"
)

// FuzzScan checks what holds for any text: no panic, places within the text, and a message
// with a remedy for each mistake.
func FuzzScan(f *testing.F) {
	for _, src := range testFiles(f, "testdata/*/*.yaml") {
		f.Add(string(src))
	}
	known := (&loader{o: testOptions()}).knownKeys()
	f.Fuzz(func(t *testing.T, text string) {
		lines := newSource("x.yaml", []byte(text), nil).lines
		for _, m := range scan(lines, known) {
			if m.at.line < 1 || m.at.line > len(lines) || m.at.col < 1 || m.at.col > utf8.RuneCountInString(lines[m.at.line-1])+1 {
				t.Errorf("outside the text: %+v", m)
			}
			if m.what.IsZero() || m.remedy.IsZero() {
				t.Errorf("no words: %+v", m)
			}
		}
	})
}

// FuzzPlainSigns checks that plain signs stay as they are. A file that isn't UTF-8 is
// refused before anything else reads it.
func FuzzPlainSigns(f *testing.F) {
	for _, s := range []string{"“09:00”", "lin， handlers", "１d", "＠ops", "a。", "支付", "\ufeffpeople", "「x」"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("not UTF-8")
		}
		once := plainSigns(s)
		if again := plainSigns(once); again != once {
			t.Errorf("%q becomes %q and then %q", s, once, again)
		}
	})
}

// TestScanIsFast reads texts that are built to be slow to read.
func TestScanIsFast(t *testing.T) {
	t.Parallel()
	known := (&loader{o: testOptions()}).knownKeys()
	for _, sign := range []string{"[", "{{", "a: ", "a：", "\"", "'", "- ", "，", "“", "@", "#", "}", "to:"} {
		line := ""
		for range 18 {
			line += line + sign
		}
		scan([]string{line, line}, known)
	}
}
