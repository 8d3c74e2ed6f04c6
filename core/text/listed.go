package text

import (
	"strings"
	"time"

	"riskroom/core"
)

// ListedTitle is the number of characters of a title that a line of a list shows.
const ListedTitle = 80

// Listed returns a risk as a line of a list.
func (p Printer) Listed(o *core.Organisation, r core.Risk, now time.Time) string {
	line := p.S("commands.list.line", Args{
		"Key": string(r.Key), "Title": core.Shorten(strings.Join(strings.Fields(r.Title), " "), ListedTitle),
		"Module": r.Module, "Severity": p.Severity(r.Severity), "Status": p.Status(r.Status),
	})
	if len(o.Process) > 0 && r.Node != "" {
		line += p.S("commands.list.node.between", Args{"Node": p.Node(o, r.Node)})
	}
	due := Args{"Date": p.Date(r.DueAt, o.Zone)}
	switch {
	case !r.Status.Open() && !r.StatusSince.IsZero():
		return line + p.S("commands.list.closed.between", Args{"Date": p.Date(r.StatusSince, o.Zone)})
	case r.DueAt.IsZero():
		return line
	case r.DueAt.Before(now):
		return line + p.S("commands.list.overdue.between", due)
	}
	return line + p.S("commands.list.due.between", due)
}
