package slack_test

import (
	"testing"

	"riskroom/adapters/adaptertest"
)

// TestConformance checks the contract of the actions.
func TestConformance(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, harness{})
}

// TestConformanceOfEnds checks the other ways in which topic groups can end.
func TestConformanceOfEnds(t *testing.T) {
	t.Parallel()
	for _, h := range []harness{restricting, {end: "announce"}} {
		t.Run(h.end, func(t *testing.T) {
			t.Parallel()
			adaptertest.Run(t, h)
		})
	}
}
