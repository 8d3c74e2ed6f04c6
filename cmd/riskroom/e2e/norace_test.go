//go:build !race

package e2e_test

// raced tells that data races are looked for.
const raced = false
