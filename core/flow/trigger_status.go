package flow

// statusChanged returns the event that a risk's status changes.
func statusChanged() event {
	return event{
		name: "status", help: "when its status changes", anyStatus: true,
		filters: []string{"from", "to", "by"}, values: []string{"by", "note", "from", "to"},
		happens: func(c Change) bool { return c.Before != nil && c.Before.Status != c.After.Status },
	}
}
