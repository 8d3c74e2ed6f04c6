package bots

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

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
	// "2026-11-20", "2026/1/2", "2026年11月20日"
	calendar = regexp.MustCompile(`^(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?$`)
	// a day with "14:30" behind it
	dayAndTime = regexp.MustCompile(`^(.+?)[ t]?(\d{1,2})[:：](\d{2})$`)
)

// parseDate reads a date as people type it, at a moment now, in the
// organisation's zone. A day without a time stands for the hour at which days
// start there.
func parseDate(org *core.Organisation, now time.Time, s string) (time.Time, bool) {
	s = strings.ToLower(strings.Join(strings.Fields(width.Narrow.String(s)), " "))
	now = now.In(org.Zone)
	if s == "now" || s == "现在" {
		return now, true
	}
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err == nil {
		return t.In(org.Zone), true // as forms give moments
	}
	if t, ok := parseDay(org, now, s); ok {
		return t, true
	}
	if m := offset.FindStringSubmatch(s); m != nil {
		n, ok := signed(m)
		return now.Add(time.Duration(n) * time.Hour), ok
	}
	m := dayAndTime.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	day, ok := parseDay(org, now, m[1])
	hour, _ := strconv.Atoi(m[2]) // digits only
	minute, _ := strconv.Atoi(m[3])
	if !ok || hour > 23 || minute > 59 {
		return time.Time{}, false
	}
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, org.Zone), true
}

// parseDay reads a day.
func parseDay(org *core.Organisation, now time.Time, s string) (time.Time, bool) {
	if n, ok := days[s]; ok {
		return dayFrom(org, now, n), true
	}
	if m := offset.FindStringSubmatch(s); m != nil && m[3][0] != 'h' && m[3] != "小时" {
		n, ok := signed(m)
		return dayFrom(org, now, n), ok
	}
	m := calendar.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits only
	}
	t := org.DateOf(n[0], time.Month(n[1]), n[2])
	// Otherwise it is a day such as 30 February.
	return t, t.Year() == n[0] && int(t.Month()) == n[1] && t.Day() == n[2]
}

// dayFrom returns the day that is n days after now's.
func dayFrom(org *core.Organisation, now time.Time, n int) time.Time {
	return org.DateOf(now.Year(), now.Month(), now.Day()+n)
}

// signed returns how many days or hours ahead a match of offset is. "3d" alone
// may mean either way, "+3d ago" neither.
func signed(m []string) (n int, ok bool) {
	before := m[1] == "-" || m[4] == " ago" || m[4] == "前"
	after := m[1] == "+" || m[1] == "in " || m[4] == "后"
	n, err := strconv.Atoi(m[2])
	if before {
		n = -n
	}
	return n, before != after && err == nil
}
