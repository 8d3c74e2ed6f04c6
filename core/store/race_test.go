//go:build race

package store_test

// raced reports whether the race detector is on, which makes everything slow.
const raced = true
