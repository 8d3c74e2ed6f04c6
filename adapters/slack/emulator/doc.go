// Package emulator is a stand-in Slack workspace: Slack's Web API, its
// callbacks and its events over HTTP, and people who act in it, for tests,
// benchmarks and the demonstration.
//
// It is strict where Slack is strict, in what it takes (names, membership,
// scopes of each call, tiers when asked, block and view limits, trigger_ids,
// response_urls) and in the codes it refuses with, so that what works here has
// a fair chance to work there. What Slack's pages leave open is settled towards
// the stricter side and said so where it is done. See
// https://docs.slack.dev/reference/methods and the pages named beside the code.
//
// Three sides:
//   - the app calls Handler, over HTTP (Start) or in process (Client);
//   - people act: SlashCommand, Press, Choose, SubmitView, ArchiveByHand and
//     so on; each sends the app a signed callback or event, or with Socket Mode
//     turned on an envelope over one of the app's connections;
//   - a test looks: Channels, Messages, State, Log, Feed, and orders Faults.
//
// Inside, team is the state, in the model of package stage, and the rules for
// changing it. The api answers the app, the caller calls the app, events and
// Socket carry what it is sent, dialogs are the modals, and the renderer shows
// everything as people see it.
//
// IDs are deterministic: the same calls in the same order get the same IDs.
package emulator
