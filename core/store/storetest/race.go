//go:build race

package storetest

// Raced reports whether the race detector is on, which makes everything slow.
const Raced = true
