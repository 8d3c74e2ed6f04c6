package flow

// groupEnded returns the event that a group of the risk ends.
func groupEnded() event {
	return event{
		name: "group_ended", help: "when a group of the risk ends: it is dissolved, archived or deleted, or its topic is ended", anyStatus: true, ofGroup: true,
		filters: []string{"type"}, values: groupValues(),
		happens: func(c Change) bool { return c.Group.Ended },
	}
}
