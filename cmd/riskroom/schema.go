package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/flowtest"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
)

// schemaName and testSchemaName are the files that the first lines of the example configs and
// of their tests name.
const (
	schemaName     = "schema.json"
	testSchemaName = "test-schema.json"
)

// schemaTitle is the title of the schema of config files.
const schemaTitle = "riskroom"

func newSchema(s environment) *cobra.Command {
	var tests bool
	c := &cobra.Command{
		Use:   "schema [FILE]",
		Short: s.say("Write the JSON Schema of config files for editors"),
		Long: s.say(`schema writes the JSON Schema of config files to %[1]s, next to the config
file that you name. Editors with a YAML language server then complete and explain
keys, if the config file begins with this line, as the examples do:

  # yaml-language-server: $schema=%[1]s

If FILE is a test file, such as riskroom_test.yaml, schema writes the schema of test
files to %[2]s. If the line names another file, schema writes that one.

Without FILE, it prints the schema of config files or, with --test, of test files.
Run it again after an upgrade of riskroom.`, schemaName, testSchemaName),
		Example: "  riskroom schema riskroom.yaml\n  riskroom schema > " + schemaName + "\n  riskroom schema --test > " + testSchemaName,
		Args:    oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := s.stdout.Write(schemaOf(tests).text)
				return err
			}
			src, err := readNamed(args[0])
			if err != nil {
				return misuse("cannot read the config file: %v", withoutSyscall(err))
			}
			return schemaOf(tests || flowtest.IsTestFile(args[0]) && !flowtest.IsConfig(src)).write(s, args[0], src)
		},
	}
	c.Flags().BoolVar(&tests, "test", false, s.say("the schema of test files"))
	return c
}

// schema is the JSON Schema of a kind of file.
type schema struct {
	name, title string
	text        []byte
}

// schemaOf returns the schema of test files or of config files.
func schemaOf(tests bool) schema {
	if tests {
		return schema{testSchemaName, flowtest.SchemaTitle, flowtest.Schema()}
	}
	return schema{schemaName, schemaTitle, config.Schema(platforms.Settings())}
}

// write writes the schema next to a file with that text.
func (c schema) write(s environment, file string, src []byte) error {
	name, named := schemaLine(src, c.name)
	path := filepath.Join(filepath.Dir(file), filepath.FromSlash(name))
	if there, err := readNamed(path); err == nil && !c.wrote(there) {
		return misuse("%s is not riskroom's: move it away, or print the schema with: riskroom schema", path)
	}
	if err := os.WriteFile(path, c.text, 0o600); err != nil {
		return fmt.Errorf("cannot write the schema: %w", withoutSyscall(err))
	}
	fmt.Fprintln(s.stdout, s.say("wrote %s", path))
	if !named {
		fmt.Fprintln(s.stdout, s.say("for your editor, begin %s with this line: %s", file, editorLine+c.name))
	}
	return nil
}

func oneFile(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return misuse("schema takes one config file, not %d", len(args))
	}
	return nil
}

// editorLine begins the comment from which editors take the schema of a file.
const editorLine = "# yaml-language-server: $schema="

// schemaLine returns the file next to a file that its editor line names, and whether it names
// one; if not, it is usual.
func schemaLine(src []byte, usual string) (name string, named bool) {
	for line := range bytes.Lines(src) {
		name, ok := strings.CutPrefix(strings.TrimSpace(string(line)), editorLine)
		if name = strings.TrimSpace(name); ok && filepath.IsLocal(filepath.FromSlash(name)) && filepath.Ext(name) == ".json" && !strings.Contains(name, ":") {
			return name, true
		}
	}
	return usual, false
}

// wrote reports whether a file is such a schema that riskroom wrote, perhaps another version.
func (c schema) wrote(file []byte) bool {
	var there struct{ Title string }
	return json.Unmarshal(file, &there) == nil && there.Title == c.title
}
