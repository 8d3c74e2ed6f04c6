package bots

import (
	"strings"

	"riskroom/core/text"
)

// Turn is a button below a reply that shows another page in its place.
type Turn struct {
	Pages string // what has the pages, as a row of the table names it
	State string // comes back in Turned.State: at most MaxTurn bytes, no secret
	Label string
}

// Turned is a Turn whose button was pressed.
type Turned struct{ Pages, State string }

// MaxTurn is the limit of Turn.State in bytes: what every platform has room for in a
// button.
const MaxTurn = 64

// place is a page of something that can only be read forward: the cursors of the pages
// after the first, up to this one.
type place []string

// cursor returns where the page begins, "" for the first one.
func (pl place) cursor() string {
	if len(pl) == 0 {
		return ""
	}
	return pl[len(pl)-1]
}

// Separators in Turn.State. Cursors contain none of them.
const (
	afterSubject = " "
	afterCursor  = ","
)

// turns returns the buttons for the pages before and after the one at pl. next is the
// cursor of the page after it, "" if there is none. subject comes back with the place.
//
// Pages that are too far back for the buttons' state are forgotten. Then the first page
// is before the earliest one that is still known.
func turns(pages, subject string, pl place, next string, before, after string) []Turn {
	state := func(pl place) string {
		for {
			s := subject + afterSubject + strings.Join(pl, afterCursor)
			if len(s) <= MaxTurn || len(pl) <= 1 {
				return s
			}
			pl = pl[1:]
		}
	}
	var out []Turn
	if len(pl) > 0 {
		out = append(out, Turn{Pages: pages, State: state(pl[:len(pl)-1]), Label: before})
	}
	if next != "" {
		out = append(out, Turn{Pages: pages, State: state(append(pl[:len(pl):len(pl)], next)), Label: after})
	}
	return out
}

// readTurn returns what turns wrote into a Turn's state.
func readTurn(state string) (subject string, pl place) {
	i := strings.LastIndex(state, afterSubject)
	if i < 0 {
		return state, nil
	}
	if list := state[i+1:]; list != "" {
		pl = strings.Split(list, afterCursor)
	}
	return state[:i], pl
}

// byTime returns the buttons for a list that is shown newest first.
func byTime(p text.Printer, pages, subject string, pl place, next string) []Turn {
	return turns(pages, subject, pl, next, p.S("commands.page.newer"), p.S("commands.page.older"))
}
