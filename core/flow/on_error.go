package flow

// OnError is what follows if a step fails: the step's on_error. A step that is skipped
// doesn't fail, and neither does one that reaches some of its people.
type OnError string

// The values of OnError. Without one, the run goes on after a step that fails for good, and
// is parked if trying again hasn't helped for a day.
const (
	Stop     OnError = "stop"     // a step that fails for good ends the run
	Continue OnError = "continue" // the run also goes on where it would be parked, unless a person must look
)

const onErrorHelp = "What happens if the step fails. Without it, the failure is reported and the run goes on with the next step; steps that need the failed one's group are skipped. " +
	"If the platform can't be reached, riskroom tries again for 24 hours; then the run is parked until an administrator retries or drops it. " +
	"stop: if the step fails for good, the run ends there, without the steps after it. " +
	"continue: after those 24 hours the run goes on instead of being parked. It is still parked if nobody knows whether a call took effect."
