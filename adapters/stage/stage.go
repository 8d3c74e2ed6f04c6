// Package stage holds what stand-in platforms share: faults that a test
// orders, an ordered log of the API calls that came in, and people, rooms and
// posts in a form free of any platform, so that one browser view and one
// terminal story can show every stand-in, and a way to call it without sockets.
//
// It knows nothing of Slack or Discord. A stand-in meets its Faults once per
// call, notes each call in its Log, and publishes what people can see on its
// Feed.
package stage
