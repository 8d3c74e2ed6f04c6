package stage

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// FaultKind is a kind of failure, from a closed set.
type FaultKind string

// The kinds of fault, by phase. The last three are about events that a stand-in
// delivers.
const (
	RateLimit       FaultKind = "rate_limit"        // refused: HTTP 429 with Retry-After
	RateLimitBare   FaultKind = "rate_limit_bare"   // refused: HTTP 429 without Retry-After
	RateLimitBody   FaultKind = "rate_limit_body"   // refused: HTTP 200 with the refusal in the body
	RateLimitGlobal FaultKind = "rate_limit_global" // refused: HTTP 429 for all calls together, with Retry-After but without a bucket
	RateLimitPage   FaultKind = "rate_limit_page"   // refused: HTTP 429 with a page of the platform's proxy, without Retry-After
	CutBefore       FaultKind = "cut_before"        // the connection ends, nothing happened
	ErrorBefore     FaultKind = "error_before"      // HTTP 500, nothing happened
	GatewayBefore   FaultKind = "gateway_before"    // HTTP 502 with a page of the platform's proxy, nothing happened
	Late            FaultKind = "late"              // the connection ends, the effect happens Delay later
	EmptyFailure    FaultKind = "empty_failure"     // refused without a reason: Slack's ok:false without error
	Refuse          FaultKind = "refuse"            // refused with the error code Code

	CutAfter     FaultKind = "cut_after"     // the effect happened, the connection ends without an answer
	ErrorAfter   FaultKind = "error_after"   // the effect happened, the answer is HTTP 500
	GatewayAfter FaultKind = "gateway_after" // the effect happened, the answer is HTTP 502 with a page of the platform's proxy
	Slow         FaultKind = "slow"          // the effect happened, the answer comes Delay later

	HideMetadata FaultKind = "hide_metadata" // messages are read without their metadata
	AlterName    FaultKind = "alter_name"    // a channel's name loses every character that isn't ASCII
	RefuseName   FaultKind = "refuse_name"   // a channel's name is refused if it isn't ASCII

	DuplicateEvent FaultKind = "duplicate_event" // the event is delivered twice
	ReorderEvent   FaultKind = "reorder_event"   // the event is delivered after the one that follows it
	LoseEvent      FaultKind = "lose_event"      // the event is never delivered
)

// Phase is the point in a call's life at which a fault applies.
type Phase string

// The phases.
const (
	Before   Phase = "before"   // instead of the effect
	After    Phase = "after"    // after the effect, instead of the answer
	During   Phase = "during"   // the call itself works differently
	Delivery Phase = "delivery" // an event is delivered differently
)

// OnlyASCII returns what AlterName leaves of a name.
func OnlyASCII(name string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, name)
}

// Phase returns when faults of this kind apply, "" for an unknown kind.
func (k FaultKind) Phase() Phase {
	switch k {
	case RateLimit, RateLimitBare, RateLimitBody, RateLimitGlobal, RateLimitPage, CutBefore, ErrorBefore, GatewayBefore, Late, EmptyFailure, Refuse:
		return Before
	case CutAfter, ErrorAfter, GatewayAfter, Slow:
		return After
	case HideMetadata, AlterName, RefuseName:
		return During
	case DuplicateEvent, ReorderEvent, LoseEvent:
		return Delivery
	}
	return ""
}

// Forever as a fault's Times applies it to every matching call.
const Forever = -1

// Fault is an order: which calls it applies to, and how.
type Fault struct {
	Method string    // the API method as in the stand-in's Log, or the event type; "" is any
	Kind   FaultKind //
	Nth    int       // the first call that it applies to, counting matching calls since the order; 0 is the first
	Times  int       // how many calls it applies to; 0 is one, Forever all

	Delay      time.Duration // Slow: 0 is until the caller is gone; Late: 0 is until ReleaseLate
	RetryAfter time.Duration // RateLimit, RateLimitGlobal: in the answer; 0 is one second
	Code       string        // Refuse: the platform's error code
}

// Faults are the faults that a test has ordered. The zero value is ready to use. It is
// safe for concurrent use.
type Faults struct {
	mu     sync.Mutex
	orders []*order
}

type order struct {
	Fault
	seen, struck int
}

// Order adds faults. If several match a call, the one ordered first applies; the
// others still count the call.
func (f *Faults) Order(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range faults {
		if fault.Kind.Phase() == "" {
			panic(fmt.Sprintf("stage: unknown kind of fault %q", fault.Kind))
		}
		fault.Nth = max(fault.Nth, 1)
		if fault.Times == 0 {
			fault.Times = 1
		}
		f.orders = append(f.orders, &order{Fault: fault})
	}
}

// Clear removes every order.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.orders = nil
}

// Waiting returns the faults that will still apply, those with Times Forever only if
// they never have.
func (f *Faults) Waiting() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Fault
	for _, o := range f.orders {
		if o.struck == 0 || o.Times != Forever && o.struck < o.Times {
			out = append(out, o.Fault)
		}
	}
	return out
}

// Met are the faults of one call or event.
type Met []Fault

// Meet counts a call of method and returns its faults, at most one of each phase. A
// stand-in calls it once, when the call arrives.
func (f *Faults) Meet(method string) Met {
	return f.meet(method, func(p Phase) bool { return p != Delivery })
}

// MeetEvent is Meet for an event of the given type on its way out.
func (f *Faults) MeetEvent(eventType string) Met {
	return f.meet(eventType, func(p Phase) bool { return p == Delivery })
}

func (f *Faults) meet(name string, concerns func(Phase) bool) Met {
	f.mu.Lock()
	defer f.mu.Unlock()
	var met Met
	for _, o := range f.orders {
		if o.Method != "" && o.Method != name || !concerns(o.Kind.Phase()) {
			continue
		}
		o.seen++
		due := o.seen >= o.Nth && (o.Times == Forever || o.struck < o.Times)
		if _, taken := met.At(o.Kind.Phase()); due && !taken {
			o.struck++
			met = append(met, o.Fault)
		}
	}
	return met
}

// At returns the fault of the phase p.
func (m Met) At(p Phase) (Fault, bool) {
	i := slices.IndexFunc(m, func(f Fault) bool { return f.Kind.Phase() == p })
	if i < 0 {
		return Fault{}, false
	}
	return m[i], true
}

// Of returns the fault of the kind k.
func (m Met) Of(k FaultKind) (Fault, bool) {
	i := slices.IndexFunc(m, func(f Fault) bool { return f.Kind == k })
	if i < 0 {
		return Fault{}, false
	}
	return m[i], true
}
