package adaptertest

import (
	"slices"
	"testing"
)

func TestMatrixPassesASoundAdapter(t *testing.T) {
	t.Parallel()
	cells := Matrix(t, fakeHarness{})
	t.Log(len(cells), "\n", Markdown(cells))
	if !slices.ContainsFunc(cells, func(c Cell) bool { return c.Verdict == Policy }) {
		t.Error("no cell ended with a policy")
	}
}
