package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/demo"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/configs"
	"riskroom/core/config"
	"riskroom/core/text"
)

type demoFlags struct {
	config, format, lang, logLevel, addr, platform string
	play                                           bool
}

func newDemo(s environment) *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use:   "demo",
		Short: s.say("Try riskroom in the browser or the terminal, without any setup"),
		Long: s.say(`demo shows a small chat workspace in the browser. File a risk with a slash
command, move the clock, and watch who gets a message, which group is created and
how the cards change. The engine, the adapter and the bot are the ones that serve
uses. Only %[1]s is emulated, or another platform with --platform. Everything is in
memory, and nobody is contacted. Only this machine can reach the page.

With --play, demo plays the life of a risk in the terminal instead, in a few
seconds: it is filed and corrected, its handlers get a message and a day later a
reminder, and after two days a group is created with the right people. There they
take the risk, note what they find, and pass it on, until it is resolved. Then they
discuss what they learned in a channel where nobody can post after its end.

With --config, demo runs your own flows, without secrets. Each workspace in the
file is emulated. Everybody in the file has an account in it, and user groups and
roles have two members. --platform chooses the workspace where risks are filed: the
first on that platform. By default it is the first %[1]s workspace, or the first of
all if there is none. With --play, one risk is filed for each module, time passes until
no flow has anything left to do, and then the risks are passed on and resolved.

With --format json, which implies --play, each line is one event. Every field is a
string:
  at      the time
  who     a person, or riskroom
  action  file, edit, assign, note, move (to another node), change_status,
          send_message, create_group, send_group_message, set_group, write (a
          person's message), refused (one that the platform didn't take), or
          skip, with the reason in text
  where   @name for a direct message, #name for a channel or group, the risk's key
          for a skip; the workspace follows in brackets unless the risks were
          filed there
  text    what was said or done

Exit codes: 0 played to the end or stopped by Ctrl-C, 1 it could not be played,
2 the command line is wrong.`, platforms.All()[0].Title),
		Example: `  riskroom demo
  riskroom demo --platform ` + platforms.Names()[len(platforms.Names())-1] + `
  riskroom demo --config riskroom.yaml
  riskroom demo --play --lang zh-CN
  riskroom demo -c riskroom.yaml --format json | jq 'select(.action == "skip") | .text'`,
		Args: onlyFlags,
		RunE: func(c *cobra.Command, _ []string) error {
			f.play = f.play || c.Flags().Changed("format")
			return runDemo(c.Context(), s, f)
		},
	}
	configFlag(c, &f.config, s.say("run the flows of this config file; - is the standard input"))
	c.Flags().StringVar(&f.addr, "addr", defaultDemoAddr, s.say("address of the page; port 0 picks a free one"))
	c.Flags().StringVar(&f.platform, "platform", "", s.say("%s: where risks are filed", text.Or(platforms.Names()...)))
	c.Flags().BoolVar(&f.play, "play", false, s.say("play in the terminal"))
	c.Flags().StringVar(&f.lang, "lang", "", s.say("en or zh-CN (default: the config file's, or your locale's)"))
	c.Flags().StringVar(&f.logLevel, "log-level", "error", s.say("what to log to stderr: debug, info, warn or error"))
	formatFlag(s, c, &f.format, formatText, formatJSON)
	return c
}

// defaultDemoAddr is the page's address. The port spells "risk" on a phone's keys.
const defaultDemoAddr = "127.0.0.1:7475"

func runDemo(ctx context.Context, s environment, f demoFlags) error {
	if err := oneOf(f.format, formatText, formatJSON); err != nil {
		return err
	}
	if f.lang = languageNamed(f.lang); f.lang != "" {
		if err := oneOf(f.lang, text.Languages()...); err != nil {
			return err
		}
	}
	if f.platform != "" {
		if err := oneOf(f.platform, platforms.Names()...); err != nil {
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
		fmt.Fprintln(s.stderr, s.say("%s; nothing was played", text.Count(len(problems.Errors()), "%d error", "%d errors")))
		return errReported
	}
	home, err := demoHome(cfg, f)
	if err != nil {
		return err
	}
	if f.lang == "" {
		f.lang = cfg.Organisation.Language
	}
	if !f.play {
		return showDemo(ctx, s, f, cfg, home, log)
	}
	return demo.Run(ctx, demo.Options{
		Config: cfg, Home: home, Story: f.config == "", JSON: f.format == formatJSON, Lang: f.lang,
		Color: colorful(s), Out: s.stdout, Log: log,
	})
}

// showDemo shows the demo in the browser.
func showDemo(ctx context.Context, s environment, f demoFlags, cfg *config.Config, home string, log *slog.Logger) error {
	host, port, err := net.SplitHostPort(f.addr)
	if err == nil {
		_, err = net.DefaultResolver.LookupPort(ctx, "tcp", port)
	}
	if err != nil {
		return misuse("--addr %s is not an address: use the form %s", f.addr, defaultDemoAddr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return misuse("--addr %s: the demo has no passwords, so only this machine may reach it: use the form %s", f.addr, defaultDemoAddr)
	}
	err = demo.Serve(ctx, demo.Showing{
		Config: cfg, Home: home, Story: f.config == "", Lang: f.lang, Addr: f.addr, Out: s.stdout, Log: log,
	})
	if errors.Is(err, app.ErrBusy) {
		return errors.New(s.say("%v, perhaps by another demo: to use a free port, add --addr %s", s.words().Error(err), net.JoinHostPort(host, "0")))
	}
	return err
}

// demoConfig loads the config for the demo, and chooses the story's language.
func demoConfig(s environment, f *demoFlags) (*config.Config, config.Problems, error) {
	if f.config != "" {
		return load(s, f.config, config.UnsetIsFilled)
	}
	if f.lang == "" {
		f.lang = localeOf(s)
	}
	// The story doesn't use the environment.
	cfg, problems := config.Load("demo.yaml", demo.Story(f.lang, configs.Demo), config.Options{
		Language: f.lang, Format: config.NewFormat(platforms.Settings()), Unset: config.UnsetIsFilled, Fill: placeholder,
	})
	return cfg, problems, nil
}

// demoHome returns the workspace where risks are filed: the first one on the
// requested platform, or on the first platform, or on any.
func demoHome(cfg *config.Config, f demoFlags) (string, error) {
	platform := cmp.Or(f.platform, platforms.Names()[0])
	var there []string
	for _, w := range cfg.Workspaces {
		if w.Platform == platform {
			return w.Name, nil
		}
		there = append(there, w.String())
	}
	if f.platform != "" {
		return "", misuse("--platform %s: %s has no such workspace, only %s; leave --platform out, or add a workspace with platform: %s",
			platform, f.config, strings.Join(there, ", "), platform)
	}
	return cfg.Workspaces[0].Name, nil
}

// placeholder returns a value of the right form for an unset variable. It is never
// used to contact anything.
func placeholder(b config.Blank) string {
	p, ok := platforms.Named(b.Platform)
	if !ok {
		p = platforms.All()[0]
	}
	if v := p.Demo.Placeholder(b.Setting.Key); v != "" {
		return v
	}
	switch b.Setting.Key {
	case "url":
		return "redis://localhost:6379/0"
	case "email":
		return strings.ToLower(b.Variable) + "@example.com"
	}
	if b.Setting.URL {
		return "https://example.com"
	}
	return "demo"
}

// colorful reports whether the output is a terminal and colours aren't turned off.
// See https://no-color.org.
func colorful(s environment) bool {
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
