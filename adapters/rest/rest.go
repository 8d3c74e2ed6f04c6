// Package rest holds what the clients of all platforms' HTTP APIs share.
//
// client.go sends a request and reads the answer. errors.go classifies the
// answers that mean the same on every platform, and wait.go reads how long an
// answer asks to wait. rates.go describes rate limits, budget.go and pages.go
// make calls that a rate budget must grant, and repeat.go retries a call. What
// is specific to one platform, such as its error codes, is in that platform's
// api package.
//
// Every error is a *core.Error. No error contains a URL or a token.
package rest
