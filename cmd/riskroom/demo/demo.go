// Package demo shows riskroom at work, in the terminal or the browser: people file
// risks, days pass within seconds, and everybody's messages are shown.
//
// The engine, the store's scripts, the adapters and the bots are those of serve. Only the
// workspaces are emulated, the store is in memory, and the clock jumps.
//
// Package cast determines what the emulators contain, and package emulated runs them. world.go
// starts everything. How the demo works on a platform is in the package that describes the
// platform. time.go moves the clock. play.go is the story, and acts.go what
// people do in it. record.go watches the workspaces and the audit trail, and tell.go and
// events.go print what happened. serve.go and backstage.go show the page.
package demo

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"riskroom/core/config"
	"riskroom/core/text"
)

// Options configures Run.
type Options struct {
	Config *config.Config // what to play; modified, as its workspaces become emulators
	Home   string         // the workspace where risks are filed
	Story  bool           // play the built-in story, else one risk for each module
	JSON   bool           // print one event a line, else text
	Lang   string         // of the output, and of people who aren't in the config file
	Color  bool
	Out    io.Writer
	Log    *slog.Logger // nil: nothing is logged
}

// teller prints what happens.
type teller interface {
	begin(w *world)
	act(w *world, a act)
	saw(w *world, items []item)
	end(w *world)
	err() error // of writing
}

// Run plays the demo in the terminal, until nothing is left to happen.
func Run(ctx context.Context, o Options) (err error) {
	words, err := text.Load(locales)
	if err != nil {
		return err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Story {
		keepOnly(o.Config, o.Home)
	}
	w, err := build(ctx, o.Config, o.Home, text.Match(o.Lang), o.Log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	p := &play{w: w, words: words.In(o.Lang), rec: newRecorder(w), tell: newText(o.Out, words.In(o.Lang), o.Color)}
	if o.JSON {
		p.tell = newJSON(o.Out, words.In(o.Lang))
	}
	p.tell.begin(w)
	scenes := p.oneForEachModule()
	if o.Story {
		scenes = p.story()
	}
	if err := p.run(ctx, scenes); err != nil {
		return err
	}
	p.tell.end(w)
	return p.tell.err()
}
