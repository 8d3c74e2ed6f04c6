package demo

import "embed"

// locales contains the demo's own texts, for the terminal and the page.
//
//go:embed locales/*.json
var locales embed.FS
