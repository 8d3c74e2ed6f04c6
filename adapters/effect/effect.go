// Package effect holds what every adapter does alike around the calls that
// change something on a platform: write.go makes such a call, progress.go keeps
// the report of an action on several parts, and probe.go turns what a look at
// the platform found into the answer of a probe.
//
// It knows no platform. How a request is sent is the business of adapters/rest.
package effect
