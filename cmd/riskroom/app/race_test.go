//go:build race

package app

// raced reports whether the race detector is on, which makes everything slow.
const raced = true

// leakRisks is the number of risks in the leak test, fewer under the race detector.
const leakRisks = 100
