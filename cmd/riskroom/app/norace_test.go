//go:build !race

package app

// leakRisks is the number of risks in the leak test.
const leakRisks = 2000
