// Package config reads the file that an admin writes: people, modules, rights,
// workspaces, and flows. It tells everything that is wrong with a file at once,
// each with its place, and gives out a Config only if nothing is.
//
// A file goes through these steps: parsed to nodes with places (source.go,
// parse.go, node.go), compared with the JSON Schema that editors use too
// (schema*.go, structure.go), values from the environment filled in
// (variables.go), and then its meaning is checked, for every part whose own
// structure held (basics.go, workspaces.go, people.go, refs.go, fields.go,
// flows.go, steps.go, terms.go, itemgroups.go). What comes out is a Config
// (config.go) or problems (problem.go, words.go), and what only the platforms
// can tell (outside.go).
package config

import (
	"fmt"
	"log/slog"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// Config is a file that may be run.
type Config struct {
	Organisation core.Organisation
	Flows        []*flow.Flow        // in the file's order
	Workspaces   []WorkspaceSettings // in the file's order
	Redis        Redis
	Instance     string // names this riskroom among those that share a Redis or a workspace
	DataDir      string
	CallTimeout  time.Duration // of one call to a platform
	Settle       time.Duration // how long after its timeout a call may yet have its effect
	Durability   Durability
	Outside      []Outside // what only platforms can tell whether it is right
}

// WorkspaceSettings is how one workspace is reached. Values hold secrets: it
// prints as its name and platform only.
type WorkspaceSettings struct {
	Name     string
	Platform string
	Values   map[string]string // by the key of core.Setting, variables and files filled in; what the file leaves out is absent
	APIURL   string            // as written; "" is the platform's own
	Rates    Rates
}

// String returns the name and the platform.
func (w WorkspaceSettings) String() string { return w.Name + " (" + w.Platform + ")" }

// GoString returns what String does, so that no verb prints a secret.
func (w WorkspaceSettings) GoString() string { return w.String() }

// LogValue returns what String does.
func (w WorkspaceSettings) LogValue() slog.Value { return slog.StringValue(w.String()) }

// MarshalText returns what String does, for whatever encodes a Config.
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

// RedisMode is what kind of Redis the file names.
type RedisMode string

// The modes of Redis.
const (
	Standalone RedisMode = "standalone"
	Sentinel   RedisMode = "sentinel"
	Cluster    RedisMode = "cluster"
)

// Redis is where everything is kept: a server of riskroom's own under DataDir if
// it is Private, because the file has no redis; else at URL, which is empty only
// where what it is made of is not set, and Options.Unset allows that.
type Redis struct {
	Private  bool
	URL      string // may hold a password
	Username string
	Password string
	Mode     RedisMode
	Prefix   string // of every key
}

// String returns the mode and the prefix, and nothing secret.
func (r Redis) String() string { return fmt.Sprintf("%s redis, prefix %s", r.Mode, r.Prefix) }

// GoString returns what String does, so that no verb prints a secret.
func (r Redis) GoString() string { return r.String() }

// LogValue returns what String does.
func (r Redis) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText returns what String does, for whatever encodes a Config.
func (r Redis) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Durability is what must have been written before riskroom goes on.
type Durability string

// The durabilities.
const (
	Standard Durability = "standard" // the Redis that is written to
	Strict   Durability = "strict"   // a replica too, after every change and before each call
)

// Unset is what a value from the environment or a file that is not there means.
type Unset int

// What an absent value can mean.
const (
	UnsetIsError   Unset = iota // the file cannot be run
	UnsetIsWarning              // it is said, and what depends on the value is neither checked nor in the Config: for checking only
	UnsetIsFilled               // Options.Fill gives one
)

// APIURLKey is the key of a workspace that says where its platform's API is. It
// goes into WorkspaceSettings.APIURL, not into Values.
const APIURLKey = "api_url"

// Blank is a value that is absent from the environment or from a file.
type Blank struct {
	Variable  string       // or the file's name
	Workspace string       // "" outside workspaces
	Platform  string       // of Workspace
	Setting   core.Setting // what the value is for; outside workspaces only Key is set, the last key of its path
}

// Options are what Load needs to know beside the file.
type Options struct {
	Platforms []core.PlatformSettings
	Env       func(name string) (value string, ok bool) // nil: nothing is set
	ReadFile  func(path string) ([]byte, error)         // for keys that end in _file; nil: no file is there
	Unset     Unset
	Fill      func(Blank) string // with UnsetIsFilled: what to take instead
}

// Load reads a file. The Config is nil if there is any error among the problems;
// warnings leave it usable. name is what problems call the file.
func Load(name string, src []byte, o Options) (*Config, Problems) {
	l := &loader{
		o: o, src: newSource(name, src, o.Platforms),
		bad: map[*node]bool{}, secret: map[*node]bool{}, platforms: map[string]core.PlatformSettings{},
		named: map[Outside]bool{},
	}
	for _, p := range o.Platforms {
		l.platforms[p.Platform] = p
	}
	cfg := l.load()
	problems := l.problems.sort()
	if len(problems) > maxProblems {
		problems = append(problems[:maxProblems], Problem{
			File: name, Line: len(l.src.lines), Col: 1, Rule: "more", Message: "there are more problems than shown here",
		})
	}
	if len(problems.Errors()) > 0 {
		return nil, problems
	}
	return cfg, problems
}

// maxProblems is how many problems of a file are told.
const maxProblems = 500

// loader is the work on one file.
type loader struct {
	o         Options
	src       *source
	root      *node
	bad       map[*node]bool // their own structure did not hold, or their value is not known
	secret    map[*node]bool // hold a secret
	platforms map[string]core.PlatformSettings
	cfg       Config
	problems  Problems
	named     map[Outside]bool // what the Config's Outside holds, without places
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
	l.readFlows()
	return &l.cfg
}

// problem reports one; what it returns may be given a hint.
func (l *loader) problem(at place, rule, format string, args ...any) *Problem {
	if l.full() {
		return new(Problem)
	}
	at = l.src.within(at)
	l.problems = append(l.problems, Problem{
		File: l.src.name, Line: at.line, Col: at.col, Rule: rule, width: at.width,
		Message: l.src.hideShapes(fmt.Sprintf(format, args...)), source: l.src.line(at.line),
	})
	return &l.problems[len(l.problems)-1]
}

// full reports whether more problems were found than are told, so that no more
// need be worded.
func (l *loader) full() bool { return len(l.problems) > 2*maxProblems }

// warning reports what looks wrong.
func (l *loader) warning(at place, rule, format string, args ...any) *Problem {
	p := l.problem(at, rule, format, args...)
	p.Warning = true
	return p
}

// sound reports whether n is there and its own structure held.
func (l *loader) sound(n *node) bool { return n != nil && !l.bad[n] }
