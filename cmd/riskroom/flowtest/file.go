package flowtest

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Suffix ends the name of a test file, before its extension.
const Suffix = "_test"

// IsTestFile reports whether a file is named like one with tests.
func IsTestFile(name string) bool {
	ext := filepath.Ext(name)
	return (ext == ".yaml" || ext == ".yml") && strings.HasSuffix(strings.TrimSuffix(name, ext), Suffix)
}

// IsConfig reports whether the text of a file that is named like a test file is a config file.
func IsConfig(src []byte) bool { return workspaces.Match(src) }

var workspaces = regexp.MustCompile(`(?m)^workspaces[ \t]*:`)

// File is a test file that has been parsed. Its tests are read for a config file.
type File struct {
	name string
	doc  *config.Document
	root config.Value
}

// Options configures Parse.
type Options struct {
	Language string              // of problems; "" is English
	Chinese  []map[string]string // of phrases that are not in this package
}

// Parse parses a test file.
func Parse(name string, src []byte, o Options) *File {
	doc, root := config.ParseDocument(name, src, config.DocumentOptions{Language: o.Language, Chinese: append(o.Chinese, Chinese()), Keys: allKeys()})
	return &File{name, doc, root}
}

// Config returns the path of the config file that is tested: the file's own says it, or has
// the same name without Suffix.
func (f *File) Config() string {
	if c := f.root.Key("config").Text(); filepath.IsAbs(c) {
		return c
	} else if c != "" {
		return filepath.Join(filepath.Dir(f.name), filepath.FromSlash(c))
	}
	ext := filepath.Ext(f.name)
	return strings.TrimSuffix(strings.TrimSuffix(f.name, ext), Suffix) + ext
}

// NoConfig reports that the config file can't be used.
func (f *File) NoConfig(why text.Phrase) {
	at := f.root
	if c := f.root.Key("config"); c.Exists() {
		at = c
	}
	at.Problem("config", why, text.Phrasef("write config: and the path of the config file, from the folder of %s", f.name))
}

// Problems returns what is wrong with the file so far.
func (f *File) Problems() config.Problems { return f.doc.Problems() }

// fileKeys returns the keys of a file, beside those of a scenario.
func fileKeys() []string { return []string{"config", "complete", "tests"} }

// testKeys returns the keys of a test, beside those of a scenario.
func testKeys() []string { return []string{"name", "complete", "expect", "never"} }

// allKeys returns all keys that a test file can have anywhere.
func allKeys() []string {
	all := slices.Concat(fileKeys(), testKeys(), expectKeys(), simulate.AllKeys())
	for _, k := range kinds() {
		all = append(append(all, string(k)), k.keys()...)
	}
	return all
}

// Tests reads the tests for a config file.
func (f *File) Tests(cfg *config.Config) []Test {
	if !f.root.Map(slices.Concat(fileKeys(), simulate.Keys())...) {
		return nil
	}
	f.root.Needs("tests")
	d := &decoder{file: f, cfg: cfg, shared: simulate.Decode(f.name, f.root, cfg), names: namesOf(cfg)}
	var out []Test
	named := map[string]Place{}
	list := f.root.Key("tests")
	tests := list.List()
	if list.Sound() && len(tests) == 0 {
		list.Problem("missing-key", text.Plain("there is no test"), text.Plain("begin each test with a dash: - name: …"))
	}
	for _, v := range tests {
		t, ok := d.test(v)
		if !ok {
			continue
		}
		if first, twice := named[t.Name]; twice {
			v.Key("name").Problem("name", text.Phrasef("another test has this name, on line %d", first.Line), text.Plain("give one of them another name"))
		}
		named[t.Name] = t.Place
		out = append(out, t)
	}
	return out
}

// test reads one test. What it doesn't say, the file says for all.
func (d *decoder) test(v config.Value) (t Test, ok bool) {
	if !v.Map(slices.Concat(testKeys(), simulate.Keys())...) {
		return t, false
	}
	v.Needs("name")
	t.Line, t.Col = v.Place()
	t.Name = v.Key("name").Text()
	if t.Complete = d.file.root.Key("complete").Bool(); v.Key("complete").Exists() {
		t.Complete = v.Key("complete").Bool()
	}
	t.Scenario = d.scenario(v)
	d.played, d.start, d.end = t.Scenario, t.Scenario.Start, t.Scenario.End()
	d.checkScenario(v)
	expect, never := v.Key("expect").List(), v.Key("never").List()
	for _, x := range expect {
		t.Expect = append(t.Expect, d.expectation(x)...)
	}
	for _, x := range never {
		t.Never = append(t.Never, d.expectation(x)...)
	}
	if len(expect)+len(never) == 0 && !t.Complete {
		v.Problem("expectation", text.Phrasef("the test %q expects nothing", t.Name), text.Plain("write expect, never or complete: true"))
	}
	return t, t.Name != ""
}

// scenario reads what happens in a test. What it doesn't say is as for all tests of the file.
func (d *decoder) scenario(v config.Value) simulate.Scenario {
	s, own := d.shared, simulate.Decode(d.file.name, v, d.cfg)
	for _, key := range v.Keys() {
		switch key {
		case "start":
			s.Start = own.Start
		case "for":
			s.For = own.For
		case "members":
			s.Members = own.Members
		case "risks":
			s.Risks = own.Risks
		case "actions":
			s.Actions = own.Actions
		case "down":
			s.Down = own.Down
		}
	}
	if !d.file.root.Key("start").Exists() && !v.Key("start").Exists() {
		v.Problem("missing-key", text.Plain("the test doesn't say when it starts"), text.Plain(`write start: "2026-03-02 09:00" here, or at the top for all tests`))
	}
	if len(s.Risks) == 0 {
		v.Problem("missing-key", text.Plain("the test has no risk"), text.Plain("write risks here, or at the top for all tests"))
	}
	return s
}
