package calendar

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// day parses a day.
func day(t testing.TB, s string) Day {
	t.Helper()
	r, err := ParseRange(s)
	if err != nil {
		t.Fatal(err)
	}
	return r.First
}

func TestParseRange(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]error{
		"2026-02-15": nil, "2026-02-15..2026-02-23": nil, "2024-02-29": nil, "2000-01-01": nil, "2199-12-31": nil,
		"2026-01-01..2027-01-01": nil, "2026-01-01..2027-01-02": ErrLong,
		"2026-02-23..2026-02-15": ErrReversed,
		"2026-02-29":             ErrNoDay, "1999-12-31": ErrNoDay, "2200-01-01": ErrNoDay, "": ErrNoDay, "..": ErrNoDay,
		"2026-02-15..": ErrNoDay, "2026-2-15": ErrNoDay, "2026-02-15...2026-02-16": ErrNoDay, "2026-02-15 ": ErrNoDay,
	} {
		r, err := ParseRange(s)
		if !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", s, err, want)
		}
		if err == nil && r.String() != s {
			t.Errorf("%q is printed as %q", s, r)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	// The spring festival of 2026 in mainland China.
	days := Days{Weekdays: Usual(), Holidays: []string{"2026-02-15..2026-02-23"}, Workdays: []string{"2026-02-14", "2026-02-28"}}
	c, err := days.Calendar()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-02-12", 1, "2026-02-13"},
		{"2026-02-13", 1, "2026-02-14"},  // a Saturday that makes up
		{"2026-02-14", 1, "2026-02-24"},  // over the festival
		{"2026-02-18", 1, "2026-02-24"},  // from a holiday
		{"2026-02-13", 2, "2026-02-24"},  //
		{"2026-02-27", 1, "2026-02-28"},  // the other Saturday
		{"2026-02-27", 2, "2026-03-02"},  // without the Sunday
		{"2026-02-24", -1, "2026-02-14"}, // back over the festival
		{"2026-02-23", -2, "2026-02-13"},
		{"2026-03-02", -1, "2026-02-28"},
		{"2026-03-01", 5, "2026-03-06"},
	} {
		from := day(t, tt.from)
		if got := from + Day(c.Count(from, tt.n)); got.String() != tt.want {
			t.Errorf("%d from %s: %s, want %s", tt.n, tt.from, got, tt.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	year := func(from string, days int) Range { return Range{day(t, from), day(t, from) + Day(days) - 1} }
	for name, tt := range map[string]struct {
		weekdays           []string
		holidays, workdays []Range
		want               error
	}{
		"no weekday":            {want: ErrNoWork},
		"a year off":            {weekdays: Usual(), holidays: []Range{year("2026-01-01", 366)}, want: ErrNoWork},
		"two halves of a year":  {weekdays: Usual(), holidays: []Range{year("2026-01-01", 200), year("2026-07-20", 170)}, want: ErrNoWork},
		"a year less some days": {weekdays: Usual(), holidays: []Range{year("2026-01-01", 360)}},
		"a year but one":        {weekdays: Usual(), holidays: []Range{year("2026-01-01", 366)}, workdays: []Range{year("2026-07-01", 1)}},
		"one day of a week":     {weekdays: []string{"sun"}},
	} {
		if _, err := New(tt.weekdays, tt.holidays, tt.workdays); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	var many []Range
	for i := range MaxRanges + 1 {
		many = append(many, Range{Day(20000 + 2*i), Day(20000 + 2*i)})
	}
	if _, err := New(Weekdays(), many, nil); !errors.Is(err, ErrMany) {
		t.Errorf("many holidays: %v", err)
	}
	if _, err := New([]string{"monday"}, nil, nil); err == nil {
		t.Error("an unknown weekday is accepted")
	}
}

// TestCalendarSlowly compares a Calendar with the days as they were drawn, one by one.
func TestCalendarSlowly(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		weekdays := rapid.SliceOfNDistinct(rapid.SampledFrom(Weekdays()), 1, 7, rapid.ID).Draw(rt, "weekdays")
		free, work := map[string]bool{}, map[string]bool{}
		draw := func(name string, days map[string]bool) []Range {
			var out []Range
			for i := range rapid.IntRange(0, 8).Draw(rt, name) {
				first := start.AddDate(0, 0, rapid.IntRange(0, 120).Draw(rt, fmt.Sprint(name, i)))
				n := rapid.IntRange(1, 12).Draw(rt, fmt.Sprint(name, i, " days"))
				for k := range n {
					days[first.AddDate(0, 0, k).Format(time.DateOnly)] = true
				}
				out = append(out, Range{DayOf(first), DayOf(first.AddDate(0, 0, n-1))})
			}
			return out
		}
		c, err := New(weekdays, draw("holidays", free), draw("workdays", work))
		if err != nil {
			rt.Fatal(err)
		}
		works := func(d time.Time) bool {
			s, name := d.Format(time.DateOnly), Weekdays()[(d.Weekday()+6)%7]
			return work[s] || !free[s] && slices.Contains(weekdays, name)
		}
		for d := start.AddDate(0, 0, -10); d.Before(start.AddDate(0, 0, 150)); d = d.AddDate(0, 0, 1) {
			if c.Works(DayOf(d)) != works(d) {
				rt.Fatalf("%s works: %v", d, c.Works(DayOf(d)))
			}
		}
		from := start.AddDate(0, 0, rapid.IntRange(-5, 140).Draw(rt, "from"))
		n := rapid.SampledFrom([]int{1, 2, 5, 30, -1, -2, -5, -30}).Draw(rt, "n")
		step := n / max(n, -n)
		at, moved := from, 0
		for left := max(n, -n); left > 0; {
			at, moved = at.AddDate(0, 0, step), moved+step
			if works(at) {
				left--
			}
		}
		if got := c.Count(DayOf(from), n); got != moved {
			rt.Fatalf("%d from %s: %d, want %d", n, from, got, moved)
		}
		again, err := c.Days().Calendar()
		if err != nil || !again.Equal(c) {
			rt.Fatalf("%+v is read as another calendar: %v", c.Days(), err)
		}
		if diff := cmp.Diff(c.Days(), again.Days()); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// TestMerge checks that the same days are the same ranges, however they are written.
func TestMerge(t *testing.T) {
	t.Parallel()
	a := []Range{{20500, 20900}, {20000, 20100}, {20101, 20499}}
	b := []Range{{20000, 20450}, {20300, 20900}}
	if diff := cmp.Diff(merge(a), merge(b)); diff != "" {
		t.Error(diff)
	}
	for _, r := range merge(a) {
		if _, err := ParseRange(r.String()); err != nil {
			t.Errorf("%s: %v", r, err)
		}
	}
}

func FuzzRange(f *testing.F) {
	for _, s := range []string{"2026-02-15", "2026-02-15..2026-02-23", "2026-02-23..2026-02-15", "..", "０２-１"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRange(s)
		if err == nil && (r.String() != s && r.First != r.Last || r.Last < r.First || r.Last-r.First >= MaxDays) {
			t.Errorf("%q is read as %s", s, r)
		}
	})
}
