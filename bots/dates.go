package bots

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// nearDays maps words for days near today to their distance in days.
var nearDays = map[string]int{
	"today": 0, "yesterday": -1, "tomorrow": 1, "day before yesterday": -2, "day after tomorrow": 2,
	"今天": 0, "昨天": -1, "前天": -2, "大前天": -3, "明天": 1, "后天": 2, "大后天": 3,
	"今日": 0, "昨日": -1, "明日": 1,
}

// spelledOut writes out what Chinese contracts, "今晚", and simplifies characters.
var spelledOut = strings.NewReplacer(
	"後", "后", "點", "点", "時", "时", "鐘", "钟", "週", "周", "號", "号", "兩", "两", "個", "个", "午前", "上午", "午后", "下午", "午後", "下午",
	"今晚", "今天晚上", "明晚", "明天晚上", "昨晚", "昨天晚上", "今早", "今天早上", "明早", "明天早上",
)

const periods = `(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚)`

var (
	// "3d ago", "3 days ago", "-3d", "in 3d", "+3d", "3天前", "3 小时后"
	offset = regexp.MustCompile(`^(-|\+|in )?(\d{1,4}) ?(d|days?|h|hours?|w|weeks?|min|minutes?|天|日|小时|周|个?星期|分钟)( ago| from now|前|后)?$`)
	// "2026-11-20", "2026/1/2", "2026.1.2", "2026年11月20日"
	calendar = regexp.MustCompile(`^(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2}) ?[日号]?$`)
	// "20 Nov 2026", as riskroom writes it, and "November 20th, 2026"
	dayMonth = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th|\.)? ([a-z]{3,9})\.?,? (\d{4})$`)
	monthDay = regexp.MustCompile(`^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$`)
	// "14:30", "2pm", "2:30 p.m.", "14h", "14h30", "14.30 Uhr", "下午2点半"
	timeOfDay = regexp.MustCompile(`^` + periods + `? ?(\d{1,2}) ?(?:([:h点时.]|uhr)(?: ?(\d{2})(?::\d{2})?分?)?(半|钟|整)?)? ?(am|pm|a\.m\.?|p\.m\.?|uhr|o'clock|h)?$`)
	// the text between a day and a time
	between = regexp.MustCompile(`(?:,| at| by| um| à| om| kl\.?| a las| alle| -|@)+$|^(?:,|on )`)
	isoTime = regexp.MustCompile(`(\d)t(\d)`)
	// text that looks like a time of day or a part of one
	timeLike = regexp.MustCompile(`^(?:(?:at|by|around|about|before|after|um|à|om|kl\.?|a las|alle|-|@) ?)*(?:\d{1,2}:\S*|\d{1,2} ?(?:h\d*|[点时]\S*|uhr|o'clock|[ap]\.?m\.?|ish)|[ap]\.?m\.?|uhr|o'clock|eod|cob|(?:noon|midday|midnight|morning|afternoon|evening|night)(?:ish)?|` + periods + `\S*)[,.]?$`)
	bareHour = regexp.MustCompile(`^(?:at )?\d{1,2}$`)
	timeZone = regexp.MustCompile(`^(?:UTC|GMT|CES?T|EES?T|WET|BST|[ECMP][SD]T|[JK]ST|AE[SD]T)\S*$`)
)

// isTime reports whether s, in any case, looks like what people add to a day. A bare
// number does if nothing follows it.
func isTime(s string, last bool) bool {
	lower := strings.ToLower(s)
	return timeLike.MatchString(lower) || timeZone.MatchString(s) || last && bareHour.MatchString(lower)
}

// longestDate is how many bytes a date may have.
const longestDate = 60

// parseDate reads a date as people type it, at a moment now, in the organisation's
// zone. A day without a time is the hour at which days start there.
func parseDate(org *core.Organisation, now time.Time, s string) (time.Time, bool) {
	s = strings.ToLower(strings.TrimRightFunc(text.Fold(s), endsValue))
	now = now.In(org.Zone)
	if len(s) > longestDate {
		return time.Time{}, false
	}
	if s == "now" || s == "现在" {
		return now, true
	}
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err == nil {
		return t.In(org.Zone), true // as forms give moments
	}
	s = isoTime.ReplaceAllString(arabic(spelledOut.Replace(s)), "$1 $2")
	if m := offset.FindStringSubmatch(s); m != nil && unit(m[3]) < core.Day {
		n, ok := signed(m)
		return now.Add(time.Duration(n) * unit(m[3])), ok
	}
	if day, ok := parseDay(now, s); ok {
		return day.at(org, org.DayStartsAt)
	}
	day, clock, ok := cutClock(now, s)
	if !ok {
		return time.Time{}, false
	}
	return day.at(org, clock)
}

// day is a day of the calendar; Date may be outside of the month.
type day struct {
	year  int
	month time.Month
	date  int
}

// at returns the instant at which clocks show a time on d; false if there is no such
// day.
func (d day) at(org *core.Organisation, clock time.Duration) (time.Time, bool) {
	t, _ := core.WallClock(d.year, d.month, d.date, clock, org.Zone)
	want := time.Date(d.year, d.month, d.date, 0, 0, 0, 0, time.UTC)
	return t, t.YearDay() == want.YearDay()
}

// cutClock reads a day with a time after or before it.
func cutClock(now time.Time, s string) (d day, clock time.Duration, ok bool) {
	for i := range s {
		if i == 0 || digit(s[i-1]) && digit(s[i]) {
			continue
		}
		before, after := strings.TrimSpace(s[:i]), strings.TrimSpace(s[i:])
		if clock, ok = parseClock(after); !ok {
			clock, ok = parseClock(before)
			before = after
		}
		if !ok {
			continue
		}
		if d, ok = parseDay(now, strings.TrimSpace(between.ReplaceAllString(before, ""))); ok {
			return d, clock, true
		}
	}
	return day{}, 0, false
}

func digit(b byte) bool { return '0' <= b && b <= '9' }

// parseClock reads a time of day. A bare number is none.
func parseClock(s string) (time.Duration, bool) {
	if s == "noon" || s == "中午" {
		return 12 * time.Hour, true
	}
	m := timeOfDay.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	period, sign, half, suffix := m[1], m[3], m[5], m[6]
	hour, _ := strconv.Atoi(m[2]) // digits only
	minute, _ := strconv.Atoi(m[4])
	if half == "半" {
		minute += 30
	}
	switch {
	case period+sign+suffix == "", sign == ":" && m[4] == "", sign == "." && (m[4] == "" || suffix == ""),
		half != "" && sign != "点" && sign != "时":
		return 0, false
	case suffix != "" && (suffix[0] == 'a' || suffix[0] == 'p'):
		if hour < 1 || hour > 12 {
			return 0, false
		}
		if hour %= 12; suffix[0] == 'p' {
			hour += 12
		}
	case period == "中午" && hour < 3, slices.Contains([]string{"下午", "傍晚", "晚上", "晚"}, period) && hour > 0 && hour < 12:
		hour += 12
	case period == "凌晨" && hour == 12:
		hour = 0
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, hour < 24 && minute < 60
}

// parseDay reads a day.
func parseDay(now time.Time, s string) (day, bool) {
	y, month, d := now.Date()
	if n, ok := nearDays[s]; ok {
		return day{y, month, d + n}, true
	}
	if m := offset.FindStringSubmatch(s); m != nil && unit(m[3]) >= core.Day {
		n, ok := signed(m)
		return day{y, month, d + n*int(unit(m[3])/core.Day)}, ok
	}
	for _, parse := range []func(time.Time, string) (day, bool){parseWeekday, parsePartOf} {
		if d, ok := parse(now, s); ok {
			return d, true
		}
	}
	var written [3]string // year, month, day
	if m := calendar.FindStringSubmatch(s); m != nil {
		written = [3]string{m[1], m[2], m[3]}
	} else if m := dayMonth.FindStringSubmatch(s); m != nil {
		written = [3]string{m[3], m[2], m[1]}
	} else if m := monthDay.FindStringSubmatch(s); m != nil {
		written = [3]string{m[3], m[1], m[2]}
	}
	year, _ := strconv.Atoi(written[0]) // digits only
	date, _ := strconv.Atoi(written[2])
	month = monthOf(written[1])
	// Otherwise it is a day such as 30 February.
	return day{year, month, date}, month > 0 && time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Day() == date
}

// monthOf reads a month, 0 if s is none.
func monthOf(s string) time.Month {
	if n, err := strconv.Atoi(s); err == nil && n <= 12 {
		return time.Month(n)
	}
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); s == "sept" && m == time.September || len(s) >= 3 && strings.HasPrefix(name, s) {
			return m
		}
	}
	return 0
}

// unit returns how long a unit of offset is.
func unit(s string) time.Duration {
	switch {
	case strings.HasPrefix(s, "min"), s == "分钟":
		return time.Minute
	case s[0] == 'h', s == "小时":
		return time.Hour
	case s[0] == 'w', s == "周", strings.HasSuffix(s, "星期"):
		return 7 * core.Day
	}
	return core.Day
}

// signed returns how many units ahead a match of offset is. "3d" alone may mean either
// way, "+3d ago" neither.
func signed(m []string) (n int, ok bool) {
	before := m[1] == "-" || m[4] == " ago" || m[4] == "前"
	after := m[1] == "+" || m[1] == "in " || m[4] == "后" || m[4] == " from now"
	n, err := strconv.Atoi(m[2])
	if before {
		n = -n
	}
	return n, before != after && err == nil
}

// chinese matches a number below 100 in Chinese.
var chinese = regexp.MustCompile(`([一二两三四五六七八九])?(十)?([一二两三四五六七八九])?`)

// arabic writes Chinese numbers below 100 in digits.
func arabic(s string) string {
	value := func(s string) int {
		if s == "两" {
			return 2
		}
		return strings.Index("一二三四五六七八九", s)/len("一") + 1
	}
	return chinese.ReplaceAllStringFunc(s, func(s string) string {
		m := chinese.FindStringSubmatch(s)
		switch {
		case s == "":
			return ""
		case m[2] == "":
			return strconv.Itoa(value(m[1])) + arabic(m[3])
		case m[1] == "":
			m[1] = "一"
		}
		n := 10 * value(m[1])
		if m[3] != "" {
			n += value(m[3])
		}
		return strconv.Itoa(n)
	})
}
