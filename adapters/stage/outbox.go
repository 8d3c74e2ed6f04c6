package stage

// Outbox is where faults of the phase Delivery strike events on their way out.
// The World's lock guards it.
type Outbox[E any] struct {
	held []E // by a ReorderEvent fault, until the next event has left
}

// Pass takes an event that met faults and returns what leaves now, in order.
func (o *Outbox[E]) Pass(met Met, e E) []E {
	if _, lost := met.Of(LoseEvent); lost {
		return nil
	}
	if _, later := met.Of(ReorderEvent); later {
		o.held = append(o.held, e)
		return nil
	}
	now := []E{e}
	if _, twice := met.Of(DuplicateEvent); twice {
		now = append(now, e)
	}
	return append(now, o.Release()...)
}

// Release returns the events that are held back and holds none from now on.
func (o *Outbox[E]) Release() []E {
	held := o.held
	o.held = nil
	return held
}
