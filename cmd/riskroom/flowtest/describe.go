package flowtest

import (
	"cmp"
	"strings"

	"riskroom/cmd/riskroom/reason"
	"riskroom/cmd/riskroom/simulate"
	"riskroom/core"
	"riskroom/core/text"
)

// shownText is how many characters of a text a timeline shows.
const shownText = 100

// Says describes what is expected, without the time.
func (x Expectation) Says() text.Phrase {
	w := wording{
		kind: x.Kind, person: x.Person, group: cmp.Or(x.In, x.Name), is: x.Is, reason: x.Reason, risk: text.Phrasef("%s", x.Risk), flow: x.Flow, step: x.Step, replyTo: x.ReplyTo,
		members: x.Members,
	}
	for _, part := range x.Contains {
		w.texts = append(w.texts, `"`+part+`"`)
	}
	return w.says()
}

// Says describes an event, without the time. It is empty for what a timeline leaves out.
func (e Event) Says() text.Phrase {
	line, _, _ := strings.Cut(e.Text, "\n")
	line = core.Isolate(core.Shorten(strings.TrimSpace(line), shownText))
	switch e.What {
	case simulate.Filed:
		return text.Phrasef("%s files %s", e.By, e.Risk)
	case simulate.Command:
		return text.Phrasef("%s types: %s", e.By, line)
	case simulate.Reply:
		return text.Phrasef("only %s sees: %s", e.Person, line)
	case simulate.Stopped:
		return text.Plain("riskroom isn't running")
	case simulate.Started:
		return text.Plain("riskroom is running again")
	case simulate.Parked, simulate.Cancelled, simulate.Held:
		return text.Phrasef("%s (%s, %s): %s", heldWord(e.What), simulate.Subject(e.Risk, e.Flow), e.Flow, why(e.Reason))
	default:
		if e.Kind == "" {
			return text.Phrase{}
		}
	}
	w := wording{kind: e.Kind, person: e.Person, group: e.group().Name, is: e.Is, reason: e.Reason, risk: simulate.Subject(e.Risk, e.Flow), flow: e.Flow, step: e.Step, replyTo: e.ReplyTo}
	if e.Kind == Created {
		w.members = e.members()
	}
	if line != "" && (e.Kind == Message || e.Kind == GroupMessage) {
		w.texts = []string{line}
	}
	return w.says()
}

// heldWord says in what way a run doesn't act.
func heldWord(w simulate.What) text.Phrase {
	switch w {
	case simulate.Parked:
		return text.Plain("parked")
	case simulate.Cancelled:
		return text.Plain("cancelled")
	default:
		return text.Plain("held back")
	}
}

// wording words expectations and events alike.
type wording struct {
	kind                                           Kind
	person, group, is, reason, flow, step, replyTo string
	risk                                           text.Phrase
	members, texts                                 []string
}

func (w wording) says() text.Phrase {
	what := w.what()
	var about []text.Phrase
	for _, p := range []text.Phrase{w.risk, text.Phrasef("%s", w.flow), text.Phrasef("%s", w.step)} {
		if !p.IsZero() {
			about = append(about, p)
		}
	}
	if w.replyTo != "" {
		about = append(about, text.Phrasef("reply to %s", w.replyTo))
	}
	if len(w.members) > 0 {
		about = append(about, text.Phrasef("members %s", strings.Join(w.members, ", ")))
	}
	if len(about) > 0 {
		what = text.Phrasef("%s (%s)", what, list(about))
	}
	if len(w.texts) > 0 {
		what = text.Phrasef("%s: %s", what, strings.Join(w.texts, ", "))
	}
	return what
}

// what names it in a few words.
func (w wording) what() text.Phrase {
	person, group := text.Phrasef("%s", w.person), text.Phrasef("the group %s", w.group)
	if w.person == "" {
		person = text.Plain("somebody")
	}
	if w.group == "" {
		group = text.Plain("a group")
	}
	switch w.kind {
	case Message:
		return text.Phrasef("message to %s", person)
	case GroupMessage:
		return text.Phrasef("message in %s", group)
	case Created:
		return text.Phrasef("creation of %s", group)
	case Changed:
		return text.Phrasef("change of %s", group)
	case Joined:
		return text.Phrasef("%s joins %s", person, group)
	case Left:
		return text.Phrasef("%s leaves %s", person, group)
	case Ended:
		return text.Phrasef("end of %s", group)
	case Skipped:
		return text.Phrasef("skipped: %s", why(w.reason))
	case Failed:
		return text.Phrasef("failed: %s", why(w.reason))
	case Status:
		return text.Phrasef("new status: %s", shown(w.is))
	case Node:
		return text.Phrasef("new node: %s", shown(w.is))
	}
	return text.Phrase{}
}

// why words a reason, or returns a sign for none.
func why(code string) text.Phrase {
	if code == "" {
		return text.Plain(shown(""))
	}
	return reason.Text(code)
}

// list joins phrases.
func list(all []text.Phrase) text.Phrase {
	out := all[0]
	for _, p := range all[1:] {
		out = text.Phrasef("%s, %s", out, p)
	}
	return out
}
