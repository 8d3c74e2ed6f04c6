package flow

import (
	"testing"

	"riskroom/core/text/phrasetest"
)

func TestChinese(t *testing.T) {
	t.Parallel()
	phrasetest.Check(t, Chinese(), []string{"%s", "on: %s", "let", "{ }"}, ".")
}
