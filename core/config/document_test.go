package config

import (
	"strings"
	"testing"

	coretext "riskroom/core/text"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	const src = `start: 9
fro: 30d
names: [lin, 3]
one: lin
kind: meesage
empty: ""
deep: { a: 1 }
flag: yes
number: "2"
`
	d, v := ParseDocument("x.yaml", []byte(src), DocumentOptions{Keys: []string{"start", "for"}})
	v.Map("start", "for", "names", "one", "kind", "empty", "deep", "flag", "number")
	v.Needs("for", "start", "zone")
	if got := v.Key("start").Text(); got != "" {
		t.Errorf("a number is the text %q", got)
	}
	if names := v.Key("names").Texts(); len(names) != 1 || names[0].Text() != "lin" {
		t.Errorf("names: %d", len(names))
	}
	if one := v.Key("one").Texts(); len(one) != 1 || one[0].Text() != "lin" {
		t.Errorf("one text: %d", len(one))
	}
	v.Key("kind").Word("message", "group")
	v.Key("empty").Text()
	v.Key("deep").List()
	v.Key("flag").Bool()
	v.Key("number").Number()
	v.Key("missing").Problem("value", coretext.Plain("not reported"), coretext.Phrase{})
	v.Key("one").Problem("value", coretext.Plain("wrong"), coretext.Plain("mend it"))
	if v.Key("one").Sound() || !v.Key("deep").Key("a").Sound() || v.Key("missing").Exists() {
		t.Error("what is sound or exists is not what was reported")
	}
	if line, col := v.Key("deep").Place(); line != 7 || col != 1 {
		t.Errorf("deep is at %d:%d", line, col)
	}
	var got []string
	for _, p := range d.Problems() {
		got = append(got, p.String()+" = "+p.Hint)
	}
	want := `x.yaml:1:1: the file needs the key zone [missing-key] = 
x.yaml:1:8: start must be text, but is a number [type] = put it in quotes: "9"
x.yaml:2:1: unknown key "fro" in the file: did you mean "for"? known: start, for, names, one, kind, empty, deep, flag, number [unknown-key] = 
x.yaml:3:14: an entry of names must be text, but is a number [type] = put it in quotes: "3"
x.yaml:4:6: wrong [value] = mend it
x.yaml:5:7: kind "meesage": did you mean "message"? known: message, group [value] = 
x.yaml:6:8: empty is empty [value] = 
x.yaml:7:1: deep must be a list, but is a map [type] = write a dash and a space before each entry: - a:
x.yaml:8:7: flag must be true or false, but is text [type] = write true instead of yes
x.yaml:9:9: number must be a number, but is text [type] = `
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("problems:\n%s\nwant:\n%s", s, want)
	}
}

func TestDocumentThatCannotBeParsed(t *testing.T) {
	t.Parallel()
	d, v := ParseDocument("x.yaml", []byte("start:9\n  for: 1d\n"), DocumentOptions{Language: coretext.Chinese, Keys: []string{"start", "for"}})
	if v.Exists() || len(d.Problems()) == 0 || !hasHan(d.Problems()[0].Message) {
		t.Errorf("problems: %v", d.Problems())
	}
}
