package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/demo"
	"riskroom/configs"
	"riskroom/core/config"
	"riskroom/core/text"
)

type demoFlags struct {
	config, format, lang, logLevel string
	play                           bool
}

func newDemo(s surroundings) *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use:   "demo",
		Short: "Play riskroom on the terminal, with nothing to set up",
		Long: `demo plays a risk's life in a few seconds: it is filed with a slash command, its
handlers are told, a day passes and they are reminded, another day passes and a
group is opened with the right people, then the risk is resolved and its card
changes. The engine, the Slack adapter and the Slack bot are those of serve; a
stand-in takes Slack's place, the clock jumps, and everything is in memory.
Nothing is kept and nobody is contacted.

With --config it plays your own flows, and needs no secrets: everybody in the
file gets an account in the stand-in, user groups get two members, one risk is
filed for each module at this moment, time passes until no flow has anything
left to do, and the risks are resolved.

With --format json each line is one event, every field a string: at, who (a
person, or riskroom), action (file, send_message, create_group,
send_group_message, set_group, change_status, or skip with its reason in text),
where (@name for a direct message, #name for a channel or group) and text.

Exit codes: 0 played to the end, 1 it could not be, 2 the command line is wrong.`,
		Example: `  riskroom demo
  riskroom demo --lang zh-CN
  riskroom demo --config riskroom.yaml
  riskroom demo -c riskroom.yaml --format json | jq 'select(.action == "skip") | .text'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return playDemo(c.Context(), s, f) },
	}
	configFlag(c, &f.config, "play the flows of this config file; - is the standard input")
	c.Flags().BoolVar(&f.play, "play", false, "play on the terminal (as without it)")
	c.Flags().StringVar(&f.lang, "lang", "", "en or zh-CN (default: the config file's, or your locale's)")
	c.Flags().StringVar(&f.logLevel, "log-level", "error", "what to log to stderr: debug, info, warn or error")
	formatFlag(c, &f.format, formatText, formatJSON)
	return c
}

func playDemo(ctx context.Context, s surroundings, f demoFlags) error {
	if err := known(f.format, formatText, formatJSON); err != nil {
		return err
	}
	if f.lang != "" {
		if err := known(f.lang, text.Languages()...); err != nil {
			return err
		}
	}
	log, err := newLog(s.stderr, formatText, f.logLevel)
	if err != nil {
		return err
	}
	cfg, problems, err := demoConfig(s, &f)
	if err != nil {
		return err
	}
	fmt.Fprint(s.stderr, problems.String())
	if cfg == nil {
		fmt.Fprintf(s.stderr, "%s; nothing was played\n", count(len(problems.Errors()), "error"))
		return errSaid
	}
	if f.lang == "" {
		f.lang = cfg.Organisation.Language
	}
	return demo.Run(ctx, demo.Options{
		Config: cfg, Story: f.config == "", JSON: f.format == formatJSON, Lang: f.lang,
		Color: colorful(s), Out: s.stdout, Log: log,
	})
}

// demoConfig loads what is to be played, and chooses the language of the story.
func demoConfig(s surroundings, f *demoFlags) (*config.Config, config.Problems, error) {
	o := config.Options{Platforms: platforms(), Unset: config.UnsetIsFilled, Fill: placeholder}
	if f.config == "" {
		if f.lang == "" {
			f.lang = localeOf(s)
		}
		// What the environment may hold is none of the story's business.
		cfg, problems := config.Load("demo.yaml", demo.Story(f.lang, configs.Demo), o)
		return cfg, problems, nil
	}
	src, err := readConfig(s, f.config)
	if err != nil {
		return nil, nil, err
	}
	o.Env, o.ReadFile = s.lookup, os.ReadFile
	cfg, problems := config.Load(f.config, src, o)
	return cfg, problems, nil
}

// placeholder stands for a value from the environment that is not set: the demo
// contacts nobody, so any value of the right form does.
func placeholder(b config.Blank) string {
	switch b.Setting.Key {
	case "bot_token":
		return "xoxb-demo"
	case "app_token":
		return "xapp-demo"
	case "signing_secret":
		return strings.Repeat("0", 32)
	case "url":
		return "redis://localhost:6379/0"
	case "channel":
		return "C0DEMO"
	case "email":
		return strings.ToLower(b.Variable) + "@example.com"
	}
	if b.Setting.URL {
		return "https://example.com"
	}
	return "demo"
}

// localeOf returns the language that the environment asks for.
func localeOf(s surroundings) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v, ok := s.lookup(name); ok && v != "" {
			locale, _, _ := strings.Cut(v, ".")
			return text.Match(strings.ReplaceAll(locale, "_", "-"))
		}
	}
	return text.English
}

// colorful tells whether the output is a terminal whose user did not ask for
// plain text. See https://no-color.org.
func colorful(s surroundings) bool {
	if v, ok := s.lookup("NO_COLOR"); ok && v != "" {
		return false
	}
	if term, _ := s.lookup("TERM"); term == "dumb" {
		return false
	}
	return isTerminal(s.stdout)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
