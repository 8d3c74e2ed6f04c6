// Package config reads the file that an admin writes: people, modules, permissions,
// workspaces and flows. It reports every problem of a file at once, with its place, and
// returns a Config only if there is no error.
//
// Loading a file takes these steps. It is parsed to nodes with places (source.go,
// parse.go, node.go). They are validated with the JSON Schema that editors also use
// (schema*.go, structure.go). Values from the environment are filled in (variables.go).
// Then the meaning is checked, for every part whose structure is valid (basics.go,
// workspaces.go, people.go, refs.go, fields.go, calendars.go, quiet.go, flows.go, steps.go, terms.go,
// itemgroups.go, process.go). The result is a Config (config.go) or problems (problem.go, words.go).
// What only the platforms can check is listed (outside.go). Other files in YAML, such as
// scenarios, are read as Documents (document.go).
package config

import (
	"fmt"
	"log/slog"
	"time"

	"riskroom/core"
	"riskroom/core/calendar"
	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// Config is a valid config file.
type Config struct {
	Organisation core.Organisation
	Flows        []*flow.Flow        // in the file's order
	Workspaces   []WorkspaceSettings // in the file's order
	Redis        Redis
	Instance     string // names this riskroom among those that share a Redis or a workspace
	DataDir      string
	CallTimeout  time.Duration // of one call to a platform
	Settle       time.Duration // how long after its timeout a call may still take effect
	Durability   Durability
	Outside      []Outside // what only the platforms can check
}

// WorkspaceSettings are the settings of one workspace. Values contain secrets, so it
// prints only its name and platform.
type WorkspaceSettings struct {
	Name     string
	Platform string
	Values   map[string]string // by the key of core.Setting, with variables and files filled in; missing keys are absent
	APIURL   string            // as written; "" is the platform's own
	Rates    Rates
}

// String returns the name and the platform.
func (w WorkspaceSettings) String() string { return w.Name + " (" + w.Platform + ")" }

// GoString returns what String does, so that no verb prints a secret.
func (w WorkspaceSettings) GoString() string { return w.String() }

// LogValue returns what String does.
func (w WorkspaceSettings) LogValue() slog.Value { return slog.StringValue(w.String()) }

// MarshalText returns what String does, so that no encoder prints a secret.
func (w WorkspaceSettings) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// Rates are the limits that a workspace has instead of the published ones.
type Rates struct {
	Unlimited bool            // for every method
	Methods   map[string]Rate // by the platform's name of the method
}

// Rate is at most N calls in a Window; N 0 is no limit.
type Rate struct {
	N      int
	Window time.Duration
}

// RedisMode is the kind of Redis.
type RedisMode string

// The modes of Redis.
const (
	Standalone RedisMode = "standalone"
	Sentinel   RedisMode = "sentinel"
	Cluster    RedisMode = "cluster"
)

// Redis is where riskroom stores its data. If the file has no redis, it is Private: a
// server that riskroom runs under DataDir. Otherwise it is at URL, which is empty only if
// a variable in it is not set and Options.Unset allows that.
type Redis struct {
	Private  bool
	URL      string // may hold a password
	Username string
	Password string
	Mode     RedisMode
	Prefix   string // of every key
}

// String returns the mode and the prefix, but no secret.
func (r Redis) String() string { return fmt.Sprintf("%s redis, prefix %s", r.Mode, r.Prefix) }

// GoString returns what String does, so that no verb prints a secret.
func (r Redis) GoString() string { return r.String() }

// LogValue returns what String does.
func (r Redis) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText returns what String does, so that no encoder prints a secret.
func (r Redis) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Durability is where data must be written before riskroom continues.
type Durability string

// The durabilities.
const (
	Standard Durability = "standard" // the Redis master
	Strict   Durability = "strict"   // also a replica, after every change and before each call
)

// Unset is how Load treats a missing environment variable or file.
type Unset int

// The ways to treat a missing value.
const (
	UnsetIsError   Unset = iota // an error
	UnsetIsWarning              // a warning; what depends on the value is neither checked nor in the Config
	UnsetIsFilled               // replaced by what Options.Fill returns
)

// apiURLKey is a workspace's key for the URL of its platform's API. Its value is
// WorkspaceSettings.APIURL, and not in Values.
const apiURLKey = "api_url"

// Blank is a missing value.
type Blank struct {
	Variable  string       // the variable's or file's name
	Workspace string       // "" outside workspaces
	Platform  string       // of Workspace
	Setting   core.Setting // the setting with the value; outside workspaces it has only a Key, the last of its path
}

// Options configures Load.
type Options struct {
	Language string                                    // of the problems; "" is English
	Chinese  []map[string]string                       // of the phrases with which the caller describes an Outside
	Format   *Format                                   // of the file; Load needs it
	Env      func(name string) (value string, ok bool) // nil: nothing is set
	ReadFile func(path string) ([]byte, error)         // for keys that end in _file; nil: no file exists
	Unset    Unset
	Fill     func(Blank) string // with UnsetIsFilled: returns the value to use

	// LeftOut returns the own fields for which a platform's command has no room; nil: it has
	// room for all.
	LeftOut func(platform string, org *core.Organisation) LeftOut
}

// LeftOut lists the own fields that people can't give as options of a platform's command,
// because it would be too large with them.
type LeftOut struct {
	Fields map[string][]string // by subcommand
	Limit  int                 // characters of the whole command
}

// Load reads a file. The Config is nil if any of the problems is an error and not a
// warning. name is the file's name in problems.
func Load(name string, src []byte, o Options) (*Config, Problems) {
	l := &loader{
		o: o, say: wording(o), src: newSource(name, src, o.Format.settings()),
		bad: map[*node]bool{}, secret: map[*node]bool{}, platforms: map[string]core.PlatformSettings{},
		named: map[Outside]bool{},
	}
	for _, p := range o.Format.settings() {
		l.platforms[p.Platform] = p
	}
	cfg := l.load()
	problems := l.sorted()
	if len(problems.Errors()) > 0 {
		return nil, problems
	}
	return cfg, problems
}

// sorted returns the problems in order, at most maxProblems of them.
func (l *loader) sorted() Problems {
	problems := l.problems.sort()
	if len(problems) > maxProblems {
		l.problems = nil
		l.problem(place{len(l.src.lines), 1, 1}, "more", "there are more problems than shown here")
		problems = append(problems[:maxProblems], l.problems...)
	}
	return problems
}

// wording returns the Wording for the problems of a file.
func wording(o Options) coretext.Wording {
	tables := append([]map[string]string{Chinese(), flow.Chinese()}, o.Chinese...)
	for _, p := range o.Format.settings() {
		tables = append(tables, p.Chinese)
	}
	return coretext.NewWording(o.Language, tables...)
}

// maxProblems is how many problems of a file are reported.
const maxProblems = 500

// loader loads one file.
type loader struct {
	o         Options
	say       coretext.Wording
	src       *source
	root      *node
	bad       map[*node]bool // nodes whose own structure is invalid or whose value is unknown
	secret    map[*node]bool // nodes that contain a secret
	platforms map[string]core.PlatformSettings
	cfg       Config
	problems  Problems
	named     map[Outside]bool // the Config's Outside, without places
	calendars map[string]*calendar.Calendar
	keys      map[string]bool          // that a Document can have; nil for a config file
	quiet     map[string]flow.QuietDef // as in flow.Def
	zones     map[string]string        // likewise
}

func (l *loader) load() *Config {
	if l.root = l.parse(); l.root == nil {
		return nil
	}
	l.findSecrets()
	l.checkStructure()
	l.fillIn()
	l.checkFilled()

	l.readBasics()
	l.readWorkspaces()
	l.readPeople()
	l.readModules()
	l.readFields()
	l.readPermissions()
	l.readProcess()
	l.readCalendars()
	l.readQuiet()
	l.readFlows()
	l.swallowed()
	l.controls()
	l.typographicQuotes()
	l.remedies()
	if len(l.problems.Errors()) == 0 {
		l.commandSize()
	}
	return &l.cfg
}

// problem reports an error. The caller may add a hint to it.
func (l *loader) problem(at place, rule, format string, args ...any) *Problem {
	if l.full() {
		return new(Problem)
	}
	at = l.src.within(at)
	l.problems = append(l.problems, Problem{
		File: l.src.name, Line: at.line, Col: at.col, Rule: rule, width: at.width, say: l.say,
		Message: l.src.hideShapes(l.say.Say(coretext.Phrasef(format, args...))), source: l.src.line(at.line),
	})
	return &l.problems[len(l.problems)-1]
}

// full reports whether there are so many problems that no more need be added.
func (l *loader) full() bool { return len(l.problems) > 2*maxProblems }

// warning reports a warning.
func (l *loader) warning(at place, rule, format string, args ...any) *Problem {
	p := l.problem(at, rule, format, args...)
	p.Warning = true
	return p
}

// sound reports whether n exists and its own structure is valid.
func (l *loader) sound(n *node) bool { return n != nil && !l.bad[n] }
