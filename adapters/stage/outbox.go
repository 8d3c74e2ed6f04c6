package stage

// Outbox applies faults of the phase Delivery to events. The World's lock guards it.
type Outbox[E any] struct {
	held []E // by a ReorderEvent fault, until the next event is delivered
}

// Pass takes an event with its faults and returns the events to deliver now, in order.
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

// Release returns the held events and holds none from now on.
func (o *Outbox[E]) Release() []E {
	held := o.held
	o.held = nil
	return held
}
