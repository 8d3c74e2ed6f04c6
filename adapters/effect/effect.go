// Package effect holds what all adapters share around calls that change
// something on a platform. write.go makes such a call, progress.go collects the
// report of an action on several parts, and probe.go turns what was found on
// the platform into a probe's answer. name.go makes the names of channels, by which
// probes find them.
//
// It knows no platform. Sending requests is the job of adapters/rest.
package effect
