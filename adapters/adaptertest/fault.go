package adaptertest

import "time"

// FaultKind is a way in which an API call fails, from a closed set.
type FaultKind string

// The kinds of fault.
const (
	RateLimit       FaultKind = "rate_limit"        // rate-limited, with the time to wait
	RateLimitBare   FaultKind = "rate_limit_bare"   // rate-limited, without the time to wait
	RateLimitBody   FaultKind = "rate_limit_body"   // rate-limited, in the body of a success
	RateLimitGlobal FaultKind = "rate_limit_global" // rate-limited over all calls together, with the time to wait
	RateLimitPage   FaultKind = "rate_limit_page"   // rate-limited by a proxy of the platform, with an HTML page and no time
	CutBefore       FaultKind = "cut_before"        // the connection breaks, nothing happened
	ErrorBefore     FaultKind = "error_before"      // a server error, nothing happened
	GatewayBefore   FaultKind = "gateway_before"    // the platform's proxy answers 502 with an HTML page, nothing happened
	EmptyFailure    FaultKind = "empty_failure"     // refused without a reason
	Revoked         FaultKind = "revoked"           // the credentials are refused
	Forbidden       FaultKind = "forbidden"         // the bot isn't allowed to do this one thing

	CutAfter     FaultKind = "cut_after"     // it happened, and the connection breaks without an answer
	ErrorAfter   FaultKind = "error_after"   // it happened, and the answer is a server error
	GatewayAfter FaultKind = "gateway_after" // it happened, and the platform's proxy answers 502 with an HTML page
	Slow         FaultKind = "slow"          // it happened, and no answer comes while the caller waits
	Late         FaultKind = "late"          // the connection breaks, and it happens only when World.ReleaseLate is called

	HideMetadata FaultKind = "hide_metadata" // messages are returned without their metadata
	AlterName    FaultKind = "alter_name"    // a group's name loses every character that isn't ASCII
	RefuseName   FaultKind = "refuse_name"   // a group's name is refused if it isn't ASCII
)

// When is when a fault comes, relative to the call's effect.
type When string

// The moments.
const (
	Before When = "before" // nothing happened
	After  When = "after"  // it happened, or will
	During When = "during" // the call itself works differently
)

// When returns when faults of this kind come.
func (k FaultKind) When() When {
	switch k {
	case CutAfter, ErrorAfter, GatewayAfter, Slow, Late:
		return After
	case HideMetadata, AlterName, RefuseName:
		return During
	default:
		return Before
	}
}

// Forever, as a fault's Times, makes it affect every matching call.
const Forever = -1

// Fault describes which calls to an emulator fail, and how.
type Fault struct {
	Kind   FaultKind
	Method string        // "" is any method
	Nth    int           // the first call affected, counted from 1 among the calls of Method after Inject
	Times  int           // how many calls from there on: 1, or Forever
	Wait   time.Duration // RateLimit, RateLimitGlobal: the time to wait in the answer, whole seconds
}
