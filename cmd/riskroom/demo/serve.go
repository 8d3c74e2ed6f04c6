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
	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Showing configures Serve.
type Showing struct {
	Config *config.Config // as in Options
	Home   string         // as in Options; shown first
	Story  bool           // the built-in story, else an admin's own flows
	Lang   string         // the page's default, and that of people who aren't in the config file
	Addr   string         // on this machine
	Out    io.Writer      // receives the page's URL
	Log    *slog.Logger   // nil: nothing is logged
}

// The demo's engine has shorter timeouts than serve's, so that people who kill it soon see
// what follows.
const (
	demoCallTimeout = 4 * time.Second
	demoSettle      = time.Second
)

// Serve shows the demo in the browser until ctx ends, and returns nil then. The error is
// app.ErrBusy if the address is in use.
func Serve(ctx context.Context, o Showing) (err error) {
	words, err := text.Load(locales)
	if err != nil {
		return err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	// Listen first: if the address is in use, don't start anything.
	l, err := app.Listen(ctx, o.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	o.Config.CallTimeout, o.Config.Settle = demoCallTimeout, demoSettle
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if o.Story {
		keepOnly(o.Config, o.Home)
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

// stageOf configures the page.
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
			Name: p.Name, Platform: p, Acts: p.Hands, First: p.IDs[filer],
			Hints: func(lang string) []stage.Hint { return w.hints(words.In(lang)) },
			Notes: func(lang string) map[string]string { return (&play{w: w, words: words.In(lang)}).notes(p) },
		})
	}
	return cfg
}

// hints returns the commands that the page suggests.
func (w *world) hints(p text.Printer) []stage.Hint {
	var out []stage.Hint
	command := w.cfg.Organisation.Command
	for _, c := range bots.Hints(p.Lang(), &w.cfg.Organisation, len(w.workspaces)) {
		h := stage.Hint{Line: command + " " + c.Word + " ", Label: command + " " + c.Word, Help: p.S("browser.hint." + c.Name)}
		if c.Args {
			h.Args = p.S("browser.hint." + c.Name + ".args")
		}
		out = append(out, h)
	}
	return out
}

// notes returns each person's main role in a workspace.
func (p *play) notes(at *emulated.Place) map[string]string {
	out := map[string]string{}
	note := func(refs []core.Ref, id string, args text.Args) {
		for _, r := range refs {
			name, ok := r.Name()
			if a, is := r.Account(); is && a.Workspace == at.Name {
				name, ok = p.w.nameOf(a), true
			}
			if person := at.IDs[name]; ok && person != "" && out[person] == "" {
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
	if filer := at.IDs[p.filer()]; out[filer] == "" {
		out[filer] = p.words.S("browser.note.files")
	}
	return out
}
