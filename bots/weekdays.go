package bots

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"riskroom/core/text"
)

var (
	// "friday", "on fri", "this friday", "next monday", "last tue"
	weekday = regexp.MustCompile(`^(?:on )?(this |next |last )?([a-z]{3,9})\.?$`)
	// "周五", "这周五", "下周1", "上个星期日", "下下周2"
	weekdayChinese = regexp.MustCompile(`^(这|本|下下|下|上上|上)?个?(?:周|星期|礼拜)([1-6日天])$`)
	// "end of month", "end of next month", "eom", "end of year"
	endOf = regexp.MustCompile(`^(?:the )?end of (?:the |this )?(next )?(month|year)$|^(eom|eoy|month end|year end)$`)
	// "月底", "下个月底", "年底", "下个月1号"
	monthChinese = regexp.MustCompile(`^(本|这|下)?个?月(底|末|\d{1,2}[日号])$`)
	yearChinese  = regexp.MustCompile(`^(今|明)?年(底|末)$`)

	weekless  = regexp.MustCompile(`(?:^|[^a-z])(?:mon|tue|wed|thu|fri|sat|sun)|(?:周|星期|礼拜|週)`)
	weekNamed = regexp.MustCompile(`(?:this|next|last) |[这本上下個个](?:周|星期|礼拜|週)`)
)

// parseWeekday reads a day of a week. Weeks start on Monday. A weekday without a week is
// the coming one, or today.
func parseWeekday(now time.Time, s string) (day, bool) {
	y, month, d := now.Date()
	today := isoWeekday(now.Weekday())
	week, target := "", 0
	if m := weekday.FindStringSubmatch(s); m != nil {
		week, target = strings.TrimSpace(m[1]), weekdayNamed(m[2])
	} else if m := weekdayChinese.FindStringSubmatch(s); m != nil {
		week, target = m[1], isoWeekday(time.Sunday)
		if n, err := strconv.Atoi(m[2]); err == nil {
			target = n
		}
	}
	if target == 0 {
		return day{}, false
	}
	weeks := map[string]int{"next": 1, "下": 1, "下下": 2, "last": -1, "上": -1, "上上": -2}[week]
	if week == "" && target < today {
		weeks = 1
	}
	return day{y, month, d + target - today + 7*weeks}, true
}

// isoWeekday returns the number of a weekday, 1 for Monday to 7 for Sunday.
func isoWeekday(w time.Weekday) int { return (int(w)+6)%7 + 1 }

// weekdayNamed returns the number of an English weekday or a beginning of it, 0 if s is
// none.
func weekdayNamed(s string) int {
	for w := time.Sunday; w <= time.Saturday; w++ {
		if strings.HasPrefix(strings.ToLower(w.String()), s) {
			return isoWeekday(w)
		}
	}
	return 0
}

// withoutWeek reports whether a date as typed contains a weekday without a week.
func withoutWeek(s string) bool {
	s = strings.ToLower(text.Fold(s))
	return weekless.MatchString(s) && !weekNamed.MatchString(s)
}

// parsePartOf reads the end of a month or year, and a day of this month or the next.
func parsePartOf(now time.Time, s string) (day, bool) {
	y, month, _ := now.Date()
	if m := endOf.FindStringSubmatch(s); m != nil {
		next := 0
		if m[1] != "" {
			next = 1
		}
		if m[2] == "year" || strings.Contains(m[3], "y") {
			return day{y + next, time.December, 31}, true
		}
		return day{y, month + time.Month(next) + 1, 0}, true
	}
	if m := yearChinese.FindStringSubmatch(s); m != nil {
		if m[1] == "明" {
			y++
		}
		return day{y, time.December, 31}, true
	}
	m := monthChinese.FindStringSubmatch(s)
	if m == nil {
		return day{}, false
	}
	if m[1] == "下" {
		month++
	}
	n, err := strconv.Atoi(strings.TrimRight(m[2], "日号"))
	if err != nil {
		return day{y, month + 1, 0}, true
	}
	last := time.Date(y, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return day{y, month, n}, 1 <= n && n <= last && m[1] != ""
}
