package adaptertest

import "time"

// FaultKind is what goes wrong with an API call, from a closed set.
type FaultKind string

// The kinds of fault.
const (
	RateLimit       FaultKind = "rate_limit"        // refused as too many, with the time to wait
	RateLimitBare   FaultKind = "rate_limit_bare"   // refused as too many, without it
	RateLimitBody   FaultKind = "rate_limit_body"   // refused as too many in the body of a success
	RateLimitGlobal FaultKind = "rate_limit_global" // refused since all calls together are too many, with the time to wait
	RateLimitPage   FaultKind = "rate_limit_page"   // refused as too many by a proxy of the platform, with a page and no time
	CutBefore       FaultKind = "cut_before"        // the connection ends, nothing happened
	ErrorBefore     FaultKind = "error_before"      // a server error, nothing happened
	GatewayBefore   FaultKind = "gateway_before"    // the platform's proxy answers 502 with a page, nothing happened
	EmptyFailure    FaultKind = "empty_failure"     // refused without a word why
	Revoked         FaultKind = "revoked"           // the credentials are refused
	Forbidden       FaultKind = "forbidden"         // this one thing is forbidden to the bot

	CutAfter     FaultKind = "cut_after"     // it happened, and the connection ends without an answer
	ErrorAfter   FaultKind = "error_after"   // it happened, and the answer is a server error
	GatewayAfter FaultKind = "gateway_after" // it happened, and the platform's proxy answers 502 with a page
	Slow         FaultKind = "slow"          // it happened, and the answer does not come while the caller waits
	Late         FaultKind = "late"          // the connection ends, and it happens only when World.Settle is called

	HideMetadata FaultKind = "hide_metadata" // messages are read without their metadata
)

// When is the moment at which a fault strikes, seen from the call's effect.
type When string

// The moments.
const (
	Before When = "before" // nothing happened
	After  When = "after"  // it happened, or will
	During When = "during" // the call itself works differently
)

// When tells at which moment faults of this kind strike.
func (k FaultKind) When() When {
	switch k {
	case CutAfter, ErrorAfter, GatewayAfter, Slow, Late:
		return After
	case HideMetadata:
		return During
	}
	return Before
}

// Forever as a fault's Times has it strike every matching call.
const Forever = -1

// Fault is an order to a stand-in: which calls are struck, and how.
type Fault struct {
	Kind   FaultKind
	Method string        // "" is any
	Nth    int           // the first call struck, from 1, among those of Method after the order
	Times  int           // how many from there on: 1, or Forever
	Wait   time.Duration // RateLimit, RateLimitGlobal: what the answer tells to wait, whole seconds
}
