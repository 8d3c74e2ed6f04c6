package main

import (
	"cmp"
	"context"
	"debug/elf"
	"fmt"
	"iter"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// sized is how much of the binary belongs to something.
type sized struct{ code, data uint64 }

// rowBinary measures the stripped binary, and what is in it.
func rowBinary(ctx context.Context, _ *bench, out *section) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bin, err := buildProgram(ctx, dir)
	if err != nil {
		return err
	}
	stripped, err := os.Stat(bin)
	if err != nil {
		return err
	}
	out.add(result{what: "binary, stripped", ours: inMegabytes(stripped.Size()), required: "35.6 MB", stretch: "30 MB"})
	whole := filepath.Join(dir, "symbols")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-w", "-o", whole, "./cmd/riskroom")
	cmd.Dir = ".."
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	f, err := elf.Open(whole)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	out.tables = append(out.tables, sectionsOf(f))
	modules, err := modulesOf(ctx)
	if err != nil {
		return err
	}
	parts, err := partsOf(f, modules)
	out.tables = append(out.tables, parts)
	return err
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

// partsOf lists the packages of riskroom and of the standard library, and the modules of
// others, by the size of their symbols.
func partsOf(f *elf.File, modules []string) (table, error) {
	t := table{title: "Packages and modules by the size of their symbols", head: []string{"part", "code, kB", "data, kB"}}
	symbols, err := f.Symbols()
	if err != nil {
		return t, err
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
	return t, nil
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
