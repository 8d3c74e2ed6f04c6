package discord_test

import (
	"testing"

	"riskroom/adapters/adaptertest"
)

// TestConformance tries out what the actions mean.
func TestConformance(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, harness{})
}
