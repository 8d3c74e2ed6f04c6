package flow

// reopened returns the event that a closed risk is open again.
func reopened() event {
	return event{
		name: "reopened", help: "when it is reopened after it was resolved or shelved", anyStatus: true,
		filters: []string{"by"}, values: []string{"by", "note", "from", "to"},
		happens: func(c Change) bool {
			return c.Before != nil && !c.Before.Status.Open() && c.After.Status.Open()
		},
	}
}
