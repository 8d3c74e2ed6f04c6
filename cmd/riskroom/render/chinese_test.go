package render

import (
	"testing"

	"riskroom/core/text/phrasetest"
)

func TestChinese(t *testing.T) {
	t.Parallel()
	phrasetest.Check(t, chinese(), nil, ".")
}
