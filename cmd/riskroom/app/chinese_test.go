package app

import (
	"testing"

	"riskroom/core/text/phrasetest"
)

func TestChinese(t *testing.T) {
	t.Parallel()
	phrasetest.Check(t, Chinese(), []string{"%s: %s", "%s %s", "%s\n%s"}, ".")
}
