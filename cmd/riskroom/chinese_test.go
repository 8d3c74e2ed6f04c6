package main

import (
	"maps"
	"testing"

	"riskroom/core/text/phrasetest"
)

func TestChinese(t *testing.T) {
	t.Parallel()
	all := map[string]string{}
	for _, table := range chinese() {
		maps.Copy(all, table)
	}
	phrasetest.Check(t, all, []string{"%s", "%v", "%s, %s", "%s: %s", "%s (%s)", "%s %s", "\n"}, ".")
}
