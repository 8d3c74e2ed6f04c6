package rest_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// counting is a Budget that grants every call and counts them.
type counting struct{ granted int }

func (c *counting) Spend(ctx context.Context, _ []core.Bucket, call func(context.Context) error) error {
	c.granted++
	return call(ctx)
}

func TestPages(t *testing.T) {
	t.Parallel()
	list := map[string]rest.Page[int]{"": {[]int{1, 2}, "b"}, "b": {nil, "c"}, "c": {[]int{3, 4}, ""}}
	errBroken := errors.New("broken")
	for name, c := range map[string]struct {
		limit, until int    // the limit of pages, and the item to stop after
		broken       string // the page that fails
		want         []int
		whole        bool
		granted      int
	}{
		"to the end":         {3, 0, "-", []int{1, 2, 3, 4}, true, 2},
		"until it is found":  {3, 3, "-", []int{1, 2, 3}, true, 2},
		"on the first page":  {3, 1, "-", []int{1}, true, 0},
		"to the limit":       {2, 0, "-", []int{1, 2}, false, 1},
		"a page that fails":  {3, 0, "c", []int{1, 2}, false, 2},
		"a first that fails": {1, 0, "", nil, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []int
			b := &counting{}
			whole, err := rest.Pages(t.Context(), rest.Walk{Budget: b, Paid: true, Limit: c.limit},
				func(_ context.Context, cursor string) (rest.Page[int], error) {
					if cursor == c.broken {
						return rest.Page[int]{}, errBroken
					}
					return list[cursor], nil
				},
				func(n int) bool { got = append(got, n); return n != c.until })
			if !slices.Equal(got, c.want) || whole != c.whole || b.granted != c.granted || (err != nil) != (c.broken != "-") {
				t.Errorf("%v, whole %v, %d granted: %v", got, whole, b.granted, err)
			}
		})
	}
}
