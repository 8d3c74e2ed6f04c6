package flow

// edited returns the event that fields of a risk are edited.
func edited() event {
	return event{
		name: "edited", help: "when its fields are edited, other than the handlers", anyStatus: true,
		filters: []string{"fields", "by"}, values: []string{"by"},
		happens: func(c Change) bool { return len(c.edited()) > 0 },
	}
}
