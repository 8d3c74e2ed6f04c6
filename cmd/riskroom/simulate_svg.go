package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core/text"
)

// Measures of a drawn timeline, in pixels.
const (
	svgRow    = 24 // of an event
	svgDay    = 36 // of the name of a day
	svgHead   = 56 // above the first day
	svgMargin = 24
	svgClock  = 40  // from the line to the text
	svgCell   = 7.5 // the width of a column of text
	svgLeast  = 480
)

// draw writes the timeline of each risk, of schedules and of notices to a folder, which it
// creates if there is none.
func (t *timeline) draw(folder string, r *simulate.Result) error {
	t.titles = r.Titles
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return misuse("cannot write the timelines: %v", withoutSyscall(err))
	}
	bySubject, title := map[string][]simulate.Event{}, map[string]string{}
	var outages []simulate.Event // they are in each timeline
	for _, e := range r.Events {
		if e.IsOutage() {
			outages = append(outages, e)
			for name := range bySubject {
				bySubject[name] = append(bySubject[name], e)
			}
			continue
		}
		name := simulate.Subject(e.Risk, e.Flow).String()
		if name == "" {
			continue
		}
		if title[name] == "" {
			bySubject[name], title[name] = slices.Clone(outages), t.subject(e)
		}
		bySubject[name] = append(bySubject[name], e)
	}
	for name, events := range bySubject {
		if err := os.WriteFile(filepath.Join(folder, name+".svg"), t.svg(title[name], events), 0o600); err != nil {
			return fmt.Errorf("%s", t.s.say("cannot write the timelines: %v", withoutSyscall(err)))
		}
	}
	return nil
}

// svg draws the events of one subject on a line from top to bottom.
func (t *timeline) svg(title string, events []simulate.Event) []byte {
	var body bytes.Buffer
	y, widest, day := svgHead, 0, ""
	for _, list := range together(events) {
		at := list[0].At.In(t.zone)
		if d := at.Format(dayLayout); d != day {
			day = d
			y += svgDay
			svgText(&body, svgMargin, y-svgRow/2, "day", t.s.say("%s (%s)", day, t.weekday(at.Weekday())))
		}
		says := t.clock(list[0]) + "  " + t.says(list)
		widest = max(widest, text.Cells(says))
		fmt.Fprintf(&body, "<circle cx=\"%d\" cy=\"%d\" r=\"5\" fill=\"%s\"/>\n", svgMargin, y+svgRow/2-5, svgColour(list[0].What))
		svgText(&body, svgMargin+svgClock/2, y+svgRow/2, "", says)
		y += svgRow
	}
	width := max(svgLeast, int(float64(max(widest, text.Cells(title)))*svgCell)+2*svgMargin+svgClock)
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img">
<style>text { font: 13px sans-serif; fill: #1f2328; white-space: pre } .head { font-size: 17px; font-weight: bold } .day { font-weight: bold; fill: #59636e }</style>
<rect width="100%%" height="100%%" fill="#ffffff"/>
`, width, y+svgMargin)
	svgText(&out, svgMargin, svgMargin+12, "head", title)
	fmt.Fprintf(&out, "<line x1=\"%[1]d\" y1=\"%[2]d\" x2=\"%[1]d\" y2=\"%[3]d\" stroke=\"#d1d9e0\" stroke-width=\"2\"/>\n", svgMargin, svgHead+svgDay, y)
	out.Write(body.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

func svgText(b *bytes.Buffer, x, y int, class, s string) {
	fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\"", x, y)
	if class != "" {
		fmt.Fprintf(b, " class=\"%s\"", class)
	}
	b.WriteString(">")
	_ = xml.EscapeText(b, []byte(s)) // a buffer takes everything
	b.WriteString("</text>\n")
}

// svgColour returns the colour of a kind of event.
func svgColour(w simulate.What) string {
	switch w {
	case simulate.Message, simulate.GroupMessage:
		return "#0969da"
	case simulate.GroupCreated, simulate.GroupChanged, simulate.GroupEnded, simulate.GroupBack, simulate.Joined, simulate.Left:
		return "#8250df"
	case simulate.Failed, simulate.Parked, simulate.Cancelled, simulate.Stopped, simulate.Started:
		return "#cf222e"
	case simulate.Held:
		return "#bf8700"
	case simulate.Skipped, simulate.Changed, simulate.Deleted, simulate.Freed:
		return "#afb8c1"
	case simulate.Filed, simulate.Status, simulate.Edit, simulate.Assign, simulate.Note, simulate.Move, simulate.Command, simulate.Reply, simulate.Wrote:
	}
	return "#1a7f37" // people
}
