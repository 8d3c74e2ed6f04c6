// Package stage holds what stand-in platforms share, so that one browser view
// and one terminal story can show every stand-in. It knows nothing of Slack or
// Discord.
//
// What a stand-in is made of:
//   - World is the state: people, channels and their members, messages, pins,
//     ephemeral messages and open dialogs. Its type parameters are what only one
//     platform knows of each. It has the one lock, and the stand-in guards its
//     own state with it too. Whoever changes something does so through World,
//     which publishes it on the Feed.
//   - Renderer is the platform's part of showing that state as a View.
//   - Host is the side that faces the app: the server, the log of calls, the
//     faults that strike them, and the stand-in's life. Its Take carries one
//     call from its arrival to its answer.
//   - App is the bot's side, as the stand-in calls it, with the errors that
//     people see.
//   - Outbox applies the faults of delivery to events.
//
// What stays with the platform: its protocol, its IDs and timestamps, its strict
// checks, its limits, and the text and blocks that it renders. A stand-in adds
// its own reactions where it calls World: it calls Join and then tells the app
// of the new member in the platform's event.
package stage
