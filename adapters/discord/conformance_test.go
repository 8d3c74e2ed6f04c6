package discord_test

import (
	"testing"

	"riskroom/adapters/adaptertest"
)

// TestConformance checks the contract of the actions.
func TestConformance(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, harness{})
}
