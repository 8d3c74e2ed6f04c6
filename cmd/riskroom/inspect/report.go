package inspect

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
)

// Report is what serve tells of itself once, at its start: who is served, where, and
// what is to be mended.
type Report struct {
	Version       string
	Config        *config.Config
	Listen, Admin string // where platforms and administrators reach it; Listen is "" if no platform calls
	Workspaces    []*Workspace
	Findings      Findings
	File          config.Problems // what looks wrong in the file, and with what it names
	Stored        []store.Finding
	Runs          map[engine.RunState]int // nil if the store did not tell
}

// Tell writes the report for people, or to the log if screen is nil. Where the log
// does not take it, nobody is told.
func (r Report) Tell(ctx context.Context, screen io.Writer, log *slog.Logger) {
	level := r.level()
	switch {
	case !log.Enabled(ctx, level):
	case screen == nil:
		log.LogAttrs(ctx, level, "self-test", r.attrs()...)
	default:
		if _, err := io.WriteString(screen, r.screen()); err != nil {
			log.WarnContext(ctx, "the self-test could not be shown", "err", err)
		}
	}
}

// level is an error where a workspace refuses the bot, and a warning where anything
// is to be mended.
func (r Report) level() slog.Level {
	level := slog.LevelInfo
	for _, f := range r.Stored {
		if f.Weight != store.Note {
			level = slog.LevelWarn
		}
	}
	if !r.fits() || r.Runs[engine.Parked] > 0 {
		level = slog.LevelWarn
	}
	for _, w := range r.Workspaces {
		if stateOf(w) == stateRefused {
			level = slog.LevelError
		}
	}
	return level
}

// fits reports whether all was asked and nothing is to be mended, Redis aside.
func (r Report) fits() bool { return len(r.File)+len(r.Findings.Own) == 0 && r.Findings.Whole }

// The report in the log. Names of members are stable.
type (
	toldWorkspace struct {
		Name     string          `json:"name"`
		Platform string          `json:"platform"`
		Own      string          `json:"own,omitempty"` // what people there call it
		Bot      string          `json:"bot,omitempty"`
		Way      string          `json:"way"`
		State    string          `json:"state"`
		Problems config.Problems `json:"problems,omitempty"`
	}
	toldStore struct {
		At         string        `json:"at"`
		Durability string        `json:"durability"`
		Findings   []toldFinding `json:"findings"`
	}
	toldFinding struct {
		Code   string `json:"code"`
		Weight string `json:"weight"`
		Node   string `json:"node,omitempty"`
		Says   string `json:"says"`
	}
)

func (r Report) attrs() []slog.Attr {
	var workspaces []toldWorkspace
	for _, w := range r.Workspaces {
		name := w.Settings.Name
		workspaces = append(workspaces, toldWorkspace{
			Name: name, Platform: w.Settings.Platform, Own: w.Identity.Name, Bot: w.Identity.Bot,
			Way: w.Inspector.Words().Way, State: stateOf(w), Problems: r.Findings.Own[name],
		})
	}
	kept := toldStore{At: r.storeAt(), Durability: string(r.Config.Durability), Findings: []toldFinding{}}
	for _, f := range r.Stored {
		kept.Findings = append(kept.Findings, toldFinding{f.Code, string(f.Weight), f.Node, WordFinding(f)})
	}
	file := r.File
	if file == nil {
		file = config.Problems{} // [] in JSON, not null
	}
	return []slog.Attr{
		slog.Bool("fits", r.fits()), slog.Bool("whole", r.Findings.Whole),
		slog.Any("workspaces", workspaces), slog.Any("problems", file), slog.Any("redis", kept),
		slog.Any("flows", r.flows()), slog.Any("runs", r.Runs), slog.String("listen", r.Listen), slog.String("admin", r.Admin),
	}
}

func (r Report) storeAt() string { return strings.TrimPrefix(StoreName(r.Config), "redis at ") }

func (r Report) flows() []string {
	names := []string{}
	for _, f := range r.Config.Flows {
		names = append(names, f.Name)
	}
	return names
}
