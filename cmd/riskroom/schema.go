package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
)

// schemaName is the file that the first line of every example config names.
const schemaName = "schema.json"

func newSchema(s environment) *cobra.Command {
	return &cobra.Command{
		Use:   "schema [FILE]",
		Short: "Write the JSON Schema of config files for editors",
		Long: `schema writes the JSON Schema of config files to ` + schemaName + `, next to the config
file that you name. Editors with a YAML language server then complete and explain
keys, if the config file begins with this line, as the examples do:

  # yaml-language-server: $schema=` + schemaName + `

Without FILE, it prints the schema. Run it again after an upgrade of riskroom.`,
		Example: "  riskroom schema riskroom.yaml\n  riskroom schema > " + schemaName,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			schema := config.Schema(platforms.Settings())
			if len(args) == 0 {
				_, err := s.stdout.Write(schema)
				return err
			}
			if _, err := os.Stat(args[0]); err != nil {
				return misuse("cannot read the config file: %w", withoutSyscall(err))
			}
			path := filepath.Join(filepath.Dir(args[0]), schemaName)
			if there, err := os.ReadFile(path); err == nil && !isOurs(there) {
				return misuse("%s is not riskroom's: move it away, or print the schema with: riskroom schema", path)
			}
			if err := os.WriteFile(path, schema, 0o600); err != nil {
				return fmt.Errorf("cannot write the schema: %w", withoutSyscall(err))
			}
			_, err := fmt.Fprintf(s.stdout, "wrote %s\n", path)
			return err
		},
	}
}

// isOurs reports whether a file is a schema that riskroom wrote, perhaps another version.
func isOurs(file []byte) bool {
	var schema struct{ Title string }
	return json.Unmarshal(file, &schema) == nil && schema.Title == "riskroom"
}
