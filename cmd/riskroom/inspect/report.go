package inspect

import (
	"context"
	"io"
	"log/slog"

	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

// Report is what serve reports once at its start: which workspaces it serves, where, and
// what to fix.
type Report struct {
	Version       string
	Config        *config.Config
	Listen, Admin string // the addresses for platforms and administrators; Listen is "" if no platform calls
	Workspaces    []*Workspace
	Findings      Findings
	File          config.Problems // problems of the file and of what it names
	Stored        []store.Finding
	Runs          map[engine.RunState]int // nil if unknown
	Words         text.Wording            // of the screen; a log record is in English
}

// Write writes the report as text to screen or, if that is nil, to the log. It writes
// nothing if the log's level is too high.
func (r Report) Write(ctx context.Context, screen io.Writer, log *slog.Logger) {
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

// level returns the report's level: an error if a workspace refuses the bot, or a warning
// if there is anything to fix.
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

// fits reports whether the check was completed without problems, leaving out Redis.
func (r Report) fits() bool { return len(r.File)+len(r.Findings.Own) == 0 && r.Findings.Whole }

// The report as a log record. The field names are stable.
type (
	loggedWorkspace struct {
		Name     string          `json:"name"`
		Platform string          `json:"platform"`
		Own      string          `json:"own,omitempty"` // its name on the platform
		Bot      string          `json:"bot,omitempty"`
		Way      string          `json:"way"`
		State    string          `json:"state"`
		Problems config.Problems `json:"problems,omitempty"`
	}
	loggedStore struct {
		At         string          `json:"at"`
		Durability string          `json:"durability"`
		Findings   []loggedFinding `json:"findings"`
	}
	loggedFinding struct {
		Code   string `json:"code"`
		Weight string `json:"weight"`
		Node   string `json:"node,omitempty"`
		Says   string `json:"says"`
	}
)

func (r Report) attrs() []slog.Attr {
	var workspaces []loggedWorkspace
	for _, w := range r.Workspaces {
		name := w.Settings.Name
		workspaces = append(workspaces, loggedWorkspace{
			Name: name, Platform: w.Settings.Platform, Own: w.Identity.Name, Bot: w.Identity.Bot,
			Way: w.Inspector.Words().Way.String(), State: stateOf(w), Problems: r.Findings.Own[name],
		})
	}
	kept := loggedStore{At: r.storeAt(), Durability: string(r.Config.Durability), Findings: []loggedFinding{}}
	for _, f := range r.Stored {
		kept.Findings = append(kept.Findings, loggedFinding{f.Code, string(f.Weight), f.Node, FindingText(f).String()})
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

func (r Report) storeAt() string { return storeAt(r.Config).String() }

func (r Report) flows() []string {
	names := []string{}
	for _, f := range r.Config.Flows {
		names = append(names, f.Name)
	}
	return names
}
