package bots

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
)

// days are the words for days near today, by how far away they are.
var days = map[string]int{
	"today": 0, "yesterday": -1, "tomorrow": 1,
	"今天": 0, "昨天": -1, "前天": -2, "明天": 1, "后天": 2,
	"今日": 0, "昨日": -1, "明日": 1,
}

var (
	// "3d ago", "3 days ago", "-3d", "in 3d", "+3d", "3天前", "3 小时后"
	offset = regexp.MustCompile(`^(-|\+|in )?(\d{1,4}) ?(d|days?|h|hours?|天|日|小时)( ago|前|后)?$`)
	// "2026-11-20", "2026/1/2", "2026年11月20日", with "14:30" behind
	calendar = regexp.MustCompile(`^(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?(?:[ t]?(\d{1,2})[:：](\d{2}))?$`)
)

// parseDate reads a date as people type it, at a moment now, in the
// organisation's zone. A day without a time stands for the hour at which days
// start there.
func parseDate(org *core.Organisation, now time.Time, s string) (time.Time, bool) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	now = now.In(org.Zone)
	if s == "now" || s == "现在" {
		return now, true
	}
	if n, ok := days[s]; ok {
		return dayFrom(org, now, n), true
	}
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err == nil {
		return t.In(org.Zone), true // as forms give moments
	}
	if m := offset.FindStringSubmatch(s); m != nil {
		return offsetDate(org, now, m)
	}
	if m := calendar.FindStringSubmatch(s); m != nil {
		return calendarDate(org, m)
	}
	return time.Time{}, false
}

// dayFrom returns the day that is n days after now's.
func dayFrom(org *core.Organisation, now time.Time, n int) time.Time {
	return org.DateOf(now.Year(), now.Month(), now.Day()+n)
}

func offsetDate(org *core.Organisation, now time.Time, m []string) (time.Time, bool) {
	before := m[1] == "-" || m[4] == " ago" || m[4] == "前"
	after := m[1] == "+" || m[1] == "in " || m[4] == "后"
	if before == after {
		return time.Time{}, false // "3d" alone may mean either, "+3d ago" neither
	}
	n, err := strconv.Atoi(m[2])
	if err != nil {
		return time.Time{}, false
	}
	if before {
		n = -n
	}
	if m[3][0] == 'h' || m[3] == "小时" {
		return now.Add(time.Duration(n) * time.Hour), true
	}
	return dayFrom(org, now, n), true
}

func calendarDate(org *core.Organisation, m []string) (time.Time, bool) {
	var n [5]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits only; "" is 0
	}
	t := org.DateOf(n[0], time.Month(n[1]), n[2])
	if t.Year() != n[0] || int(t.Month()) != n[1] || t.Day() != n[2] {
		return time.Time{}, false // such as 30 February
	}
	if m[4] == "" {
		return t, true
	}
	if n[3] > 23 || n[4] > 59 {
		return time.Time{}, false
	}
	return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], 0, 0, org.Zone), true
}
