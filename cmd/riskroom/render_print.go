package main

import (
	"fmt"
	"slices"
	"strings"

	"riskroom/adapters/stage"
	"riskroom/cmd/riskroom/demo"
	"riskroom/cmd/riskroom/render"
	"riskroom/core/flow"
)

// renderedFlow is what render prints as JSON.
type renderedFlow struct {
	Flow      string         `json:"flow"`
	Risk      string         `json:"risk"`
	Platform  string         `json:"platform"`
	Workspace string         `json:"workspace"` // where the risk is filed
	Steps     []renderedStep `json:"steps"`
}

type renderedStep struct {
	Step   string        `json:"step"`
	Action string        `json:"action"`
	If     string        `json:"if,omitempty"`
	Calls  []render.Call `json:"calls"`
	Failed []string      `json:"failed,omitempty"`
}

func renderedAll(name string, all []render.Shown) []renderedFlow {
	var out []renderedFlow
	for _, shown := range all {
		r := renderedFlow{Flow: name, Risk: string(shown.Risk), Platform: shown.Platform.Name(), Workspace: shown.Workspace, Steps: []renderedStep{}}
		for _, st := range shown.Steps {
			step := renderedStep{Step: st.Key, Action: st.Action, If: st.If.String(), Calls: append([]render.Call{}, st.Calls...)}
			for _, e := range st.Failed {
				step.Failed = append(step.Failed, eventText(e, nil).String())
			}
			r.Steps = append(r.Steps, step)
		}
		out = append(out, r)
	}
	return out
}

// printShown prints what a flow sends on one platform.
func printShown(s environment, f *flow.Flow, shown render.Shown) {
	p := renderPrinter{s: s, home: shown.Workspace}
	p.line("", s.say("%s for %s, as %s shows it", f.Name, shown.Risk, shown.Platform.Title))
	if f.If != nil {
		p.line("", s.say("only if %s", f.If.String()))
	}
	for _, st := range shown.Steps {
		p.line("", "")
		p.line("", st.Key)
		p.step(st)
	}
}

// renderPrinter prints steps as text.
type renderPrinter struct {
	s    environment
	home string
}

func (p renderPrinter) line(indent, text string) {
	fmt.Fprintln(p.s.stdout, strings.TrimRight(indent+text, " "))
}

func (p renderPrinter) step(st render.Step) {
	const indent = "  "
	if st.If != nil {
		p.line(indent, p.s.say("only if %s", st.If.String()))
	}
	for _, g := range st.Groups {
		p.line(indent, p.s.say("creates #%s%s", g.Room.Name, p.in(g.Workspace)))
		p.line(indent, p.s.say("members: %s", strings.Join(g.Members, ", ")))
		if g.Room.Topic != "" {
			p.line(indent, p.s.say("topic: %s", g.Room.Topic))
		}
		if g.Room.Purpose != "" {
			p.line(indent, p.s.say("purpose: %s", g.Room.Purpose))
		}
		for _, b := range g.Room.Badges {
			p.line(indent, p.s.say("bookmark: %s", b.Title))
		}
	}
	for _, said := range st.Says {
		p.line(indent, said)
	}
	for _, m := range alike(st.Posts) {
		to := p.s.say("to %s%s", strings.Join(m.to, ", "), p.in(m.workspace))
		if m.pinned {
			to = p.s.say("pinned in %s%s", strings.Join(m.to, ", "), p.in(m.workspace))
		}
		if m.reply {
			to = p.s.say("%s, in reply to %s", to, st.ReplyTo)
		}
		p.line(indent, to)
		for _, l := range m.lines {
			p.line(indent+indent, l)
		}
	}
	for _, e := range st.Failed {
		p.line(indent, p.s.words().Say(eventText(e, nil)))
	}
	if st.Wait != "" {
		p.line(indent, p.s.say("waits %s; then the flow's if is evaluated again", st.Wait))
		return
	}
	if len(st.Groups)+len(st.Says)+len(st.Posts)+len(st.Failed) == 0 {
		p.line(indent, p.s.say("shows nothing"))
	}
}

// in names a workspace if it isn't the one where the risk is filed.
func (p renderPrinter) in(workspace string) string {
	if workspace == p.home {
		return ""
	}
	return " (" + workspace + ")"
}

// oneMessage is a message that several people or groups get.
type oneMessage struct {
	workspace string
	to, lines []string
	pinned    bool
	reply     bool
}

// alike joins messages that are the same.
func alike(posts []render.Post) []oneMessage {
	var out []oneMessage
	for _, post := range posts {
		m := oneMessage{workspace: post.Workspace, lines: demo.Draw(post.Post), pinned: post.Pinned, reply: post.ReplyTo != ""}
		to := "#" + post.Room.Name
		if post.Room.Kind == stage.DirectRoom {
			to = "@" + post.Room.Name
		}
		i := slices.IndexFunc(out, func(o oneMessage) bool {
			return o.workspace == m.workspace && o.pinned == m.pinned && o.reply == m.reply && slices.Equal(o.lines, m.lines)
		})
		if i < 0 {
			out, i = append(out, m), len(out)
		}
		out[i].to = append(out[i].to, to)
	}
	return out
}
