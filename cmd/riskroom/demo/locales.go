package demo

import "embed"

// locales are the texts of the demo alone: what it tells on the terminal, and its
// page in the browser.
//
//go:embed locales/*.json
var locales embed.FS
