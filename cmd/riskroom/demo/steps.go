package demo

import (
	"riskroom/adapters/stage/browser"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// steps returns the story to follow in the browser: file, wait, resolve. The caller holds
// the lock.
func (b *backstage) steps(p text.Printer) []browser.Step {
	home := b.w.home()
	pl := &play{w: b.w, words: p}
	filer := pl.filer()
	line := home.platform.Demo.File(p, b.w.cfg.Organisation.Command)
	filed := browser.Step{
		Title: p.S("browser.story.file"), Text: p.S("browser.story.file.text", text.Args{"Who": filer, "Line": line}),
		Try: &browser.Try{Label: p.S("browser.story.file.try"), Person: home.ids[filer], Room: &home.general, Type: line},
	}
	var wait browser.Step
	solve := browser.Step{Title: p.S("browser.story.resolve")}
	var risk core.Risk
	for _, r := range b.seen.risks {
		filed.Done = true
		// The story ends when a risk is resolved, in whatever way.
		if r.Risk.Status == core.Resolved {
			solve.Done = true
		}
		if risk.Key == "" || risk.Status != core.Pending {
			risk = r.Risk
		}
		if r.Binding.State == engine.Bound || r.Risk.Status == core.Resolved || !b.story && b.moved {
			wait.Done = true
		}
	}
	who := b.solver(pl, risk, filer)
	direct := home.direct(home.ids[who])
	wait.Title, wait.Text = p.S("browser.story.wait"), p.S("browser.story.wait.text", text.Args{"Who": who})
	wait.Try = &browser.Try{Label: p.S("browser.story.wait.try", text.Args{"Who": who}), Person: home.ids[who], Room: &direct, Move: browser.ADay}
	if !b.story {
		wait.Title, wait.Text = p.S("browser.story.wait.own"), p.S("browser.story.wait.own.text")
		wait.Try = &browser.Try{Label: p.S("browser.story.wait.own.try"), Move: browser.NextDue}
	}
	where, room := p.S("browser.story.resolve.here"), direct
	for _, r := range b.seen.risks {
		group := r.Binding.Group
		if r.Binding.State == engine.Bound && group.Workspace == home.name && home.inRoom(home.ids[who], group.ID) {
			ch, _ := home.View().Room(group.ID)
			where, room = "#"+ch.Name, ch.ID
		}
	}
	solve.Text = p.S("browser.story.resolve.text", text.Args{"Who": who, "Where": where, "Button": p.S("card.button.resolve")})
	solve.Try = &browser.Try{Label: p.S("browser.story.resolve.try"), Person: home.ids[who], Room: &room}
	return []browser.Step{filed, wait, solve}
}

// solver returns who should resolve a risk.
func (b *backstage) solver(pl *play, risk core.Risk, filer string) string {
	if m, ok := b.w.cfg.Organisation.Module(risk.Module); ok {
		return pl.solver(m, filer)
	}
	return pl.solver(b.w.cfg.Organisation.Modules[0], filer)
}
