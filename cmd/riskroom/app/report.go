package app

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
)

// report is what serve tells of itself once, at its start: who is served, where, and
// what is to be mended.
type report struct {
	version       string
	config        *config.Config
	listen, admin string
	workspaces    []*workspace
	findings      Findings
	file          config.Problems // what looks wrong in the file, and with what it names
	stored        []store.Finding
	runs          map[engine.RunState]int // nil where the store did not tell
}

// tell writes the report for people, or to the log if screen is nil. Where the log
// does not take it, nobody is told.
func (r report) tell(ctx context.Context, screen io.Writer, log *slog.Logger) {
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
func (r report) level() slog.Level {
	level := slog.LevelInfo
	for _, f := range r.stored {
		if f.Weight != store.Note {
			level = slog.LevelWarn
		}
	}
	if !r.fits() || r.runs[engine.Parked] > 0 {
		level = slog.LevelWarn
	}
	for _, w := range r.workspaces {
		if stateOf(w) == stateRefused {
			level = slog.LevelError
		}
	}
	return level
}

// fits tells whether all was asked and nothing is to be mended, Redis aside.
func (r report) fits() bool { return len(r.file)+len(r.findings.Own) == 0 && r.findings.Whole }

// What can have become of a workspace.
const (
	stateOK      = "ok"
	stateAway    = "away" // it does not answer; it may come back
	stateRefused = "refused"
)

func stateOf(w *workspace) string {
	switch {
	case w.failure == nil:
		return stateOK
	case core.KindOf(w.failure) == core.Unauthorized:
		return stateRefused
	}
	return stateAway
}

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

func (r report) attrs() []slog.Attr {
	var workspaces []toldWorkspace
	for _, w := range r.workspaces {
		name := w.settings.Name
		workspaces = append(workspaces, toldWorkspace{
			Name: name, Platform: w.settings.Platform, Own: w.standing.name, Bot: w.standing.bot,
			Way: w.inspector.words().way, State: stateOf(w), Problems: r.findings.Own[name],
		})
	}
	kept := toldStore{At: r.storeAt(), Durability: string(r.config.Durability), Findings: []toldFinding{}}
	for _, f := range r.stored {
		kept.Findings = append(kept.Findings, toldFinding{f.Code, string(f.Weight), f.Node, wordFinding(f)})
	}
	file := r.file
	if file == nil {
		file = config.Problems{} // [] in JSON, not null
	}
	return []slog.Attr{
		slog.Bool("fits", r.fits()), slog.Bool("whole", r.findings.Whole),
		slog.Any("workspaces", workspaces), slog.Any("problems", file), slog.Any("redis", kept),
		slog.Any("flows", r.flows()), slog.Any("runs", r.runs), slog.String("listen", r.listen), slog.String("admin", r.admin),
	}
}

func (r report) storeAt() string { return strings.TrimPrefix(storeName(r.config), "redis at ") }

func (r report) flows() []string {
	names := []string{}
	for _, f := range r.config.Flows {
		names = append(names, f.Name)
	}
	return names
}
