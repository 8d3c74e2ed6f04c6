package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// lifeConfig has what people can do with a risk after filing it: a part of its own for
// handlers, a process, a channel and a timer that follows a date.
const lifeConfig = `fields:
  fix_by: { type: date, part: handling, label: Fix by }
process:
  triage: { label: Triage, operators: handlers }
  fix: { label: Fix, operators: handlers }
  review: { label: Review, operators: lead }
flows:
  open-a-group:
    trigger: { on: filed }
    steps:
      - create_group: { id: room, type: item, name: "{{ .title }}", owner: handlers, members: [submitter, handlers] }
      - send_group_message: { group: room, card: risk }
  overdue:
    trigger: { date_field: due_at, after: 1d }
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} is overdue" }
  fix-is-late:
    trigger: { date_field: fix_by, after: 1d }
    steps:
      - send_message: { to: [handlers], title: "The fix of {{ .key }} is late" }
  announce:
    trigger: { on: status }
    steps:
      - send_group_message: { group: item, text: "{{ .by }}: {{ .from }} → {{ .to }}" }
`

// step is what somebody does with the risk, in any way that the platform offers. It may be
// tried several times.
type step struct {
	name string
	who  string
	do   func(*life) error
	says string // in the reply
	// reads is set if the step doesn't change the risk.
	reads bool
	// done reports whether the step had its effect; nil: when the risk has changed.
	done func(*life) bool
	// patience is how long that may take after a kill, if it is long.
	patience time.Duration
	// then checks what is so when everything is done.
	then func(*life)
}

// lifeOfRisk returns the story of a risk from a message to the moment when it is opened
// again.
func lifeOfRisk() []step {
	return []step{
		{name: "file a message", who: "ana", do: func(l *life) error {
			return l.choose("ana", "File as risk", l.say("lin", l.general(), "The ledger is off by one"), []entry{
				{"Title", "Ledger is off by one"}, {"Module", "Payments"}, {"Due", "2031-03-01"},
			})
		}, says: "is filed: Ledger is off by one"},
		{name: "take", who: "lin", do: func(l *life) error { return l.press("lin", "Take") }, says: "is now handled by: "},
		{name: "edit both parts", who: "lin", do: func(l *life) error {
			if err := l.press("lin", "Edit"); err != nil {
				return err
			}
			return l.fill("lin", []entry{{"Due", "2031-03-15"}, {"Fix by", "2031-02-01"}})
		}, says: "overdue is due on 16 Mar 2031, 09:00 instead of 2 Mar 2031, 09:00."},
		{name: "hand over", who: "lin", do: func(l *life) error {
			return l.command("lin", "hand", "to", "wei", "reason", "the bank calls her")
		}, says: "is now handled by: "},
		{name: "note a message", who: "wei", do: func(l *life) error {
			return l.choose("wei", "Add as note", l.say("ana", l.group(), "The bank called back"), nil)
		}, says: "Noted on"},
		{name: "pass on with a button", who: "wei", do: func(l *life) error {
			return l.press("wei", "Pass to Fix")
		}, says: "2 of 3: Fix"},
		{name: "pass on with a command", who: "wei", do: func(l *life) error {
			return l.command("wei", "pass", "note", "recounted")
		}, says: "3 of 3: Review"},
		{name: "send back", who: "wei", do: func(l *life) error {
			if err := l.press("wei", "Send back"); err != nil {
				return err
			}
			return l.fill("wei", []entry{{"To which node?", "fix"}, {"Why is it sent back?", "a booking is missing"}})
		}},
		{name: "pass on again", who: "wei", do: func(l *life) error {
			return l.press("wei", "Pass to Review")
		}, says: "3 of 3: Review"},
		{name: "resolve", who: "wei", do: func(l *life) error {
			if err := l.press("wei", "Resolve"); err != nil {
				return err
			}
			return l.fill("wei", []entry{{"How was it resolved?", "booked again"}})
		}},
		{name: "search", who: "ana", do: func(l *life) error {
			return l.command("ana", "list", "what", "resolved")
		}, says: "Ledger is off by one", reads: true},
		{name: "reopen", who: "wei", do: func(l *life) error { return l.press("wei", "Reopen") }, says: "Pending"},
	}
}

// ofRisk is the tale of a risk.
func ofRisk() tale { return tale{config: lifeConfig, steps: lifeOfRisk} }

// lifeAsRead is what the history then says, oldest first.
const lifeAsRead = `ana: filed the risk
open-a-group: created the channel #group-1
open-a-group: posted in the channel
lin: took it (before: lin, wei)
lin: Due: 1 Mar 2031 → 15 Mar 2031; Fix by: none → 1 Feb 2031
lin: handed it over to wei (before: lin). Reason: the bank calls her
wei: Note from a message by ana: The bank called back Message
wei: passed it on: Triage → Fix
wei: passed it on: Fix → Review. Note: recounted
wei: sent it back: Review → Fix. Reason: a booking is missing
wei: passed it on: Fix → Review
wei: Pending → Resolved. Resolution: booked again
announce: posted in the channel
wei: Resolved → Pending
announce: posted in the channel`

// TestLife plays the life of a risk on each platform. The history reads as it happened.
func TestLife(t *testing.T) {
	t.Parallel()
	for name, on := range played() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLife(t, startRedis(t), on.open, nil, ofRisk())
			got := l.play(nil)
			if d := cmp.Diff(lifeAsRead, strings.Join(got.History, "\n")); d != "" {
				t.Errorf("the history (-want +got)\n%s", d)
			}
			want := map[string]string{"overdue": "2031-03-16", "fix-is-late": "2031-02-02"}
			if d := cmp.Diff(want, got.Timers); d != "" {
				t.Errorf("timers (-want +got)\n%s", d)
			}
		})
	}
}
