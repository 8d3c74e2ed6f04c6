package text

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// forms is one message of a locale file: its text by plural form.
type forms map[string]string

// repository is the root of the source tree.
var repository = filepath.Join("..", "..")

// localeDirs returns every directory of the repository with a locales directory.
func localeDirs(t *testing.T) []string {
	t.Helper()
	var dirs []string
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case d.IsDir() && d.Name() == "locales":
			dirs = append(dirs, filepath.Dir(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// readLocale returns the messages of every area in lang.
func readLocale(t *testing.T, lang string) map[string]forms {
	t.Helper()
	var files []string
	for _, dir := range localeDirs(t) {
		here, err := filepath.Glob(filepath.Join(dir, "locales", "*."+lang+".json"))
		if err != nil || len(here) == 0 {
			t.Fatalf("%s: no locale files for %s: %v", dir, lang, err)
		}
		files = append(files, here...)
	}
	all := map[string]forms{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		raw := map[string]any{}
		if err := json.Unmarshal(data, &raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		area, _, _ := strings.Cut(filepath.Base(name), ".")
		for id, v := range raw {
			if !strings.HasPrefix(id, area+".") {
				t.Errorf("%s: id %q does not begin with %q", name, id, area+".")
			}
			if _, taken := all[id]; taken {
				t.Errorf("%s: there is another message %q", name, id)
			}
			all[id] = messageForms(t, id, v)
		}
	}
	return all
}

func messageForms(t *testing.T, id string, v any) forms {
	t.Helper()
	switch v := v.(type) {
	case string:
		return forms{"other": v}
	case map[string]any:
		f := forms{}
		for form, text := range v {
			s, ok := text.(string)
			if !ok || !slices.Contains([]string{"one", "other"}, form) {
				t.Fatalf("%s: %q is not a plural form with a text", id, form)
			}
			f[form] = s
		}
		return f
	}
	t.Fatalf("%s: neither a text nor plural forms", id)
	return nil
}

var place = regexp.MustCompile(`\{\{(.*?)\}\}`)

// places returns the names of a message's arguments. It fails the test on anything else in
// braces.
func places(t *testing.T, id string, f forms) []string {
	t.Helper()
	names := map[string]bool{}
	for _, text := range f {
		for _, m := range place.FindAllStringSubmatch(text, -1) {
			name, ok := strings.CutPrefix(m[1], ".")
			if !ok || !regexp.MustCompile(`^[A-Z][A-Za-z]*$`).MatchString(name) {
				t.Errorf("%s: %q is not {{.Name}}", id, m[0])
			}
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func TestLanguagesHoldTheSameMessages(t *testing.T) {
	t.Parallel()
	en, zh := readLocale(t, English), readLocale(t, Chinese)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(zh))); diff != "" {
		t.Fatalf("ids differ (-en +zh-CN):\n%s", diff)
	}
	for id := range en {
		if diff := cmp.Diff(places(t, id, en[id]), places(t, id, zh[id])); diff != "" {
			t.Errorf("%s: places differ (-en +zh-CN):\n%s", id, diff)
		}
		if en[id]["other"] == "" || zh[id]["other"] == "" {
			t.Errorf("%s: no text for the plural form \"other\"", id)
		}
		if _, ok := zh[id]["one"]; ok {
			t.Errorf("%s: Chinese has no plural form \"one\"", id)
		}
		for form, s := range en[id] {
			if strings.TrimSpace(s) != s && !strings.HasSuffix(id, ".between") {
				t.Errorf("%s: %s has blanks around it", id, form)
			}
		}
	}
}

func TestEveryMessagePrints(t *testing.T) {
	t.Parallel()
	var more []fs.FS
	for _, dir := range localeDirs(t) {
		more = append(more, os.DirFS(dir))
	}
	c, err := Load(more...)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Languages() {
		p := c.In(lang)
		for id, f := range readLocale(t, lang) {
			args := Args{}
			for _, name := range places(t, id, f) {
				args[name] = "{{.X}}<@U1>"
			}
			counts := []int{0, 1, 2}
			if _, counted := args["Count"]; !counted {
				counts = counts[:1]
			}
			for _, n := range counts {
				if _, counted := args["Count"]; counted {
					args["Count"] = n
				}
				got := p.S(id, args)
				if got == "!"+id+"!" {
					t.Errorf("%s %s does not print with %v", lang, id, args)
				}
				if strings.Contains(got, "<no value>") {
					t.Errorf("%s %s = %q", lang, id, got)
				}
			}
		}
	}
}

func load(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}
