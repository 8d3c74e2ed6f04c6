//go:build race

package e2e_test

// raced reports whether the race detector is on.
const raced = true
