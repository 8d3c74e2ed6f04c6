//go:build !race

package app

// raced reports whether the race detector is on.
const raced = false

// leakRisks is the number of risks in the leak test.
const leakRisks = 2000
