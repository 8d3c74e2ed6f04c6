// Package configs contains config files to start from, and embeds the demo's.
package configs

import _ "embed"

// Demo is demo.yaml, the config file of the demo.
//
//go:embed demo.yaml
var Demo []byte
