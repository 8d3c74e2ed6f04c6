package browser

import (
	"io/fs"
	"maps"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sources returns the page's own files with a name that ends in suffix.
func sources(t *testing.T, suffix string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, suffix) {
			return err
		}
		b, err := fs.ReadFile(files, name)
		out[path.Base(name)] = string(b)
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("no %s: %v", suffix, err)
	}
	return out
}

// TestTextStaysText: nothing in the page makes markup, styles or scripts of a
// text, and it loads nothing from elsewhere.
func TestTextStaysText(t *testing.T) {
	t.Parallel()
	never := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|srcdoc|style:|cssText|import\(`)
	for name, src := range sources(t, ".js") {
		if found := never.FindAllString(src, -1); found != nil {
			t.Errorf("%s has %q", name, found)
		}
	}
	for _, suffix := range []string{".js", ".css", ".html"} {
		for name, src := range sources(t, suffix) {
			if found := regexp.MustCompile(`(?:https?:)?//[a-z]\S*`).FindAllString(strings.ReplaceAll(src, "http://www.w3.org/2000/svg", ""), -1); found != nil {
				t.Errorf("%s leads to %q", name, found)
			}
		}
	}
}

// TestEveryWordIsThere: the page receives every wording that it uses, and uses
// every one that it receives.
func TestEveryWordIsThere(t *testing.T) {
	t.Parallel()
	all := ""
	for _, src := range sources(t, ".js") {
		all += src
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bt\('([a-z_.]+)'`).FindAllStringSubmatch(all, -1) {
		used[m[1]] = true
		if _, told := messages[m[1]]; !told && !strings.HasSuffix(m[1], ".") {
			t.Errorf("the page uses %q, and is not told it", m[1])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(messages)) {
		family := id[:strings.LastIndex(id, ".")+1]
		if !used[id] && !strings.Contains(all, "'"+id+"'") && (family == "" || !strings.Contains(all, "'"+family+"'")) {
			t.Errorf("the page receives %q and does not use it", id)
		}
	}
}

// TestContrast: what is read stands out from what it stands on as WCAG 2 AA
// asks, by day and by night.
func TestContrast(t *testing.T) {
	t.Parallel()
	css := sources(t, ".css")["app.css"]
	light, rest, _ := strings.Cut(css, "@media (prefers-color-scheme: dark)")
	dark, _, _ := strings.Cut(rest, "* {")
	const text, shape = 4.5, 3
	pairs := []struct {
		on   string
		fore []string
		min  float64
	}{
		{"bg", []string{"ink", "soft", "link", "warn", "bad", "accent"}, text},
		{"side", []string{"ink", "soft", "warn", "accent"}, text},
		{"raised", []string{"ink", "soft", "link", "bad"}, text},
		{"hover", []string{"ink", "soft"}, text},
		{"tint", []string{"ink", "soft", "accent"}, text},
		{"mention", []string{"link"}, text},
		{"warn-tint", []string{"ink", "soft", "warn", "link"}, text},
		{"accent", []string{"accent-ink"}, text},
		{"bg", []string{"accent"}, shape}, // where the focus is
	}
	base := colours(light)
	if len(base) < 15 {
		t.Fatalf("only %d colours found", len(base))
	}
	for scheme, colour := range map[string]map[string]string{"light": base, "dark": colours(dark)} {
		for _, p := range pairs {
			for _, fore := range p.fore {
				if got := contrast(colour[fore], colour[p.on]); got < p.min {
					t.Errorf("%s: %s on %s is %.2f, not %.1f", scheme, fore, p.on, got, p.min)
				}
			}
		}
	}
	hues := regexp.MustCompile(`\.hue\d \{ background: (#\w+)`).FindAllStringSubmatch(css, -1)
	if len(hues) != 8 {
		t.Errorf("%d hues", len(hues))
	}
	for _, h := range hues {
		if got := contrast("#ffffff", h[1]); got < text {
			t.Errorf("white on %s is %.2f", h[1], got)
		}
	}
}

// colours reads the custom properties of a stretch of CSS.
func colours(css string) map[string]string {
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+): (#\w+);`).FindAllStringSubmatch(css, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// contrast is that of two colours, see
// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; 0 if one is none.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	if math.IsNaN(x) || math.IsNaN(y) {
		return 0
	}
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 {
		return math.NaN()
	}
	part := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}
