package calendar

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file returns an iCalendar file with these events.
func file(events ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n")
	for i, e := range events {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d\r\n%s\r\nEND:VEVENT\r\n", i, strings.ReplaceAll(e, "\n", "\r\n"))
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

func TestParseICS(t *testing.T) {
	t.Parallel()
	got, err := ParseICS([]byte("\ufeff" + file(
		"SUMMARY:New Year\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260102\nTRANSP:TRANSPARENT",
		"SUMMARY:Spring\n  festival\nDTSTART;VALUE=DATE:20260215\nDTEND;VALUE=DATE:20260224",
		"SUMMARY:Without an end\nDTSTART;VALUE=DATE:20260501",
		"SUMMARY:Ends when it begins\nDTSTART;VALUE=DATE:20260503\nDTEND;VALUE=DATE:20260503",
		"SUMMARY:By its duration\nDTSTART;VALUE=DATE:20260601\nDURATION:P1W",
		"SUMMARY:Twice\nDTSTART;VALUE=DATE:20260603",
		"SUMMARY:A meeting\nDTSTART:20260702T090000Z\nDTEND:20260702T100000Z\nRRULE:FREQ=DAILY",
		"SUMMARY:Cancelled\nDTSTART;VALUE=DATE:20260801\nSTATUS:CANCELLED",
	)))
	if err != nil {
		t.Fatal(err)
	}
	var days []string
	for _, r := range got {
		days = append(days, r.String())
	}
	if diff := cmp.Diff([]string{"2026-01-01", "2026-02-15..2026-02-23", "2026-05-01", "2026-05-03", "2026-06-01..2026-06-07"}, days); diff != "" {
		t.Error(diff)
	}
}

func TestParseICSRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text  string
		fault ICSFault
		event string
	}{
		"no calendar":     {"hello", ICSUnreadable, ""},
		"empty":           {"", ICSEmpty, ""},
		"no events":       {file(), ICSEmpty, ""},
		"only a meeting":  {file("DTSTART:20260702T090000Z"), ICSEmpty, ""},
		"every year":      {file("SUMMARY:Labour Day\nDTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY"), ICSRepeats, "Labour Day"},
		"no such day":     {file("SUMMARY:x\nDTSTART;VALUE=DATE:20260230"), ICSDays, "x"},
		"ends before":     {file("SUMMARY:x\nDTSTART;VALUE=DATE:20260205\nDTEND;VALUE=DATE:20260201"), ICSDays, "x"},
		"too long":        {file("SUMMARY:x\nDTSTART;VALUE=DATE:20260205\nDTEND;VALUE=DATE:20280205"), ICSDays, "x"},
		"hours":           {file("SUMMARY:x\nDTSTART;VALUE=DATE:20260205\nDURATION:PT5H"), ICSDays, "x"},
		"too many events": {file(make([]string, MaxEvents+1)...), ICSLarge, ""},
		"too large":       {strings.Repeat("x", MaxICSSize+1), ICSLarge, ""},
	} {
		_, err := ParseICS([]byte(tt.text))
		bad, ok := errors.AsType[*ICSError](err)
		if !ok || bad.Fault != tt.fault || bad.Event != tt.event {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzICS: every file is read or refused, and its days can be written.
func FuzzICS(f *testing.F) {
	f.Add([]byte(file("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260102", "DTSTART;VALUE=DATE:20260601\nDURATION:P1W")))
	f.Add([]byte(file("SUMMARY:a\n b\nDTSTART;TZID=x;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY")))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT"))
	f.Fuzz(func(t *testing.T, data []byte) {
		days, err := ParseICS(data)
		for _, r := range days {
			if _, bad := ParseRange(r.String()); bad != nil || err != nil {
				t.Errorf("%s: %v, %v", r, bad, err)
			}
		}
	})
}
