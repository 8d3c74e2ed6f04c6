// Package stage holds what stand-in platforms share, so that one browser view
// and one terminal story can show each of them. It knows nothing of Slack or
// Discord.
//
// A stand-in consists of:
//   - World: the state, that is people, channels and their members, messages, pins,
//     ephemeral messages and open dialogs. Its type parameters are what only one
//     platform knows of each. Its lock guards the stand-in's own state too. Every
//     change goes through World, which publishes it on the Feed.
//   - Renderer: the platform's part of showing that state as a View.
//   - Host: the side that faces the app, that is the server, the log of calls, the
//     faults that apply to them, and the stand-in's life. Take carries one call from
//     its arrival to its answer.
//   - App: the bot's side, as the stand-in calls it, with the errors that people see.
//   - Outbox: applies the faults of delivery to events.
//
// The platform keeps its protocol, IDs and timestamps, checks, limits, and the
// text and blocks that it renders. A stand-in adds its own reactions where it calls
// World: it calls Join and then sends the app the platform's event.
package stage
