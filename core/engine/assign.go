package engine

import "riskroom/core"

// Assign changes who handles a risk. Its submitter while it is pending, its handlers,
// the module lead and administrators may do so; members of the module's handlers
// may take it. Guests and external people can be assigned only if the config file
// names them.
type Assign struct {
	Risk core.RiskKey
	// Seen is the version of the card or form that showed the handlers, 0 if there
	// was none. If they have changed since, the refusal is a Conflict that names
	// them, unless Anyway is set.
	Seen   int64
	To     []core.Ref // the new handlers
	Add    bool       // To are added to the present ones
	Take   bool       // the person becomes the only handler; To has no meaning
	Hand   bool       // the person hands the risk over; needs a Reason
	Reason string
	Anyway bool
}
