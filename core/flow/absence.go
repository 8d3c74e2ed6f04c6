package flow

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/expr-lang/expr"

	"riskroom/core"
)

// elapsed is the time between two dates. It is not ok if one of them is not set.
type elapsed struct {
	d  time.Duration
	ok bool
}

// absence makes comparisons with a date that is not set false, as with a NaN. Otherwise a
// missing due date would be the year 1 and so long past.
func absence() []expr.Option {
	type (
		dates  = func(time.Time, time.Time) bool
		left   = func(elapsed, time.Duration) bool
		right  = func(time.Duration, elapsed) bool
		spans  = func(elapsed, elapsed) bool
		shift  = func(time.Time, time.Duration) time.Time
		unlike = func(time.Duration, time.Time) time.Time
	)
	var options []expr.Option
	operator := func(op, name string, fn func(params ...any) (any, error), types ...any) {
		options = append(options, expr.Function(name, fn, types...), expr.Operator(op, name))
	}
	for _, o := range []struct {
		op, name string
		holds    func(order int) bool
	}{
		{"<", "is_before", func(n int) bool { return n < 0 }},
		{"<=", "is_before_or_at", func(n int) bool { return n <= 0 }},
		{">", "is_after", func(n int) bool { return n > 0 }},
		{">=", "is_after_or_at", func(n int) bool { return n >= 0 }},
		{"==", "is_at", func(n int) bool { return n == 0 }},
	} {
		operator(o.op, o.name, func(params ...any) (any, error) {
			n, known := order(params[0], params[1])
			return known && o.holds(n), nil
		}, new(dates), new(left), new(right), new(spans))
	}
	operator("!=", "is_not_at", func(params ...any) (any, error) {
		n, known := order(params[0], params[1])
		return !known || n != 0, nil
	}, new(dates), new(left), new(right), new(spans))
	operator("-", "minus", minus, new(func(time.Time, time.Time) elapsed), new(shift))
	operator("+", "plus", plus, new(shift), new(unlike))
	return options
}

// order compares two dates or two durations. known is false if one of them is not set.
func order(a, b any) (n int, known bool) {
	if x, ok := a.(time.Time); ok {
		y, _ := b.(time.Time)
		return x.Compare(y), !x.IsZero() && !y.IsZero()
	}
	x, y := length(a), length(b)
	return cmp.Compare(x.d, y.d), x.ok && y.ok
}

func length(v any) elapsed {
	if d, ok := v.(time.Duration); ok {
		return elapsed{d, true}
	}
	e, _ := v.(elapsed)
	return e
}

func minus(params ...any) (any, error) {
	x, _ := params[0].(time.Time)
	switch y := params[1].(type) {
	case time.Time:
		return elapsed{x.Sub(y), !x.IsZero() && !y.IsZero()}, nil
	case time.Duration:
		return shifted(x, -y), nil
	}
	return nil, fmt.Errorf("cannot take %T from a date", params[1])
}

func plus(params ...any) (any, error) {
	for i, p := range params {
		d, ok := params[1-i].(time.Duration)
		if t, isDate := p.(time.Time); isDate && ok {
			return shifted(t, d), nil
		}
	}
	return nil, fmt.Errorf("cannot add %T to %T", params[1], params[0])
}

// shifted moves t by d. A date that is not set stays unset.
func shifted(t time.Time, d time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(d)
}

// filledFunction is filled(x), which reports whether x is set.
func filledFunction() expr.Option {
	return expr.Function("filled", func(params ...any) (any, error) {
		switch x := params[0].(type) {
		case string:
			return x != "", nil
		case float64:
			return !math.IsNaN(x), nil
		case time.Time:
			return !x.IsZero(), nil
		case []string:
			return len(x) > 0, nil
		}
		return nil, fmt.Errorf("filled does not take %T", params[0])
	}, new(func(string) bool), new(func(float64) bool), new(func(time.Time) bool), new(func([]string) bool))
}

// dateFunction is date("2026-05-01"), which returns the start of that day in the
// organisation.
func dateFunction(s *scope) expr.Option {
	return expr.Function("date", func(params ...any) (any, error) {
		word, _ := params[0].(string)
		t, err := time.Parse(time.DateOnly, word)
		if err != nil {
			return nil, fmt.Errorf("%q is not a date like \"2026-05-01\"", word)
		}
		first, _ := core.WallClock(t.Year(), t.Month(), t.Day(), s.dayStartsAt, s.zone)
		return first, nil
	}, new(func(string) time.Time))
}
