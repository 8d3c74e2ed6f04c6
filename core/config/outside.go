package config

import coretext "riskroom/core/text"

// OutsideKind is the kind of an Outside.
type OutsideKind int

// The kinds of Outside.
const (
	OutsideWorkspace OutsideKind = iota // a workspace itself, and its credentials
	OutsideEmail                        // a person by e-mail address, in every workspace where the file gives them no account
	OutsideUser                         // a user by ID
	OutsideGroup                        // a user group or role; without a workspace it is one of the risk's home
	OutsideChannel                      // a channel that a flow posts in or changes
	OutsideAdmins                       // the channel of admin_channel
)

// Outside is something that a file names and only a platform can check, with the place
// where it is named first.
type Outside struct {
	Kind      OutsideKind
	Workspace string // "" for any
	Name      string // the address, ID or name; "" of a workspace
	Person    string // whose address or account it is, "" if nobody's
	spot      Problem
}

// Problem returns an error about o.
func (o Outside) Problem(rule string, message, hint coretext.Phrase) Problem {
	p := o.spot
	p.Rule, p.Message, p.Hint = rule, p.say.Say(message), p.say.Say(hint)
	return p
}

// Warning returns a warning about o.
func (o Outside) Warning(rule string, message, hint coretext.Phrase) Problem {
	p := o.Problem(rule, message, hint)
	p.Warning = true
	return p
}

// outside adds an Outside, with its place, to the Config.
func (l *loader) outside(o Outside, at place) {
	if l.named[o] {
		return
	}
	l.named[o] = true
	at = l.src.within(at)
	o.spot = Problem{File: l.src.name, Line: at.line, Col: at.col, width: at.width, source: l.src.line(at.line), say: l.say}
	l.cfg.Outside = append(l.cfg.Outside, o)
}
