package flow

// assigned returns the event that a risk gets new handlers.
func assigned() event {
	return event{
		name: "assigned", help: "when it gets handlers that it didn't have, at filing or later",
		filters: []string{"by"}, values: []string{"by", "note", NewHandlersKeyword},
		happens: func(c Change) bool { return len(c.newHandlers()) > 0 },
	}
}
