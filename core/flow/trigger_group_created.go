package flow

// groupCreated returns the event that riskroom creates a group of the risk.
func groupCreated() event {
	return event{
		name: "group_created", help: "when riskroom has created a group of the risk", anyStatus: true, ofGroup: true,
		filters: []string{"type"}, values: groupValues(),
		happens: func(c Change) bool { return !c.Group.Ended },
	}
}
