package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// A server denies a command, a key or a channel only when it is used, in a script even
// after other commands have had their effect. So each is tried in advance.

// trial is an unused key, and the pattern of the keys that it is an example of.
type trial struct{ key, pattern string }

// trials returns a key of every kind, on every node of a cluster.
func (k keys) trials() []trial {
	braced := "{" + k.prefix + ":*"
	list := []trial{
		{k.leader("?"), k.leader("*")},
		{k.flow("?"), k.flow("*")},
		{k.prefix + ":group:?", k.prefix + ":group:*"},
		{k.numberOf("", "?"), braced},
		{k.budget(core.Bucket{Workspace: "?"}, "?"), braced},
	}
	for shard := range k.shards {
		list = append(list, trial{k.in(shard, "?"), braced})
	}
	return list
}

// permissions returns findings for everything that the server denies the user.
func (s *Store) permissions(ctx context.Context) ([]Finding, error) {
	commands, patterns, err := s.tryKeys(ctx)
	if err != nil {
		return nil, err
	}
	more, noChannel, err := s.tryCommands(ctx)
	if err != nil {
		return nil, err
	}
	var list []Finding
	add := func(code string, w Weight, refused []string) {
		if len(refused) > 0 {
			slices.Sort(refused)
			list = append(list, Finding{Code: code, Weight: w, Value: strings.Join(slices.Compact(refused), ", ")})
		}
	}
	add(FoundCommands, Refusal, append(commands, more...))
	add(FoundKeys, Refusal, patterns)
	if noChannel {
		add(FoundChannel, Caution, []string{s.keys.wake()})
	}
	return list, nil
}

// tryKeys returns the denied commands of scripts and patterns of keys.
func (s *Store) tryKeys(ctx context.Context) (commands, patterns []string, err error) {
	trials := s.keys.trials()
	calls := make([]*call, len(trials))
	for i, t := range trials {
		calls[i] = s.call("permit", t.key)
	}
	answers, errs := s.doAll(ctx, "permissions", calls)
	for i, a := range answers {
		switch {
		case core.DetailOf(errs[i]) == engine.Denied:
			patterns = append(patterns, trials[i].pattern)
		case errs[i] != nil:
			return nil, nil, errs[i]
		}
		failures := a.list(1)
		for j := 0; j+1 < len(failures); j += 2 {
			// Inside scripts, a denial has no code that all versions share.
			if answer := failures.text(j + 1); !strings.HasPrefix(answer, "WRONGTYPE") && !passing(answer) {
				commands = append(commands, failures.text(j))
			}
		}
	}
	return commands, patterns, nil
}

// tryCommands returns the denied commands outside scripts. noChannel reports whether
// the channel that wakes workers is denied.
func (s *Store) tryCommands(ctx context.Context) (refused []string, noChannel bool, err error) {
	tries := [][]any{{"EVAL", "return 1", 0}, {"PUBLISH", s.keys.wake(), ""}}
	if s.opts.Strict {
		tries = append(tries, []any{"WAIT", 0, 0})
	}
	var mu sync.Mutex
	err = s.eachMaster(ctx, func(ctx context.Context, node *redis.Client, _ string) error {
		pipe := node.Pipeline()
		for _, try := range tries {
			pipe.Do(ctx, try...)
		}
		cmds, _ := pipe.Exec(ctx) // each command has its own error
		mu.Lock()
		defer mu.Unlock()
		for _, cmd := range cmds {
			name := strings.ToUpper(cmd.Name())
			switch err := cmd.Err(); {
			case err == nil:
			case !isMissing(err):
				return err
			case name == "PUBLISH":
				noChannel = true
			default:
				refused = append(refused, name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, failed("permissions", err)
	}
	sub := s.db.Subscribe(ctx, s.keys.wake())
	defer func() { _ = sub.Close() }()
	// A slow reply is no denial, and workers don't depend on the channel.
	_, err = sub.Receive(ctx)
	return refused, noChannel || isMissing(err), nil
}

// isMissing reports whether err says that the user may not use a command, or that
// the server has none of that name: of a correct command, ERR means nothing else.
func isMissing(err error) bool {
	answer, ok := errors.AsType[redis.Error](err)
	return ok && (redis.IsPermissionError(answer) || strings.HasPrefix(answer.Error(), "ERR ") && !passing(answer.Error()))
}
