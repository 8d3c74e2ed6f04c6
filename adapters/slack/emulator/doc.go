// Package emulator is a stand-in Slack workspace for tests, benchmarks and the
// demo. It has Slack's Web API, callbacks and events over HTTP, and people who
// act in it.
//
// It is as strict as Slack, both in what it accepts (names, membership, scopes
// of each call, tiers when asked, block and view limits, trigger_ids,
// response_urls) and in its error codes, so that what works here is likely to work
// on Slack. It refuses most of what riskroom doesn't use. Where Slack's pages leave
// something open, it takes the stricter reading and says so. See
// https://docs.slack.dev/reference/methods and the pages cited in the code.
//
// Three sides:
//   - the app calls Handler, over HTTP (Start) or in process (Client);
//   - people act: SlashCommand, Press, SubmitView, ArchiveByHand and
//     so on; each sends the app a signed callback or event, or with Socket Mode
//     turned on an envelope over one of the app's connections;
//   - a test looks: Channels, Messages, State, Log, Feed, and orders Faults.
//
// Inside, team is the state, in the model of package stage, with the rules for
// changing it. The api answers the app, events and Socket carry what the app is
// sent, and the renderer shows everything as people see it.
//
// IDs are deterministic: the same calls in the same order get the same IDs.
package emulator
