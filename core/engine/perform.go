package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
)

// outcome is the result of a step: what later steps need, and what is reported.
type outcome struct {
	Group  *core.GroupRef `json:"group,omitempty"`
	Owner  core.Account   `json:"owner,omitzero"`
	Name   string         `json:"name,omitempty"`   // of the group
	Suffix string         `json:"suffix,omitempty"` // of the group's name
	Done   []string       `json:"done,omitempty"`   // people or parts that it reached
	Failed []failure      `json:"failed,omitempty"`

	Sent  core.MessageRef `json:"sent,omitzero"`   // if a later step replies to it
	Apart string          `json:"apart,omitempty"` // why the message isn't a reply

	// The same of direct messages, by account.
	SentTo    map[string]core.MessageRef `json:"sent_to,omitempty"`
	ApartFrom map[string]string          `json:"apart_from,omitempty"`

	Held    []Hold   `json:"held,omitempty"`     // messages that must not be sent yet
	Detours []detour `json:"fallback,omitempty"` // where a direct message was sent instead
	Code    string   `json:"code,omitempty"`     // why the whole step failed or was skipped
}

// failure is a part of a step that failed for good.
type failure struct {
	What string    `json:"what"` // a person, or a part of a group
	Code string    `json:"code"`
	Kind core.Kind `json:"kind,omitempty"` // of a recipient of direct messages
}

func decodeOutcome(b []byte) outcome {
	var o outcome
	// A newer version may have stored something else. Later steps then report
	// that they have no group.
	_ = json.Unmarshal(b, &o)
	return o
}

func (o *outcome) encode() []byte {
	b, _ := json.Marshal(o) // strings only: cannot fail
	return b
}

func (o *outcome) failed(what string) bool {
	return slices.ContainsFunc(o.Failed, func(f failure) bool { return f.What == what })
}

// failures lists what failed, with codes.
func (o *outcome) failures() string {
	var list []string
	for _, f := range o.Failed {
		list = append(list, f.What+" ("+f.Code+")")
	}
	return strings.Join(list, ", ")
}

func (o *outcome) did(what string) {
	if !slices.Contains(o.Done, what) {
		o.Done = append(o.Done, what)
	}
}

func (o *outcome) fail(what string, err error) {
	if !o.failed(what) {
		o.Failed = append(o.Failed, failure{What: what, Code: core.DetailOf(err), Kind: core.KindOf(err)})
	}
}

// add adds what an action reports of a group's parts and people, except failures
// that will be retried.
func (o *outcome) add(r core.Report) {
	for _, x := range r.Outcomes {
		if x.Kind != "" && !x.Kind.Final() {
			continue
		}
		what := string(x.Part)
		if !x.Account.IsZero() {
			what += " " + x.Account.String()
		}
		if x.Kind == "" {
			o.did(what)
			continue
		}
		if !o.failed(what) {
			o.Failed = append(o.Failed, failure{What: what, Code: x.Detail})
		}
	}
}

// performed is what a step has done so far.
type performed struct {
	out   outcome
	shown []Shown
	badge core.MessageRef

	unreached []Unreached         // what changes in who can't be reached
	missing   []people.Unresolved // also in the outcome
}

// wholeGroup is the failure of a group's creation that concerns no part alone.
const wholeGroup = "group"

// perform does what a step's input says. It fails if something is left to do.
// Parts that failed for good are in the outcome instead.
func (t *turn) perform(ctx context.Context, act performance, in *input, sofar outcome) (performed, error) {
	p := performed{out: sofar, missing: in.Missing}
	for _, m := range in.Missing {
		p.out.fail(string(m.Ref), &core.Error{Kind: m.Kind, Detail: m.Code})
	}
	t.heldUntil = time.Time{}
	err := act(t, ctx, in, &p)
	t.noteHolds()
	return p, people.FailedIn(t.workspace, err)
}

// platform returns a workspace's platform and makes it the one of the next calls.
func (t *turn) platform(workspace string) (core.Platform, error) {
	t.workspace = workspace
	return t.e.workspaces.Get(workspace)
}

// show records a message with a card, so that sync keeps it up to date. The risk's files
// follow it.
func (t *turn) show(p *performed, s Shown, m core.Message) {
	if m.Card == nil {
		return
	}
	s.Version, s.Marks = m.Card.Version, m.Card.Marks
	p.shown = append(p.shown, s)
	t.postFiles(s.Ref)
}

// shownID returns the ID of a message that this step shows.
func (t *turn) shownID(what string) string {
	return strings.Join([]string{t.run.ID.Flow, t.shownFor(), t.stepKey, what}, "/")
}

// shownRepeats is how many of the latest messages of a flow that repeats are kept up to date,
// so that their number doesn't grow.
const shownRepeats = 5

// shownFor returns what distinguishes the messages of this run from those of other runs of its
// flow: the occurrence. One of a repeat takes the place of an earlier one, and one of a schedule
// that of another day.
func (t *turn) shownFor() string {
	if at := t.run.ID.Scheduled(); !at.IsZero() {
		day := at.UnixMilli() / core.Day.Milliseconds()
		return "." + strconv.FormatInt(day%shownRepeats, 10)
	}
	if t.flow != nil {
		if d, ok := t.flow.Trigger.(flow.DateTrigger); ok {
			if n, ok := d.Number(t.run.ID.Occurrence); ok {
				return "." + strconv.Itoa(n%shownRepeats)
			}
		}
	}
	return t.run.ID.Occurrence
}

// isSkipped reports whether err says that a step has nothing to do.
func isSkipped(err error) (stepSkipped, bool) { return errors.AsType[stepSkipped](err) }
