package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"
)

// common says how many of a call's keys and arguments, from the first, are the same for calls
// that can be made with one script, and with how many calls that is done at most. What follows
// is each one's own (scripts/each.lua). keys is 0 for a call that is made alone.
type common struct{ keys, args, most int }

const (
	// turnsAtOnce is how many runs one script begins or completes at most. Redis answers
	// nobody else meanwhile. A complete takes some 45 µs (docs/performance.md).
	turnsAtOnce = 16
	// sharedSize is how many bytes the arguments of calls that share a script have at most.
	sharedSize = 64 << 10
)

// joint is a call that several callers make together.
type joint struct {
	*call
	made, size int // how many calls it consists of, and the size of their arguments
}

// takes reports whether a call can be made as part of j. The calls may not have keys of their
// own in common: then a repeat of the whole might be answered differently.
func (j *joint) takes(c *call, size int) bool {
	n := j.common
	return n.keys > 0 && j.name == c.name && n == c.common && j.made < n.most && j.size+size <= sharedSize &&
		slices.Equal(j.keys[:n.keys], c.keys[:n.keys]) && slices.Equal(j.args[:n.args], c.args[:n.args]) &&
		!slices.ContainsFunc(c.keys[n.keys:], func(k string) bool { return slices.Contains(j.keys[n.keys:], k) })
}

// take makes a call part of j.
func (j *joint) take(c *call, size int) {
	keys, args := c.keys[c.common.keys:], c.args[c.common.args:]
	j.keys = append(j.keys, keys...)
	j.args = append(append(j.args, len(keys), len(args)), args...)
	j.made, j.size = j.made+1, j.size+size
}

// size returns how many bytes a call's arguments have that can be long.
func (c *call) size() int {
	size := 0
	for _, a := range c.args {
		switch a := a.(type) {
		case string:
			size += len(a)
		case []byte:
			size += len(a)
		}
	}
	return size
}

// join makes one of calls that can be. It returns for each call which one that is.
func join(calls []*call) (list []*call, of []int) {
	of = make([]int, len(calls))
	var joints []*joint
	for i, c := range calls {
		size := c.size()
		at := slices.IndexFunc(joints, func(j *joint) bool { return j.takes(c, size) })
		if at < 0 {
			at = len(joints)
			j := &joint{call: c}
			if n := c.common; n.keys > 0 {
				whole := *c
				whole.keys, whole.args = slices.Clone(c.keys[:n.keys]), slices.Clone(c.args[:n.args])
				j.call = &whole
				j.take(c, size)
			}
			joints, list = append(joints, j), append(list, j.call)
		} else {
			joints[at].take(c, size)
		}
		of[i] = at
	}
	return list, of
}

// split returns for each of the calls that were joined what became of it.
func split(ctx context.Context, calls []*call, of []int, became []sent) []sent {
	list, taken := make([]sent, len(calls)), make([]int, len(became))
	for i, c := range calls {
		list[i] = became[of[i]]
		taken[of[i]]++ // the answer begins with a code
		a, err := read(c.name, list[i].cmd)
		if c.common.keys == 0 || err != nil {
			continue
		}
		list[i].cmd = redis.NewCmd(ctx)
		own := a.list(taken[of[i]])
		switch {
		case len(own) == 0: // nobody may take another's answer for theirs
			list[i].cmd.SetErr(errTooFewAnswers)
		case own.text(0) == callFailed:
			list[i].cmd.SetErr(scriptError(own.text(1)))
		default:
			list[i].cmd.SetVal([]any(own))
		}
	}
	return list
}

var errTooFewAnswers = errors.New("a script has answered fewer calls than were made with it")

// callFailed is the code in the answer to a call that has raised an error, when the script has
// gone on with others.
const callFailed = "failed"

// scriptError is such an error. To callers it is like one that a script of its own raised.
type scriptError string

func (e scriptError) Error() string { return fmt.Sprintf("the script failed: %s", string(e)) }

// RedisError makes it a redis.Error.
func (e scriptError) RedisError() {}
