//go:build race

package app

// leakRisks is the number of risks in the leak test, fewer under the race detector.
const leakRisks = 300
