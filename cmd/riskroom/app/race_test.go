//go:build race

package app

// leakRisks is how many risks the leak test's day has: races are looked for in
// fewer.
const leakRisks = 300
