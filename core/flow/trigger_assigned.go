package flow

import "slices"

// assigned returns the event that a risk gets handlers.
func assigned() event {
	return event{
		name: "assigned", help: "when it gets handlers, at filing or later",
		happens: func(c Change) bool {
			return len(c.After.Handlers) > 0 && (c.Before == nil || !slices.Equal(c.Before.Handlers, c.After.Handlers))
		},
	}
}
