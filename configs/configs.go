// Package configs holds config files to start from. The one that the demo plays
// is part of the binary.
package configs

import _ "embed"

// Demo is demo.yaml: the story that the demo plays.
//
//go:embed demo.yaml
var Demo []byte
