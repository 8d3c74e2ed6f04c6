package core

// The limits on what riskroom accepts. Lengths count characters (runes). Input over
// a limit is refused with the limit named, and never silently cut.
const (
	MaxTitle       = 200
	MaxDescription = 4000
	MaxNote        = 2000
	MaxFields      = 20        // own fields of a risk
	MaxHandlers    = 20        // people and groups named as handlers
	MaxMembers     = 200       // people in a group that a flow creates
	MaxSteps       = 20        // steps of a flow
	MaxInput       = 256 << 10 // bytes of a step's stored input: enough for a card with every field at its limit
	MaxBody        = 2 << 20   // bytes of a request's body: enough for a form with every field at its limit, encoded twice
	MaxNotes       = 50        // notes kept on a risk; older ones stay in the audit trail
	MaxHistory     = 50        // status changes kept on a risk; older ones stay in the audit trail
	MaxListed      = 50        // risks shown in one list
)
