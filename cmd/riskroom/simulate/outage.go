package simulate

import (
	"context"
	"slices"
	"time"

	"riskroom/core/config"
	"riskroom/core/text"
)

// Mistake is why a scenario can't be played.
type Mistake struct {
	Place      // zero if it isn't from a file
	Says, Hint text.Phrase
}

// Wrong returns why a scenario can't be played: what is wrong with its outages, and what
// people do while riskroom isn't running.
func (s Scenario) Wrong(cfg *config.Config, now time.Time) []Mistake {
	const layout = "2006-01-02 15:04"
	full := s.complete(cfg, now)
	say := func(t time.Time) string { return t.In(full.Start.Location()).Format(layout) }
	var all []Mistake
	wrong := func(p Place, says, hint text.Phrase) { all = append(all, Mistake{p, says, hint}) }
	var sound []Outage
	for _, o := range full.Down {
		switch i := slices.IndexFunc(sound, func(other Outage) bool { return other.covers(o.From) }); {
		case o.From.IsZero() || o.Until.IsZero(): // it is reported where the file is read
		case !o.Until.After(o.From):
			wrong(o.Place, text.Phrasef("this outage ends at %s, which isn't after its beginning, %s", say(o.Until), say(o.From)), text.Plain("choose a later until, or an earlier from"))
		case o.From.Before(full.Start):
			wrong(o.Place, text.Phrasef("this outage begins at %s, before the start, %s", say(o.From), say(full.Start)), text.Plain("choose a later from, or an earlier start"))
		case o.Until.After(full.End()):
			wrong(o.Place, text.Phrasef("this outage ends at %s, after the end, %s", say(o.Until), say(full.End())), text.Plain("choose an earlier until, or a longer time with for"))
		case i >= 0:
			wrong(o.Place, text.Phrasef("this outage begins at %s, during the one from %s until %s", say(o.From), say(sound[i].From), say(sound[i].Until)), text.Plain("write one outage for both"))
		default:
			sound = append(sound, o)
		}
	}
	during := func(t time.Time, p Place, says text.Phrase) {
		if t.Before(full.Start) {
			t = full.Start // as Outside says
		}
		for _, o := range sound {
			if o.covers(t) {
				wrong(p, text.Phrasef("%s at %s, but riskroom isn't running from %s until %s", says, say(t), say(o.From), say(o.Until)), text.Plain("choose a time at which riskroom is running"))
				return
			}
		}
	}
	for _, r := range full.Risks {
		during(r.Filed, r.Place, text.Phrasef("%s files %q", r.By, r.Title))
	}
	for _, a := range full.Actions {
		during(a.At, a.Place, text.Phrasef("%s types %s", a.By, a.Do))
	}
	return all
}

// goDown stops riskroom, as an outage says.
func (w *world) goDown(o Outage) error {
	err := w.stop()
	w.rec.outage(Event{At: w.clock.Now(), What: Stopped, Until: o.Until})
	return err
}

// comeUp starts riskroom after an outage.
func (w *world) comeUp(ctx context.Context) error {
	w.rec.outage(Event{At: w.clock.Now(), What: Started})
	return w.start(ctx)
}

// outage adds the beginning or the end of an outage.
func (r *recorder) outage(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.harvestLocked()
	r.now = &acting{}
	r.add(e)
}
