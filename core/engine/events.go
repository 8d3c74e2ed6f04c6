package engine

// The kinds of audit event. They are stored, so a kind's meaning never changes.
const (
	EventFiled    = "filed"    // data: module, severity
	EventStatus   = "status"   // data: from, to, note
	EventTimer    = "timer"    // data: outcome (armed, moved, dropped, wished, left), run, due
	EventMissed   = "missed"   // already due when filed or edited, skipped as the flow says; data: flow, due
	EventFired    = "fired"    // data: late (ms after its due time)
	EventSkipped  = "skipped"  // data: reason
	EventStep     = "step"     // a step had its effect; data: action, done, group, name
	EventPartial  = "partial"  // part of a step failed for good; data: action, what
	EventFailed   = "failed"   // a step failed for good; data: action, code
	EventPassed   = "passed"   // a step was passed over; data: action, reason
	EventDeferred = "deferred" // to a slot of the rate budget; data: until
	EventRetry    = "retry"    // data: code, until, attempt
	EventParked   = "parked"   // data: code
	EventEnded    = "ended"    // data: state, reason
	EventResent   = "resent"   // sent again though it may have arrived; data: call
	EventGivenUp  = "given_up" // an open call was given up as its run was cancelled; data: call
	EventBound    = "bound"    // data: group
	EventFreed    = "freed"    // an item group was let go of; data: group, reason (archived, deleted, released)
	EventLost     = "missing"  // an item group cannot be seen any more; data: group, code
	EventFound    = "found"    // a missing group is there again; data: group
	EventSynced   = "synced"   // data: what, where
	EventLinked   = "linked"   // accounts became one person's, recorded in the trail of R-0; data: account, with
	EventUnlinked = "unlinked" // an account lost its links, recorded in the trail of R-0; data: account, from
	EventOperator = "operator" // somebody retried or dropped a run by hand; data: did, run
)
