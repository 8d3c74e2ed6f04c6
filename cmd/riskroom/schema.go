package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
)

// schemaName is the file that the first line of every example config names.
const schemaName = "schema.json"

func newSchema(s environment) *cobra.Command {
	return &cobra.Command{
		Use:   "schema [FILE]",
		Short: s.say("Write the JSON Schema of config files for editors"),
		Long: s.say(`schema writes the JSON Schema of config files to %[1]s, next to the config
file that you name. Editors with a YAML language server then complete and explain
keys, if the config file begins with this line, as the examples do:

  # yaml-language-server: $schema=%[1]s

If the line names another file, schema writes that one.

Without FILE, it prints the schema. Run it again after an upgrade of riskroom.`, schemaName),
		Example: "  riskroom schema riskroom.yaml\n  riskroom schema > " + schemaName,
		Args:    oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			schema := config.Schema(platforms.Settings())
			if len(args) == 0 {
				_, err := s.stdout.Write(schema)
				return err
			}
			src, err := os.ReadFile(args[0])
			if err != nil {
				return misuse("cannot read the config file: %v", withoutSyscall(err))
			}
			name, named := schemaLine(src)
			path := filepath.Join(filepath.Dir(args[0]), filepath.FromSlash(name))
			if there, err := os.ReadFile(path); err == nil && !isOurs(there) {
				return misuse("%s is not riskroom's: move it away, or print the schema with: riskroom schema", path)
			}
			if err := os.WriteFile(path, schema, 0o600); err != nil {
				return fmt.Errorf("cannot write the schema: %w", withoutSyscall(err))
			}
			fmt.Fprintln(s.stdout, s.say("wrote %s", path))
			if !named {
				fmt.Fprintln(s.stdout, s.say("for your editor, begin %s with this line: %s", args[0], editorLine+schemaName))
			}
			return nil
		},
	}
}

func oneFile(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return misuse("schema takes one config file, not %d", len(args))
	}
	return nil
}

// editorLine begins the comment from which editors take the schema of a file.
const editorLine = "# yaml-language-server: $schema="

// schemaLine returns the file next to a config file that its editor line names, and whether
// it names one.
func schemaLine(src []byte) (name string, named bool) {
	for line := range bytes.Lines(src) {
		name, ok := strings.CutPrefix(strings.TrimSpace(string(line)), editorLine)
		if name = strings.TrimSpace(name); ok && filepath.IsLocal(filepath.FromSlash(name)) && filepath.Ext(name) == ".json" && !strings.Contains(name, ":") {
			return name, true
		}
	}
	return schemaName, false
}

// isOurs reports whether a file is a schema that riskroom wrote, perhaps another version.
func isOurs(file []byte) bool {
	var schema struct{ Title string }
	return json.Unmarshal(file, &schema) == nil && schema.Title == "riskroom"
}
