package flow

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Message returns what the ith step of f tells, and whom: the same text for two steps that
// send the same. to is empty for a step that sends nothing, or sends it into a group that
// its flow creates.
func (f *Flow) Message(i int) (what string, to []string) {
	s := f.Steps[i]
	content := func(title, text *Template, card bool) string {
		what := s.Workspace + "\x00" + title.String() + "\x00" + text.String()
		if card {
			what += "\x00" + cardRisk
		}
		return what
	}
	switch a := s.Action.(type) {
	case *SendMessage:
		for _, t := range a.To.terms {
			to = append(to, t.Text)
		}
		return content(a.Title, a.Text, a.Card), to
	case *SendGroupMessage:
		what := content(a.Title, a.Text, a.Card)
		if a.Mention != nil {
			what += "\x00" + a.Mention.String()
		}
		if a.Group.Step == "" {
			to = []string{a.Group.String()}
		}
		return a.Kind() + "\x00" + what, to
	}
	return "", nil
}

// Together reports whether the ith step of f and the jth of g may run for one risk at the
// same moment: their triggers are the same, or may be, and their conditions don't exclude
// each other.
func Together(f *Flow, i int, g *Flow, j int) bool {
	d, both := f.def, g.def.Trigger
	var ok [5]bool
	d.Trigger.From, ok[0] = common(d.Trigger.From, both.From)
	d.Trigger.To, ok[1] = common(d.Trigger.To, both.To)
	d.Trigger.Fields, ok[2] = common(d.Trigger.Fields, both.Fields)
	d.Trigger.By, ok[3] = common(d.Trigger.By, both.By)
	d.Trigger.Type, ok[4] = common(d.Trigger.Type, both.Type)
	if slices.Contains(ok[:], false) || !slices.Equal(f.waits(i), g.waits(j)) || !sameMoment(f.Trigger, g.Trigger) {
		return false
	}
	var all []ast.Node
	for _, c := range []*Condition{f.If, f.Steps[i].If, g.If, g.Steps[j].If} {
		if c != nil {
			all = append(all, c.tree)
		}
	}
	return (&compiler{scope: d.scope()}).casesOf(d).possible(all...)
}

// waits returns the waits before the ith step.
func (f *Flow) waits(i int) []string {
	var out []string
	for _, s := range f.def.Steps[:i] {
		if w, ok := s.Action.(*WaitDef); ok {
			out = append(out, s.If+" "+w.For)
		}
	}
	return out
}

// sameMoment reports whether two triggers are due at the same time, at least the first.
func sameMoment(a, b Trigger) bool {
	x, isDate := a.(DateTrigger)
	y, both := b.(DateTrigger)
	if isDate && both {
		return x.Field == y.Field && x.Delay == y.Delay && x.Before == y.Before && x.calendar.Equal(y.calendar) && x.at == y.at && x.hasAt == y.hasAt && x.theirs == y.theirs
	}
	s, isSchedule := a.(ScheduleTrigger)
	if other, both := b.(ScheduleTrigger); isSchedule && both {
		return s.equal(other)
	}
	return isDate == both && a.Kind() == b.Kind()
}

// common returns what two filters have in common. An empty filter lets everything pass; ok
// is false if nothing passes both.
func common(a, b []string) (out []string, ok bool) {
	if len(a) == 0 || len(b) == 0 {
		return slices.Concat(a, b), true
	}
	out = both(a, b)
	return out, len(out) > 0
}
