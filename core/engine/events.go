package engine

// The kinds of audit event. They are stored, so a kind's meaning never changes.
const (
	EventFiled    = "filed"    // data: module, severity
	EventStatus   = "status"   // data: from, to, note
	EventEdited   = "edited"   // data: from.<field> and to.<field> of each changed field, as core.Value.String writes them
	EventAssigned = "assigned" // data: from, to, reason, how (assign, add, take, hand)
	EventNote     = "note"     // data: note; author and link of a quoted message
	EventNode     = "node"     // data: from, to, note, how (pass, back, enter)
	EventTimer    = "timer"    // data: outcome (armed, moved, dropped, wished, left), run, due
	EventMissed   = "missed"   // already due when filed or edited, skipped as the flow says; data: flow, due
	EventFired    = "fired"    // data: late (ms after its due time)
	EventSkipped  = "skipped"  // data: reason; if.<n>.<variable> of a condition that was false: its variables with their values, as flow.Used has them
	EventStep     = "step"     // a step was done; data: action, done, group, name; apart, or apart.<reason> with accounts: why messages are no replies
	EventPartial  = "partial"  // part of a step failed for good; data: action, what
	EventFailed   = "failed"   // a step failed for good; data: action, code
	EventPassed   = "passed"   // a step was skipped; data: action, reason
	EventFallback = "fallback" // a direct message that couldn't be delivered was sent elsewhere; data: for, where (item, channel, person), to, message, text, or code if that failed too
	EventDeferred = "deferred" // to a slot of the rate budget; data: until
	EventHeld     = "held"     // messages must not be sent yet; data: for (accounts) or group, until, zone, code (quiet_hours, local_time)
	EventOmitted  = "omitted"  // a walk left something out; data: code (condition_failed, people_failed and forgotten with count, too_many_messages with most and more), first (risks, recipients)
	EventRetry    = "retry"    // data: code, until, attempt
	EventParked   = "parked"   // data: code
	EventEnded    = "ended"    // data: state, reason
	EventResent   = "resent"   // sent again although it may have arrived; data: call
	EventGivenUp  = "given_up" // an open intent was closed because its run was cancelled; data: call
	EventBound    = "bound"    // data: group
	EventFreed    = "freed"    // an item group was released; data: group, reason (archived, deleted, released)
	EventLost     = "missing"  // the bot can no longer see an item group; data: group, code
	EventFound    = "found"    // the bot can see a lost group again; data: group
	EventGroup    = "group"    // the record of a group was created or changed; data: group, name if known, what
	EventMembers  = "members"  // people who became involved were invited to an item group; data: group, done, what
	EventSynced   = "synced"   // data: what, where
	EventLinked   = "linked"   // accounts were linked, in the trail of R-0; data: account, with
	EventUnlinked = "unlinked" // an account was unlinked, in the trail of R-0; data: account, from
	EventOperator = "operator" // an operator retried or dropped a run; data: did, run
	EventPurged   = "purged"   // a risk was deleted for good, in the trail of R-0; data: risk
	EventRejected = "rejected" // in a History, not in a trail: what somebody may not do, or tried too late; data: what, kind, count
)
