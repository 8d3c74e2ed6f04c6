package rest

import (
	"context"

	"riskroom/core"
)

// Page is one page of a platform's list.
type Page[T any] struct {
	Items []T
	Next  string // where the next page begins, "" after the last
}

// Walk says how to walk a list with Pages.
type Walk struct {
	Budget core.Budget
	Cost   []core.Bucket // of one page
	Paid   bool          // the first page has already been paid for
	Limit  int           // the most pages to read
}

// Pages walks a list page by page, starting at the cursor "". It stops early if
// visit returns false. whole is false if it stopped at the limit of pages.
func Pages[T any](
	ctx context.Context, w Walk, page func(ctx context.Context, cursor string) (Page[T], error), visit func(T) bool,
) (whole bool, err error) {
	cursor := ""
	next := func(ctx context.Context) (Page[T], error) { return page(ctx, cursor) }
	for n := 1; ; n++ {
		var p Page[T]
		if n == 1 && w.Paid {
			p, err = next(ctx)
		} else {
			p, err = Spend(ctx, w.Budget, w.Cost, next)
		}
		if err != nil {
			return false, err
		}
		for _, item := range p.Items {
			if !visit(item) {
				return true, nil
			}
		}
		if p.Next == "" {
			return true, nil
		}
		if n == w.Limit {
			return false, nil
		}
		cursor = p.Next
	}
}
