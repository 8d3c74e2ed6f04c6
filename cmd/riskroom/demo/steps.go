package demo

import (
	"slices"

	"riskroom/adapters/stage/browser"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// steps returns the story to follow in the browser: file, wait, pass on if there is a process,
// resolve and, if that opens a topic group, end the topic. The caller holds the lock.
func (b *backstage) steps(p text.Printer) []browser.Step {
	home := b.w.home()
	pl := &play{w: b.w, words: p}
	filer := pl.filer()
	line := pl.line(platform.Typed{Name: "new"})
	filed := browser.Step{
		Title: p.S("browser.story.file"), Text: p.S("browser.story.file.text", text.Args{"Who": filer, "Line": line}),
		Try: &browser.Try{Label: p.S("browser.story.file.try"), Person: home.IDs[filer], Room: &home.General, Type: line},
	}
	nodes := b.w.cfg.Organisation.Process
	var wait, pass, solve, end browser.Step
	var risk core.Risk
	for _, r := range b.seen.risks {
		filed.Done = true
		// The story ends when a risk is resolved, in whatever way.
		resolved := r.Risk.Status == core.Resolved
		solve.Done = solve.Done || resolved
		passed := resolved || len(nodes) > 0 && r.Risk.Node == nodes[len(nodes)-1].Key
		pass.Done = pass.Done || passed
		end.Done = end.Done || slices.ContainsFunc(r.groups, func(g engine.Group) bool { return g.State == core.Ended })
		if risk.Key == "" || risk.Status != core.Pending {
			risk = r.Risk
		}
		if r.Binding.State == engine.Bound || passed || !b.story && b.moved {
			wait.Done = true
		}
	}
	handler := pl.solver(b.moduleOf(risk), filer)
	direct := home.Direct(home.IDs[handler])
	wait.Title, wait.Text = p.S("browser.story.wait"), p.S("browser.story.wait.text", text.Args{"Who": handler})
	wait.Try = &browser.Try{Label: p.S("browser.story.wait.try", text.Args{"Who": handler}), Person: home.IDs[handler], Room: &direct, Move: browser.ADay}
	if !b.story {
		wait.Title, wait.Text = p.S("browser.story.wait.own"), p.S("browser.story.wait.own.text")
		wait.Try = &browser.Try{Label: p.S("browser.story.wait.own.try"), Move: browser.NextDue}
	}
	solve.Title = p.S("browser.story.resolve")
	if len(nodes) == 0 {
		solve.Text, solve.Try = b.there(p, handler, "resolve", p.S("card.button.resolve"))
		return []browser.Step{filed, wait, solve}
	}
	mover := pl.mover(b.moduleOf(risk))
	who, next := mover, 1
	if _, at := b.w.cfg.Organisation.Node(risk.Node); at >= 0 {
		next = min(at+1, len(nodes)-1)
		if b.story && at == 1 { // the handlers act here
			who = handler
		}
	}
	pass.Title = p.S("browser.story.pass")
	button := p.S("card.button.pass", text.Args{"Node": p.Node(&b.w.cfg.Organisation, nodes[next].Key)})
	pass.Text, pass.Try = b.there(p, who, "pass", button)
	solve.Text, solve.Try = b.there(p, mover, "resolve", p.S("card.button.resolve"))
	if !b.story {
		return []browser.Step{filed, wait, pass, solve}
	}
	end.Title = p.S("browser.story.end_topic")
	end.Text, end.Try = b.there(p, mover, "end_topic", p.S("card.button.end_topic"))
	return []browser.Step{filed, wait, pass, solve, end}
}

// there words the step in which a person presses a button of a risk's card in its newest group
// or, if they are in none, in their direct messages, and leads there.
func (b *backstage) there(p text.Printer, who, step, button string) (string, *browser.Try) {
	home := b.w.home()
	where, room := p.S("browser.story.here"), home.Direct(home.IDs[who])
	for _, r := range b.seen.risks {
		if ref, ok := r.newestGroup(); ok && ref.Workspace == home.Name && home.InRoom(home.IDs[who], ref.ID) {
			ch, _ := home.View().Room(ref.ID)
			where, room = p.S("browser.story.room", text.Args{"Name": ch.Name}), ch.ID
		}
	}
	return p.S("browser.story."+step+".text", text.Args{"Who": who, "Where": where, "Button": button}),
		&browser.Try{Label: p.S("browser.story.there", text.Args{"Who": who}), Person: home.IDs[who], Room: &room}
}

// newestGroup returns the group of a risk that was created last: its topic group, else its
// item group.
func (r followed) newestGroup() (core.GroupRef, bool) {
	for _, g := range r.groups {
		if g.Type == core.Topic {
			return g.Ref, true
		}
	}
	return r.Binding.Group, r.Binding.State == engine.Bound
}

// moduleOf returns a risk's module, or the first one.
func (b *backstage) moduleOf(risk core.Risk) core.Module {
	if m, ok := b.w.cfg.Organisation.Module(risk.Module); ok {
		return m
	}
	return b.w.cfg.Organisation.Modules[0]
}
