package store

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

//go:embed scripts/*.lua
var sources embed.FS

// scripts holds every script by name, each after the libraries that its first line
// asks for ("-- uses: values runs") and those that they need ("-- library: values"). The
// files don't change, so the texts are built once for each Store.
type scripts map[string]*redis.Script

// What the first line of a script and of a library begins with.
const (
	scriptHead  = "-- uses:"
	libraryHead = "-- library:"
)

func readScripts() (scripts, error) {
	files, err := sources.ReadDir("scripts")
	if err != nil {
		return nil, fmt.Errorf("scripts: %w", err)
	}
	texts := map[string]string{}
	for _, f := range files {
		b, err := sources.ReadFile("scripts/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("scripts: %w", err)
		}
		texts[strings.TrimSuffix(f.Name(), ".lua")] = string(b)
	}
	all := scripts{}
	for name, body := range texts {
		if !strings.HasPrefix(body, scriptHead) {
			continue
		}
		parts, err := withLibraries(texts, name, nil)
		if err != nil {
			return nil, err
		}
		var text strings.Builder
		for _, part := range parts {
			text.WriteString(texts[part])
		}
		all[name] = redis.NewScript(text.String())
	}
	return all, nil
}

// withLibraries returns parts with a script or a library, after what it needs. Each is there
// once.
func withLibraries(texts map[string]string, name string, parts []string) ([]string, error) {
	if slices.Contains(parts, name) {
		return parts, nil
	}
	first, _, _ := strings.Cut(texts[name], "\n")
	needs, library := strings.CutPrefix(first, libraryHead)
	if !library {
		var ok bool
		if needs, ok = strings.CutPrefix(first, scriptHead); !ok {
			return nil, fmt.Errorf("scripts: %s: its first line is %q", name, first)
		}
	}
	var err error
	for _, need := range strings.Fields(needs) {
		if parts, err = withLibraries(texts, need, parts); err != nil {
			return nil, err
		}
	}
	return append(parts, name), nil
}

// ScriptNames returns the names of all scripts by their SHA-1, which is all that a server's
// SLOWLOG shows of a script.
func ScriptNames() (map[string]string, error) {
	all, err := readScripts()
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for name, s := range all {
		names[s.Hash()] = name
	}
	return names, nil
}

// call is one call of a script: its keys, declared one by one, and its
// arguments, which the script takes from the front (args.lua).
type call struct {
	name    string // of the script
	keys    []string
	args    []any
	records bool // the result of another call, even if it is refused
	common  common
}

// call starts a call. Every script's first argument is now, in ms; 0 means the
// server's clock.
func (s *Store) call(name string, keys ...string) *call {
	now := int64(0)
	if s.clock != nil {
		now = s.clock.Now().UnixMilli()
	}
	return &call{name: name, keys: keys, args: []any{now}}
}

// around starts a call of a script that works on a risk or its runs.
func (s *Store) around(name string, r core.RiskKey) *call {
	return s.call(name, s.keys.around(r)...).add(s.keys.wake())
}

// add appends arguments.
func (c *call) add(args ...any) *call {
	c.args = append(c.args, args...)
	return c
}

// key declares a key and appends its index.
func (c *call) key(k string) *call {
	for i, have := range c.keys {
		if have == k {
			return c.add(i + 1)
		}
	}
	c.keys = append(c.keys, k)
	return c.add(len(c.keys))
}

// json appends v as JSON. Scripts store it unread.
func (c *call) json(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.add(string(b))
	return nil
}

// run appends a run: the index of its key, and its ID.
func (c *call) run(k keys, id engine.RunID) *call { return c.key(k.run(id)).add(id.String()) }

// flag appends a bool.
func (c *call) flag(b bool) *call {
	if b {
		return c.add("1")
	}
	return c.add("0")
}

// nonce returns a random string that identifies one call.
func nonce() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, says crypto/rand
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// do runs a script and returns its answer, or its refusal as an error.
func (s *Store) do(ctx context.Context, op string, c *call) (answer, error) {
	return s.gathered(ctx, op, c, false)
}

// gathered runs a script together with others that are called at the same time. A program
// that is alone runs it at once.
func (s *Store) gathered(ctx context.Context, op string, c *call, replicated bool) (answer, error) {
	lane := s.lane(ctx, c, replicated)
	if s.opts.Alone {
		got := s.sendBatch(ctx, lane, []*call{c})
		return read(op, got[0].cmd)
	}
	got, err := s.gather.do(ctx, lane, c)
	if err != nil {
		return nil, failed(op, err)
	}
	a, err := read(op, got.cmd)
	if got.kept != nil && (err == nil || c.records && core.KindOf(err) != core.Unavailable) {
		return nil, notReplicated(op, got.kept)
	}
	return a, err
}

// doAll runs scripts in one pipeline (one per node in a cluster).
func (s *Store) doAll(ctx context.Context, op string, calls []*call) ([]answer, []error) {
	answers, errs := make([]answer, len(calls)), make([]error, len(calls))
	if len(calls) == 1 {
		answers[0], errs[0] = s.do(ctx, op, calls[0])
		return answers, errs
	}
	for i, got := range s.send(ctx, calls) {
		answers[i], errs[i] = read(op, got.cmd)
	}
	return answers, errs
}

// send sends calls in one pipeline (one per node in a cluster).
func (s *Store) send(ctx context.Context, calls []*call) []sent {
	return s.sendAnd(ctx, calls, func(redis.Pipeliner) {})
}

// sendAnd sends calls like send, and then the commands that more queues. If scripts must be
// sent again, these commands are too.
func (s *Store) sendAnd(ctx context.Context, calls []*call, more func(redis.Pipeliner)) []sent {
	return s.sendScripts(ctx, calls, func(fill func(redis.Pipeliner)) (kept, err error) {
		pipe := s.db.Pipeline()
		fill(pipe)
		more(pipe)
		execute(ctx, pipe)
		return nil, nil
	})
}

// execute executes a pipeline. Afterwards, each of its commands has its own error.
func execute(ctx context.Context, pipe redis.Pipeliner) {
	cmds, err := pipe.Exec(ctx)
	if err == nil || slices.ContainsFunc(cmds, func(cmd redis.Cmder) bool { return cmd.Err() != nil }) {
		return
	}
	for _, cmd := range cmds { // the server refused the connection
		cmd.SetErr(err)
	}
}

// sendScripts sends calls with exec, which executes a pipeline. exec returns why the
// pipeline's writes aren't replicated, or why it wasn't sent. A server loses its scripts in
// a restart or a failover. Unknown scripts are sent again with their text, in one pipeline
// too.
func (s *Store) sendScripts(ctx context.Context, calls []*call, exec func(fill func(redis.Pipeliner)) (kept, err error)) []sent {
	list := make([]sent, len(calls))
	try := func(which []int, eval func(*redis.Script, redis.Pipeliner, *call) *redis.Cmd) {
		if len(which) == 0 {
			return
		}
		kept, err := exec(func(pipe redis.Pipeliner) {
			for _, i := range which {
				list[i].cmd = eval(s.scripts[calls[i].name], pipe, calls[i])
			}
		})
		for _, i := range which {
			list[i].kept = kept
			if err != nil {
				list[i].cmd = redis.NewCmd(ctx)
				list[i].cmd.SetErr(err)
			}
		}
	}
	all := make([]int, len(calls))
	for i := range all {
		all[i] = i
	}
	try(all, func(sc *redis.Script, p redis.Pipeliner, c *call) *redis.Cmd {
		return sc.EvalSha(ctx, p, c.keys, c.args...)
	})
	unknown := slices.DeleteFunc(all, func(i int) bool { return !redis.HasErrorPrefix(list[i].cmd.Err(), "NOSCRIPT") })
	try(unknown, func(sc *redis.Script, p redis.Pipeliner, c *call) *redis.Cmd {
		return sc.Eval(ctx, p, c.keys, c.args...)
	})
	s.upcoming.wrote(calls)
	return list
}
