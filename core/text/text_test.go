package text

import (
	"testing"
	"time"
	_ "time/tzdata"

	"riskroom/core"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"zh": Chinese, "zh-CN": Chinese, "zh_CN": Chinese, "zh-Hans": Chinese, "zh-TW": Chinese, "ZH-hant-hk": Chinese,
		"en": English, "en-GB": English, "fr": English, "": English, "no such tag!": English,
	} {
		if got := Match(asked); got != want {
			t.Errorf("Match(%q) = %q, want %q", asked, got, want)
		}
		if got := load(t).In(asked).Lang(); got != want {
			t.Errorf("In(%q).Lang() = %q, want %q", asked, got, want)
		}
	}
}

func TestStatusFrom(t *testing.T) {
	t.Parallel()
	c := load(t)
	for word, want := range map[string]core.Status{
		"pending": core.Pending, "待处理": core.Pending, " Pending ": core.Pending,
		"in_progress": core.InProgress, "in progress": core.InProgress, "In-Progress": core.InProgress, "处理中": core.InProgress,
		"resolved": core.Resolved, "已处理": core.Resolved, "已解决": core.Resolved,
		"SHELVED": core.Shelved, "搁置": core.Shelved, "　搁置": core.Shelved,
	} {
		if got, ok := c.StatusFrom(word); !ok || got != want {
			t.Errorf("StatusFrom(%q) = %q, %v, want %q", word, got, ok, want)
		}
	}
	for _, word := range []string{"", "done", "pend", "处理"} {
		if got, ok := c.StatusFrom(word); ok {
			t.Errorf("StatusFrom(%q) = %q, want none", word, got)
		}
	}
}

func TestSeverityFrom(t *testing.T) {
	t.Parallel()
	c := load(t)
	for word, want := range map[string]core.Severity{
		"low": core.Low, "中": core.Medium, "High": core.High, "严重": core.Critical,
	} {
		if got, ok := c.SeverityFrom(word); !ok || got != want {
			t.Errorf("SeverityFrom(%q) = %q, %v, want %q", word, got, ok, want)
		}
	}
}

func TestEveryWordIsReadBack(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, lang := range Languages() {
		for _, s := range core.Statuses() {
			if got, ok := c.StatusFrom(c.In(lang).Status(s)); !ok || got != s {
				t.Errorf("%s: label of %q reads back as %q, %v", lang, s, got, ok)
			}
		}
		for _, s := range core.Severities() {
			if got, ok := c.SeverityFrom(c.In(lang).Severity(s)); !ok || got != s {
				t.Errorf("%s: label of %q reads back as %q, %v", lang, s, got, ok)
			}
		}
	}
}

func TestWhatCannotBePrintedShows(t *testing.T) {
	t.Parallel()
	p := load(t).In(English)
	for name, got := range map[string]string{
		"no such id":      p.S("no.such"),
		"no value":        p.S("card.badge.label", Args{"Module": "Payments"}),
		"not a count":     p.S("common.duration.days", Args{"Count": "many"}),
		"zero value":      Printer{}.S("common.none"),
		"nil args":        p.S("card.badge.label", nil),
		"no args at all":  p.S("card.badge.label"),
		"unknown status":  p.Status("lost"),
		"no such severiy": p.Severity(""),
	} {
		if len(got) < 3 || got[0] != '!' || got[len(got)-1] != '!' {
			t.Errorf("%s: got %q, want !id!", name, got)
		}
	}
}

func TestUserContentIsLiteral(t *testing.T) {
	t.Parallel()
	const hostile = `{{.Module}} {{template "x"}} <b>&</b> \u202e`
	got := load(t).In(English).S("card.badge.label", Args{"Module": hostile, "Key": "R-17"})
	if want := hostile + " · R-17"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDateAndTime(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 17, 5, 0, 0, time.UTC)
	c := load(t)
	for _, tt := range []struct{ got, want string }{
		{c.In("en").Date(at, shanghai), "2 Mar 2026"},
		{c.In("en").Time(at, shanghai), "2 Mar 2026, 01:05"},
		{c.In("zh").Date(at, shanghai), "2026年3月2日"},
		{c.In("zh").Time(at, time.UTC), "2026年3月1日 17:05"},
		{c.In("en").Date(time.Time{}, shanghai), ""},
		{c.In("zh").Time(time.Time{}, shanghai), ""},
		{c.In("en").List([]string{"a", "b"}), "a, b"},
		{c.In("zh").List([]string{"甲", "乙"}), "甲、乙"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, tt := range []struct {
		d      time.Duration
		en, zh string
	}{
		{0, "0 seconds", "0 秒"},
		{500 * time.Millisecond, "0 seconds", "0 秒"},
		{time.Second, "1 second", "1 秒"},
		{-2 * time.Second, "2 seconds", "2 秒"},
		{90 * time.Second, "1 minute 30 seconds", "1 分钟 30 秒"},
		{2 * time.Hour, "2 hours", "2 小时"},
		{core.Day + 2*time.Hour + 3*time.Minute, "1 day 2 hours", "1 天 2 小时"},
		{2*core.Day + 3*time.Minute, "2 days", "2 天"},
	} {
		if got := c.In("en").Duration(tt.d); got != tt.en {
			t.Errorf("en %v: got %q, want %q", tt.d, got, tt.en)
		}
		if got := c.In("zh").Duration(tt.d); got != tt.zh {
			t.Errorf("zh %v: got %q, want %q", tt.d, got, tt.zh)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"ｎｅｗ　Ｒ－１；＠ｌｉｎ：": "new R-1;@lin:", "\ufeff\u200bnew\u00ad \u2067x\u2069": "new x", "a\u00a0\u202f b\n": "a b",
		"R\u201117–2—3−4": "R-17-2-3-4", "Nobody’s ‘x´ ﬁle": "Nobody's 'x' file", "Cafe\u0301": "Café", "账目，不符。": "账目,不符。", "ʟEDGER": "ʟEDGER",
		"14∶30": "14:30", "": "",
	} {
		if got := Fold(s); got != want {
			t.Errorf("Fold(%q) = %q, want %q", s, got, want)
		}
	}
	if !Same("Ｃｏｒｅ  banking", "Core Banking") || Same("Core", "Score") {
		t.Error("what people take for one word is not the same, or the other way round")
	}
}
