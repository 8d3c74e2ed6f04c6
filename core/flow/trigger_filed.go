package flow

// filed returns the event that a risk is filed.
func filed() event {
	return event{
		name: "filed", help: "when the risk is filed", anyStatus: true,
		happens: func(c Change) bool { return c.Before == nil },
	}
}
