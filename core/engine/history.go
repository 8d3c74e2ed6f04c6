package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"riskroom/core"
)

// History is a page of what happened to a risk or a topic group, newest first.
type History struct {
	Risk core.Risk // of a topic group with a key of its own, only Key and Title
	// Events are those that people want to know about. Rejected attempts, which are not
	// in the trail, are among them as EventRejected.
	Events []Event
	Next   string // the cursor of the next page, "" if this is the last
	// Since is when the trail begins if it was trimmed, zero if it wasn't. The last page
	// then only has what the risk itself keeps of the time before.
	Since time.Time
}

// Limits of a page of the history.
const (
	historyEvents = 10
	historyText   = 3000 // characters of texts that people typed
	historyRead   = 1000 // events read for one page
	historyBatch  = 100
)

// History implements Handling.
func (e *Engine) History(ctx context.Context, by core.Actor, key core.RiskKey, in core.GroupRef, cursor string) (History, error) {
	ctx = core.ForPerson(ctx)
	r, err := e.recounted(ctx, by, key, in)
	if err != nil {
		return History{}, err
	}
	at, err := parseCursor(cursor)
	if err != nil {
		return History{}, err
	}
	attempts, err := e.store.Attempts(ctx, key)
	if err != nil {
		return History{}, err
	}
	p := historyPage{}
	if at.kept == 0 {
		if err := e.readTrail(ctx, r, at.event, &p); err != nil {
			return History{}, err
		}
	} else {
		p.since = at.since
		p.keep(r, at.kept-1)
	}
	p.insert(attempts, cursor == "")
	h := History{Risk: r, Events: p.events, Since: p.since}
	if p.next != nil {
		h.Next = p.next.String()
	}
	return h, nil
}

// recounted returns the risk whose history somebody may read, or a topic group in its
// place.
func (e *Engine) recounted(ctx context.Context, by core.Actor, key core.RiskKey, in core.GroupRef) (core.Risk, error) {
	if !e.org.IsTopic(key) {
		rec, err := e.readable(ctx, by, key)
		return rec.Risk, err
	}
	seen, err := e.Topics(ctx, by, key, in)
	switch {
	case err != nil:
		return core.Risk{}, err
	case len(seen) == 0:
		return core.Risk{}, core.Refuse(core.NotFound, "no_topic", "", "Key", string(key))
	}
	return core.Risk{Key: key, Title: cmp.Or(seen[0].Topic, seen[0].Name)}, nil
}

// readTrail fills a page from the trail, and from the risk where the trail was trimmed.
func (e *Engine) readTrail(ctx context.Context, r core.Risk, from string, p *historyPage) error {
	for read := 0; ; {
		batch, err := e.store.Trail(ctx, r.Key, from, historyBatch)
		if err != nil {
			return err
		}
		for _, ev := range batch {
			if p.last = ev; read == 0 {
				p.from = ev.At
			}
			if read++; read > historyRead || InHistory(ev) && !p.add(ev) {
				p.stop(cursor{event: ev.ID}, ev.At)
				return nil
			}
		}
		switch {
		case len(batch) == 0 && p.last.ID != "":
			p.since = p.last.At
			p.keep(r, 0)
			return nil
		case len(batch) == 0 || batch[len(batch)-1].Prev == "":
			return nil
		}
		from = batch[len(batch)-1].Prev
	}
}

// InHistory reports whether an event belongs in a risk's history: what people did, and what
// flows did for them.
func InHistory(e Event) bool {
	switch e.Kind {
	case EventFiled, EventStatus, EventEdited, EventAssigned, EventNote, EventNode, EventFreed, EventLost, EventFound, EventOperator, EventHeld:
		return true
	case EventGroup: // what a flow does is in its EventStep
		return e.Run == "" || BuiltIn(e.Flow())
	case EventFailed:
		return e.Data["action"] == filesAction || e.Run != "" && !BuiltIn(e.Flow())
	case EventStep, EventPartial, EventFallback, EventParked, EventResent:
		return e.Data["action"] != StepWaits && e.Run != "" && !BuiltIn(e.Flow())
	}
	return false
}

// historyPage is a page that is being filled.
type historyPage struct {
	events []Event
	text   int
	last   Event // the last one that was read
	since  time.Time
	next   *cursor
	from   time.Time // the first event that was read
	until  time.Time // the first event of the next page
}

// add adds an event if there is room for it.
func (p *historyPage) add(ev Event) bool {
	n := 0
	for _, v := range ev.Data {
		n += utf8.RuneCountInString(v)
	}
	if len(p.events) == historyEvents || len(p.events) > 0 && p.text+n > historyText {
		return false
	}
	p.events, p.text = append(p.events, ev), p.text+n
	return true
}

// stop ends the page before an event at that time.
func (p *historyPage) stop(next cursor, at time.Time) { p.next, p.until = &next, at }

// keep adds what the risk keeps of the time before its trail, except for the newest n.
func (p *historyPage) keep(r core.Risk, n int) {
	before := kept(r, p.since)
	for i, ev := range before[min(n, len(before)):] {
		if !p.add(ev) {
			p.stop(cursor{kept: n + i + 1, since: p.since}, ev.At)
			return
		}
	}
}

// kept returns what a risk keeps of the time before its trail, newest first.
func kept(r core.Risk, before time.Time) []Event {
	if r.SubmittedAt.IsZero() { // a topic group
		return nil
	}
	all := []Event{{At: r.SubmittedAt, Kind: EventFiled, Actor: r.Submitter}}
	for _, c := range r.History {
		all = append(all, Event{At: c.At, Kind: EventStatus, Actor: c.By,
			Data: map[string]string{"from": string(c.From), "to": string(c.To), "note": c.Text}})
	}
	for _, n := range r.Notes {
		data := map[string]string{"note": n.Text}
		if n.Quote != nil {
			data["author"], data["link"] = n.Quote.By.Name, n.Quote.Link
		}
		all = append(all, Event{At: n.At, Kind: EventNote, Actor: n.By, Data: data})
	}
	all = slices.DeleteFunc(all, func(e Event) bool { return !e.At.Before(before) })
	slices.SortStableFunc(all, func(a, b Event) int { return b.At.Compare(a.At) })
	return all
}

// insert adds the rejected attempts of the page's time.
func (p *historyPage) insert(attempts []Attempt, newest bool) {
	if p.from.IsZero() && len(p.events) > 0 {
		p.from = p.events[0].At
	}
	for _, a := range attempts {
		if !newest && a.At.After(p.from) || p.next != nil && !a.At.After(p.until) {
			continue
		}
		p.events = append(p.events, Event{At: a.At, Kind: EventRejected, Actor: a.By, Data: map[string]string{
			"what": a.What, "kind": string(a.Kind), "count": strconv.Itoa(a.Count)}})
	}
	slices.SortStableFunc(p.events, func(a, b Event) int { return b.At.Compare(a.At) })
}

// cursor is where a page of the history begins: at an event of the trail, or at number
// kept, from 1, of what the risk keeps of the time before the trail. It is short, because
// a button has little room. The ID of an event is "<ms>-<sequence>", or "<ms>-<sequence>.<n>"
// if others were written with it.
type cursor struct {
	event string
	kept  int
	since time.Time
}

const base = 36

// String returns what parseCursor reads: "<ms>.<rest of the ID>" for an event, with the ms in
// base 36, and "-<number>.<ms>" for what is kept.
func (c cursor) String() string {
	if c.kept > 0 {
		return "-" + strconv.Itoa(c.kept) + "." + strconv.FormatInt(c.since.UnixMilli(), base)
	}
	ms, seq, _ := strings.Cut(c.event, "-")
	n, _ := strconv.ParseInt(ms, 10, 64)
	return strconv.FormatInt(n, base) + "." + seq
}

func parseCursor(s string) (c cursor, err error) {
	if s == "" {
		return c, nil
	}
	rest, keeps := strings.CutPrefix(s, "-")
	first, second, _ := strings.Cut(rest, ".")
	invalid := &core.Error{Op: "history", Kind: core.Invalid, Err: fmt.Errorf("%q is not the cursor of a page", s)}
	if keeps {
		n, err := strconv.Atoi(first)
		ms, msErr := strconv.ParseInt(second, base, 64)
		if err != nil || msErr != nil || n < 1 {
			return c, invalid
		}
		return cursor{kept: n, since: time.UnixMilli(ms).UTC()}, nil
	}
	ms, err := strconv.ParseInt(first, base, 64)
	seq, n, among := strings.Cut(second, ".")
	_, seqErr := strconv.ParseUint(seq, 10, 64)
	if among && seqErr == nil {
		_, seqErr = strconv.ParseUint(n, 10, 32)
	}
	if err != nil || seqErr != nil || ms < 0 {
		return c, invalid
	}
	return cursor{event: fmt.Sprintf("%d-%s", ms, second)}, nil
}
