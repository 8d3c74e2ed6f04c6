package bots

import (
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

func clockAt(t time.Time) core.Clock { return core.ClockFunc(func() time.Time { return t }) }

func catalogue(tb testing.TB) *text.Catalogue {
	tb.Helper()
	cat, err := text.Load()
	if err != nil {
		tb.Fatal(err)
	}
	return cat
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	org := organisation()
	for typed, want := range map[string]string{
		"today": "2026-11-20 09:00", "Yesterday": "2026-11-19 09:00", "tomorrow": "2026-11-21 09:00",
		"今天": "2026-11-20 09:00", "昨天": "2026-11-19 09:00", "前天": "2026-11-18 09:00",
		"3d ago": "2026-11-17 09:00", "-3d": "2026-11-17 09:00", "3 days ago": "2026-11-17 09:00", "3天前": "2026-11-17 09:00",
		"in 2d": "2026-11-22 09:00", "+2d": "2026-11-22 09:00", "2 天后": "2026-11-22 09:00",
		"5h ago": "2026-11-20 10:30", "2小时前": "2026-11-20 13:30", "now": "2026-11-20 15:30",
		"2026-11-20": "2026-11-20 09:00", "2026/1/2": "2026-01-02 09:00", "2026年1月2日": "2026-01-02 09:00",
		"2026-11-20 14:30": "2026-11-20 14:30", "2026-11-20T14:30": "2026-11-20 14:30", "2026-11-20  7：05": "2026-11-20 07:05",
		"2026-11-20T06:30:00Z": "2026-11-20 14:30", "45d ago": "2026-10-06 09:00",
		"yesterday 14:30": "2026-11-19 14:30", "昨天 14:30": "2026-11-19 14:30", "前天8：05": "2026-11-18 08:05",
		"3 days ago 7:00": "2026-11-17 07:00", "2026年1月2日14:30": "2026-01-02 14:30",
		"２０２６－１－２": "2026-01-02 09:00", "昨天 １４：３０": "2026-11-19 14:30", "３天前": "2026-11-17 09:00",
		"tomorrow at 14:30": "2026-11-21 14:30", "2026-12-24 2pm": "2026-12-24 14:00", "2026-12-24 2 PM": "2026-12-24 14:00",
		"2026-12-24, 2:30 p.m.": "2026-12-24 14:30", "2026-12-24 14h": "2026-12-24 14:00", "2026-12-24 à 14h30": "2026-12-24 14:30",
		"2026-12-24 um 14 Uhr": "2026-12-24 14:00", "2026-12-24 14.30 Uhr": "2026-12-24 14:30", "tomorrow noon": "2026-11-21 12:00",
		"12am tomorrow": "2026-11-21 00:00", "2pm on 2026-12-24": "2026-12-24 14:00", "12pm tomorrow": "2026-11-21 12:00",
		"2026–12–24 14∶30": "2026-12-24 14:30", "2026.12.24": "2026-12-24 09:00", "in 3 days at 2:30 pm": "2026-11-23 14:30",
		"20 Nov 2026, 15:30": "2026-11-20 15:30", "Dec 24, 2026 8am": "2026-12-24 08:00", "24th December 2026": "2026-12-24 09:00",
		"2026年11月20日 15:30": "2026-11-20 15:30", "明天下午2点": "2026-11-21 14:00", "明天下午两点半": "2026-11-21 14:30", "明天 14点05分": "2026-11-21 14:05",
		"今晚8点": "2026-11-20 20:00", "后天上午十点": "2026-11-22 10:00", "明天中午": "2026-11-21 12:00", "三天后": "2026-11-23 09:00",
		"十二天后": "2026-12-02 09:00", "两小时前": "2026-11-20 13:30", "两周后": "2026-12-04 09:00", "in 2 weeks": "2026-12-04 09:00",
		"30 min ago": "2026-11-20 15:00", "tomorrow 14:30.": "2026-11-21 14:30", "\u200e明\u200b天": "2026-11-21 09:00",
		"2026-12-24 14 Uhr 30": "2026-12-24 14:30", "tomorrow 2 o’clock": "2026-11-21 02:00", "2026-12-24 a las 14:30": "2026-12-24 14:30", "2026-12-24 – 14:30": "2026-12-24 14:30",
		"2026-12-24 kl. 14.30 h": "2026-12-24 14:30", "3天後": "2026-11-23 09:00", "後天下午兩點": "2026-11-22 14:00", "明日午後2時": "2026-11-21 14:00",
		"friday": "2026-11-20 09:00", "on Mon": "2026-11-23 09:00", "Thursday 2pm": "2026-11-26 14:00", "this wed": "2026-11-18 09:00",
		"next monday": "2026-11-23 09:00", "next Friday": "2026-11-27 09:00", "last friday": "2026-11-13 09:00", "in 2w": "2026-12-04 09:00",
		"周五 18:00": "2026-11-20 18:00", "周一": "2026-11-23 09:00", "星期日": "2026-11-22 09:00", "下周一": "2026-11-23 09:00", "下週五": "2026-11-27 09:00",
		"这周三": "2026-11-18 09:00", "上周五下午3点": "2026-11-13 15:00", "下个星期天": "2026-11-29 09:00", "下下周二": "2026-12-01 09:00", "礼拜六": "2026-11-21 09:00",
		"end of month": "2026-11-30 09:00", "EOM": "2026-11-30 09:00", "end of the month 18:00": "2026-11-30 18:00", "end of next month": "2026-12-31 09:00",
		"月底": "2026-11-30 09:00", "下个月底": "2026-12-31 09:00", "下月1号": "2026-12-01 09:00", "本月30日": "2026-11-30 09:00",
		"end of year": "2026-12-31 09:00", "年底": "2026-12-31 09:00", "明年底": "2027-12-31 09:00",
		"本月31日": "", "月3号": "", "周七": "", "周0": "", "next": "", "next foo": "", "mo": "", "fridays": "", "下周": "", "end of": "",
		"tomorrow 25h": "", "tomorrow 14pm": "", "tomorrow 0am": "", "tomorrow 14": "", "tomorrow at": "", "2026-12-24 14.30": "", "today 12:60": "",
		"24 Foo 2026": "", "下午2点": "", "yesterday 24:00": "", "5h ago 14:30": "", "14:30": "", "now 14:30": "",
		"": "", "3d": "", "soon": "", "2026-02-30": "", "2026-13-01": "", "2026-11-20 25:00": "", "+3d ago": "", "20.11.2026": "",
		"99999d ago": "", "2026-11-20 14:30 x": "",
	} {
		got, ok := parseDate(org, now, typed)
		if s := got.Format("2006-01-02 15:04"); ok != (want != "") || ok && s != want {
			t.Errorf("parseDate(%q) = %s %v, want %q", typed, s, ok, want)
		}
	}
}

// TestDaysAreCalendarDays counts days over the end of summer time: nine in the
// morning stays nine in the morning.
func TestDaysAreCalendarDays(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("no zone database: %v", err)
	}
	org := organisation()
	org.Zone = berlin
	got, _ := parseDate(org, time.Date(2026, 10, 26, 12, 0, 0, 0, berlin), "2d ago")
	if want := time.Date(2026, 10, 24, 9, 0, 0, 0, berlin); !got.Equal(want) {
		t.Errorf("2d ago = %s, want %s", got, want)
	}
}

// TestDaysThatBeginLate reads days whose first hour does not exist.
func TestDaysThatBeginLate(t *testing.T) {
	t.Parallel()
	org := organisation()
	santiago, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	org.Zone, org.DayStartsAt = santiago, 0
	eve := time.Date(2027, 9, 4, 12, 0, 0, 0, santiago)
	for typed, want := range map[string]string{
		"2027-09-05": "2027-09-05 01:00", "tomorrow": "2027-09-05 01:00", "tomorrow 00:30": "2027-09-05 01:00", "2d ago": "2027-09-02 00:00",
	} {
		if got, ok := parseDate(org, eve, typed); !ok || got.Format("2006-01-02 15:04") != want {
			t.Errorf("%s is %s %v, want %s", typed, got, ok, want)
		}
	}
}

// FuzzDate: a date that is understood is one that can be stored, shown and typed
// again.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"today", "3d ago", "-9999h", "2026-11-20 14:30", "2026年2月30日", "0000-01-01", "9999-12-31", "2026-01-02T03:04:05+25:00", "in 3 天", "　明天"} {
		f.Add(s)
	}
	org := organisation()
	f.Fuzz(func(t *testing.T, typed string) {
		at, ok := parseDate(org, now, typed)
		if !ok {
			return
		}
		if at.Location() != org.Zone || at.Year() < -30 || at.Year() > 10030 {
			t.Errorf("%q is %s", typed, at)
		}
		if again, ok := parseDate(org, now, at.Format(time.RFC3339)); at.Year() >= 0 && at.Year() < 10000 && (!ok || again.Unix() != at.Unix()) {
			t.Errorf("%q is %s, which is read as %s", typed, at, again)
		}
	})
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]float64{
		"1000": 1000, " 12.5 ": 12.5, "-3": -3, "1,000": 1000, "1,234,567.5": 1234567.5, "１２．５": 12.5, "１，０００": 1000,
		"1 000": 1000, "1\u00a0000\u202f000": 1e6, "1'000": 1000, "1’000.5": 1000.5, "1.000.000": 1e6, "1.000,5": 1000.5, "1 000,5": 1000.5,
		"1,00,000": 1e5, "−5": -5, "－１ ０００": -1000, "€ 1 000": 1000, "1000 €": 1000, "￥1,000": 1000, "100元": 100, "5万": 50000, "1.5亿": 1.5e8,
		"2k": 2000, "EUR 1 000": 1000, "1.5 million": 1.5e6, "5 dollars": 5, "1 000 USD": 1000, "1e3": 1000, "1000.": 1000,
	} {
		if got, ok := parseNumber(typed); !ok || got != want {
			t.Errorf("parseNumber(%q) = %v %v, want %v", typed, got, ok, want)
		}
	}
	for _, typed := range []string{"", "12,5", "1,00", "1,0000", "0x10", "Inf", "NaN", "1e999", "ten", "1 0000", "1.000.00", "1,000 000", "1 000,0,0", "5m"} {
		if got, ok := parseNumber(typed); ok {
			t.Errorf("parseNumber(%q) = %v", typed, got)
		}
	}
}
