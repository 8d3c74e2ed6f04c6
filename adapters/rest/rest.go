// Package rest holds what the clients of all platforms' HTTP APIs share.
//
// line.go sends a request and reads the whole answer, errors.go says what an
// answer means that every platform gives alike, wait.go how long an answer asks
// to wait, rates.go what calls cost, budget.go and pages.go make calls that a
// rate budget has to grant, and repeat.go makes a call again. What only one
// platform does, such as its error codes, is in its own api package.
//
// Every error is a *core.Error, and none shows a URL or a token.
package rest
