package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"riskroom/adapters/stage"
	"riskroom/adapters/stage/browser"
	"riskroom/bots"
	"riskroom/cmd/riskroom/app"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Showing says what to show in a browser.
type Showing struct {
	Config *config.Config // as of Options
	Home   string         // likewise; shown first
	Story  bool           // the built-in story, else an admin's own flows
	Lang   string         // of the page where the browser does not ask for one, and of what people read in the workspace
	Addr   string         // on this machine
	Out    io.Writer      // told the page's URL
	Log    *slog.Logger   // nil: says nothing
}

// The demo's engine waits shorter for a call and for its last effect than the
// server's: whoever kills it wants to see what follows.
const (
	demoCallTimeout = 4 * time.Second
	demoSettle      = time.Second
)

// Serve shows the demo in a browser until ctx ends, which is no error. Its error
// is app.ErrBusy if something else listens on the address.
func Serve(ctx context.Context, o Showing) (err error) {
	words, err := text.Load(locales)
	if err != nil {
		return err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	// First the address: if it is taken, nothing was started in vain.
	l, err := app.Listen(ctx, o.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	o.Config.CallTimeout, o.Config.Settle = demoCallTimeout, demoSettle
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if o.Story {
		alone(o.Config, o.Home)
	}
	w, err := build(ctx, o.Config, o.Home, text.Match(o.Lang), o.Log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	b := newBackstage(w, words, o.Story)
	b.tasks.Go(func() { b.run(ctx) })
	defer b.tasks.Wait()
	defer stop()
	page, err := browser.New(ctx, stageOf(w, b, words, o.Lang))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: page.Handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug)}
	fmt.Fprintln(o.Out, words.In(o.Lang).S("demo.page", text.Args{"URL": "http://" + l.Addr().String() + "/"}))
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stop()
	return errors.Join(err, server.Close())
}

// stageOf is what the page shows of the world.
func stageOf(w *world, b *backstage, words *text.Catalogue, lang string) browser.Config {
	cfg := browser.Config{
		Driver: b, Lang: text.Match(lang), Zone: w.zone().String(),
		Text: func(lang, id string, args map[string]any) string { return words.In(lang).S("browser."+id, args) },
	}
	names := map[string]string{text.English: "English", text.Chinese: "中文"}
	for _, l := range text.Languages() {
		cfg.Languages = append(cfg.Languages, browser.Language{Tag: l, Name: names[l]})
	}
	filer := (&play{w: w}).filer()
	for _, p := range w.workspaces {
		cfg.Places = append(cfg.Places, browser.Place{
			Name: p.name, Platform: p, Acts: p.Hands, First: p.ids[filer],
			Hints: func(lang string) []stage.Hint { return w.hints(words.In(lang)) },
			Notes: func(lang string) map[string]string { return (&play{w: w, words: words.In(lang)}).notes(p) },
		})
	}
	return cfg
}

// hints are the commands that the page offers.
func (w *world) hints(p text.Printer) []stage.Hint {
	var out []stage.Hint
	command := w.cfg.Organisation.Command
	for _, c := range bots.Hints(p.Lang(), len(w.workspaces)) {
		h := stage.Hint{Line: command + " " + c.Word + " ", Label: command + " " + c.Word, Help: p.S("browser.hint." + c.Name)}
		if c.Args {
			h.Args = p.S("browser.hint." + c.Name + ".args")
		}
		out = append(out, h)
	}
	return out
}

// notes say what people of a workspace have to do with risks: the first thing
// that is true of them.
func (p *play) notes(at *place) map[string]string {
	out := map[string]string{}
	note := func(refs []core.Ref, id string, args text.Args) {
		for _, r := range refs {
			name, ok := r.Name()
			if a, is := r.Account(); is && a.Workspace == at.name {
				name, ok = p.w.nameOf(a), true
			}
			if person := at.ids[name]; ok && person != "" && out[person] == "" {
				out[person] = p.words.S("browser.note."+id, args)
			}
		}
	}
	org := p.w.cfg.Organisation
	for _, m := range org.Modules {
		note(m.Handlers, "handles", text.Args{"Module": m.Name})
	}
	for _, m := range org.Modules {
		note([]core.Ref{m.Lead}, "leads", text.Args{"Module": m.Name})
	}
	note(org.Permissions.Administrators, "administers", nil)
	if filer := at.ids[p.filer()]; out[filer] == "" {
		out[filer] = p.words.S("browser.note.files")
	}
	return out
}
