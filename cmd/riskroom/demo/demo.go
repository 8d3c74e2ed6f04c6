// Package demo plays riskroom on a terminal: people file risks, days pass in a
// moment, and what everybody sees is told as it happens.
//
// Nothing of it is staged. The engine, the store's scripts, the adapters and the
// bots are those of the server; stand-in workspaces take the place of real ones, and
// the store is in memory. Only the clock is peculiar: it jumps.
//
// cast.go says who is in the stand-ins by a config file, place.go is such a
// stand-in, and world.go starts everything. How one plays on a platform is in the
// package that describes the platform. time.go moves the clock; play.go is the
// story, acts.go what people do in it; record.go watches the workspace and the audit
// trail, and tell.go and events.go show what was seen.
package demo

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"riskroom/core/config"
	"riskroom/core/text"
)

// Options says what to play, and how to show it.
type Options struct {
	Config *config.Config // what to play; it is changed: its workspaces become stand-ins
	Home   string         // the workspace in which risks are filed
	Story  bool           // the built-in story, with names and texts of its own; else one plain risk for each module
	JSON   bool           // one event a line, else told for people
	Lang   string         // of the telling and of what people read who are not in the config file
	Color  bool
	Out    io.Writer
	Log    *slog.Logger // nil: says nothing
}

// teller shows what happens.
type teller interface {
	begin(w *world)
	act(w *world, a act)
	saw(w *world, items []item)
	end(w *world)
	err() error // of writing
}

// Run plays. It ends when there is nothing left to happen.
func Run(ctx context.Context, o Options) (err error) {
	words, err := text.Load(locales)
	if err != nil {
		return err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Story {
		alone(o.Config, o.Home)
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
