package flow

// noted returns the event that somebody adds a note. A note that comes with a new status is
// part of that event.
func noted() event {
	return event{
		name: "note", help: "when somebody adds a note and leaves the status as it is", anyStatus: true,
		filters: []string{"by"}, values: []string{"by", "note"},
		happens: func(c Change) bool {
			return c.Before != nil && c.Before.Status == c.After.Status && c.hasNewNote()
		},
	}
}
