package core

import "context"

// Spend makes a call that b has to grant first, and returns what the call does.
func Spend[T any](ctx context.Context, b Budget, cost []Bucket, call func(context.Context) (T, error)) (T, error) {
	var out T
	err := b.Spend(ctx, cost, func(ctx context.Context) error {
		var err error
		out, err = call(ctx)
		return err
	})
	return out, err
}

// Page is a page of a list of a platform's.
type Page[T any] struct {
	Items []T
	Next  string // where the next page begins, "" after the last
}

// Walk is how Pages walks a list.
type Walk struct {
	Budget Budget
	Cost   []Bucket // of one page
	Paid   bool     // the first page is paid for already
	Limit  int      // how many pages at most
}

// Pages walks a list page by page, from the cursor "" on. It ends early where
// visit returns false, and tells whether it came to an end in one way or the
// other.
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
