package engine

import (
	"strings"
	"testing"

	"riskroom/core/flow"
)

func TestEveryActionHasBothHalves(t *testing.T) {
	t.Parallel()
	if _, err := byKind(flow.ActionKinds(), actionHalves()); err != nil {
		t.Error(err)
	}
	for i, h := range actionHalves() {
		rest := append(actionHalves()[:i], actionHalves()[i+1:]...)
		if _, err := byKind(flow.ActionKinds(), rest); err == nil || !strings.Contains(err.Error(), h.kind) {
			t.Errorf("without the half of %s: %v", h.kind, err)
		}
	}
}
