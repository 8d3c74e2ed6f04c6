package flow

import (
	"regexp"
	"strconv"
	"time"

	"riskroom/core/calendar"
)

// Delay is how long after or before its date a flow runs: calendar days or working days, then
// an exact duration.
type Delay struct {
	Days        int
	WorkingDays int
	Exact       time.Duration
}

// workingDays is the unit of working days.
const workingDays = "wd"

// The shortest and the longest delay that parseDelay accepts.
const (
	minDelay     = 2 * time.Second
	maxDelayDays = 3650 // also of 24 hours
)

var delayForm = regexp.MustCompile(`^(?:(\d{1,9})wd)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$`)

// parseDelay parses a delay: days or working days, hours, minutes and seconds, in this order,
// each at most once, such as "1d", "2wd", "36h", "1d12h", "90m" or "2s".
func parseDelay(s string) (Delay, *flaw) {
	m := delayForm.FindStringSubmatch(s)
	if s == "" || m == nil {
		return Delay{}, flawAt(0, "%q is not a delay: write days, hours, minutes and seconds like 1d, 36h, 1d12h, 90m or 2s, or working days like 2wd", s)
	}
	var n [5]int64
	for i := range n {
		// A part that is left out is "" and counts as 0. Nine digits fit.
		n[i], _ = strconv.ParseInt(m[i+1], 10, 64)
	}
	const longest = maxDelayDays * 24 * 60 * 60
	exact := n[2]*3600 + n[3]*60 + n[4]
	switch total := n[1]*24*3600 + exact; {
	case m[1] != "" && m[2] != "":
		return Delay{}, flawAt(0, "%q has days and working days: write one of the two", s)
	case m[1] != "" && n[0] == 0:
		return Delay{}, flawAt(0, "%q has no working day: write at least 1wd, or hours", s)
	case n[0] > calendar.MaxCount:
		return Delay{}, flawAt(0, "%q is too long: at most %dwd", s, calendar.MaxCount)
	case total > longest:
		return Delay{}, flawAt(0, "%q is too long: at most %dd", s, maxDelayDays)
	case n[0] == 0 && total < int64(minDelay/time.Second):
		return Delay{}, flawAt(0, "%q is too short: at least %s", s, minDelay)
	}
	return Delay{WorkingDays: int(n[0]), Days: int(n[1]), Exact: time.Duration(exact) * time.Second}, nil
}

var clockForm = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)$`)

// parseClock reads a time of day such as "09:00".
func parseClock(s string) (time.Duration, *flaw) {
	m := clockForm.FindStringSubmatch(s)
	if m == nil {
		return 0, flawAt(-1, "%q is not a time of day: write hours and minutes like \"09:00\"", s)
	}
	h, _ := strconv.Atoi(m[1])
	min, _ := strconv.Atoi(m[2])
	return time.Duration(h)*time.Hour + time.Duration(min)*time.Minute, nil
}
