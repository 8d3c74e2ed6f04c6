package core_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
)

// TestDays holds around every change of the clocks: a date is on its day, days follow
// each other, and a time of day that clocks show is shown at the instant returned.
func TestDays(t *testing.T) {
	t.Parallel()
	zones := []string{
		"UTC", "America/Santiago", "America/Havana", "America/Asuncion", "America/Sao_Paulo", "America/St_Johns", "America/New_York",
		"Asia/Beirut", "Asia/Amman", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe", "Europe/Berlin", "Atlantic/Azores",
	}
	rapid.Check(t, func(rt *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(rt, "zone"))
		if err != nil {
			rt.Fatal(err)
		}
		clock := time.Duration(rapid.IntRange(0, 24*60-1).Draw(rt, "minute")) * time.Minute
		org := core.Organisation{Zone: zone, DayStartsAt: clock}
		near := time.Unix(rapid.Int64Range(1262304000, 1893456000).Draw(rt, "near"), 0).In(zone) // 2010 to 2030
		if change, _ := near.ZoneBounds(); !change.IsZero() {
			near = change
		}
		y, m, d := near.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(rt, "days")).Date()
		this, next := org.DateOf(y, m, d), org.DateOf(y, m, d+1)
		if got := this.Day(); got != d {
			rt.Errorf("%d-%d-%d is %s", y, m, d, this)
		}
		if apart := next.Sub(this); apart < 22*time.Hour || apart > 26*time.Hour {
			rt.Errorf("%s and %s follow each other", this, next)
		}
		shown := core.SinceMidnight(this)
		if change, _ := this.ZoneBounds(); shown != clock && !this.Equal(change) {
			rt.Errorf("%s shows %s, not %s", this, shown, clock)
		}
		first, second := core.WallClock(y, m, d, clock, zone)
		if second.Before(first) || !first.Equal(this) {
			rt.Errorf("%s before %s, and the date is %s", second, first, this)
		}
	})
}
