//go:build !race

package app

// leakRisks is how many risks the leak test's day has.
const leakRisks = 2000
