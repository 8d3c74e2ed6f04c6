package engine_test

import (
	"strings"
	"testing"

	"riskroom/core/engine"
)

// Audit trails and runs in databases contain these codes. The names in the code may
// change, the codes may not.
func TestStoredCodes(t *testing.T) {
	t.Parallel()
	for want, got := range map[string][]string{
		"filed status timer missed fired skipped step partial failed passed deferred retry parked ended resent fallback members": {
			engine.EventFiled, engine.EventStatus, engine.EventTimer, engine.EventMissed, engine.EventFired, engine.EventSkipped,
			engine.EventStep, engine.EventPartial, engine.EventFailed, engine.EventPassed, engine.EventDeferred, engine.EventRetry,
			engine.EventParked, engine.EventEnded, engine.EventResent, engine.EventFallback, engine.EventMembers,
		},
		"edited assigned note node purged group": {engine.EventEdited, engine.EventAssigned, engine.EventNote, engine.EventNode, engine.EventPurged, engine.EventGroup},
		"bound freed missing found synced linked unlinked operator": {
			engine.EventBound, engine.EventFreed, engine.EventLost, engine.EventFound, engine.EventSynced, engine.EventLinked,
			engine.EventUnlinked, engine.EventOperator,
		},
		"held omitted":               {engine.EventHeld, engine.EventOmitted},
		"_sync _notice _note _group": {engine.SyncFlow, engine.NoticeFlow, engine.NoteFlow, engine.GroupFlow},
		"armed running waiting finished skipped cancelled parked": {
			string(engine.Armed), string(engine.Running), string(engine.Waiting), string(engine.Finished), string(engine.Skipped),
			string(engine.Cancelled), string(engine.Parked),
		},
	} {
		if got := strings.Join(got, " "); got != want {
			t.Errorf("the program writes %q; databases contain %q", got, want)
		}
	}
}
