package main

import (
	"cmp"
	"context"
	"debug/elf"
	"iter"
	"maps"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// sized is how much of the binary belongs to something.
type sized struct{ code, data uint64 }

// rowBinary measures the stripped binary, and what is in it.
func rowBinary(ctx context.Context, _ *bench, out *section) error {
	if err := withProgram(ctx, asReleased, func(bin string) error {
		stripped, err := os.Stat(bin)
		if err == nil {
			out.add(result{what: "binary, stripped", ours: inMegabytes(stripped.Size()), required: "35.6 MB", stretch: "30 MB"})
		}
		return err
	}); err != nil {
		return err
	}
	modules, err := modulesOf(ctx)
	if err != nil {
		return err
	}
	return withProgram(ctx, "-w", func(bin string) error {
		f, err := elf.Open(bin)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		parts, err := partsOf(f, modules)
		if err != nil {
			return err
		}
		out.tables = append(out.tables, sectionsOf(f), originsOf(parts), partsTable(parts))
		return nil
	})
}

// sectionsOf lists the large sections.
func sectionsOf(f *elf.File) table {
	t := table{title: "Sections", head: []string{"section", "kB", "contents"}}
	contents := map[string]string{
		".text": "code", ".rodata": "types, texts, embedded files", ".gopclntab": "where each function is, for stack traces",
		".data": "variables", ".noptrdata": "variables without pointers", ".typelink": "types, for reflection", ".itablink": "interfaces",
	}
	for _, s := range slices.SortedFunc(slices.Values(f.Sections), func(a, b *elf.Section) int { return cmp.Compare(b.Size, a.Size) }) {
		if what, ok := contents[s.Name]; ok {
			t.lines = append(t.lines, []string{"`" + s.Name + "`", kilobytes(s.Size), what})
		}
	}
	return t
}

// modulesOf returns the modules that the program is built from.
func modulesOf(ctx context.Context) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}}", "all")
	cmd.Dir = ".."
	text, err := cmd.Output()
	return strings.Fields(string(text)), err
}

// largest is how many parts of the binary are listed.
const largest = 40

// partsOf returns the size of the symbols of each package of riskroom and of the standard
// library, and of each module of others.
func partsOf(f *elf.File, modules []string) (map[string]sized, error) {
	symbols, err := f.Symbols()
	if err != nil {
		return nil, err
	}
	parts := map[string]sized{}
	for _, s := range symbols {
		part := partOf(s.Name, modules)
		at := parts[part]
		switch elf.ST_TYPE(s.Info) {
		case elf.STT_FUNC:
			at.code += s.Size
		case elf.STT_OBJECT:
			if int(s.Section) >= len(f.Sections) || f.Sections[s.Section].Type == elf.SHT_NOBITS {
				continue // takes no space in the file
			}
			at.data += s.Size
		default:
			continue
		}
		parts[part] = at
	}
	return parts, nil
}

// originsOf adds parts up by who wrote them.
func originsOf(parts map[string]sized) table {
	t := table{title: "Who wrote it", head: []string{"origin", "code, kB", "data, kB"}}
	origins := []string{"riskroom", "libraries", "Go, and types of all"}
	all := map[string]sized{}
	for part, p := range parts {
		first, _, _ := strings.Cut(part, "/")
		origin := origins[2]
		switch {
		case first == "riskroom" || part == "main":
			origin = origins[0]
		case strings.Contains(first, "."):
			origin = origins[1]
		}
		all[origin] = sized{all[origin].code + p.code, all[origin].data + p.data}
	}
	for _, origin := range origins {
		t.lines = append(t.lines, sizeLine(origin, all[origin]))
	}
	return t
}

// partsTable lists the largest parts.
func partsTable(parts map[string]sized) table {
	t := table{title: "Packages and modules by the size of their symbols", head: []string{"part", "code, kB", "data, kB"}}
	size := func(name string) uint64 { return parts[name].code + parts[name].data }
	var rest sized
	for i, name := range slices.SortedFunc(maps.Keys(parts), func(a, b string) int { return cmp.Or(cmp.Compare(size(b), size(a)), cmp.Compare(a, b)) }) {
		p := parts[name]
		if i >= largest {
			rest.code, rest.data = rest.code+p.code, rest.data+p.data
			continue
		}
		t.lines = append(t.lines, sizeLine(name, p))
	}
	t.lines = append(t.lines, sizeLine("all others", rest))
	return t
}

func kilobytes(n uint64) string { return figure(math.Round(float64(n) / 1000)) }

func sizeLine(name string, p sized) []string {
	return []string{name, kilobytes(p.code), kilobytes(p.data)}
}

// partOf returns the module or package that a symbol belongs to.
func partOf(symbol string, modules []string) string {
	if strings.HasPrefix(symbol, "type:") || strings.HasPrefix(symbol, "go:") {
		return "types and interface tables"
	}
	symbol = strings.ReplaceAll(symbol, "%2e", ".")
	for _, m := range modules {
		if m != "riskroom" && strings.HasPrefix(symbol, m) {
			return m
		}
	}
	// A package's path ends at the first dot after its last slash, before any type argument.
	head, _, _ := strings.Cut(symbol, "[")
	slash := strings.LastIndexByte(head, '/') + 1
	name, _, _ := strings.Cut(head[slash:], ".")
	path := head[:slash] + name
	if !strings.HasPrefix(path, "riskroom") {
		path, _, _ = strings.Cut(path, "/internal/")
	}
	return path
}

func keysOf[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }
