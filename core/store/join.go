package store

import (
	"context"
	"errors"
	"slices"

	"github.com/redis/go-redis/v9"
)

// common says how many of a call's keys and arguments, from the first, are the same for
// calls that can be made as one call of their script. What follows is each one's own, as is
// one value of the answer, in order. keys is 0 for a call that can't be made with others.
type common struct{ keys, args int }

// takes reports whether other can be made as part of c. They may not have keys of their own
// in common: then a repeat of the whole might be answered differently.
func (c *call) takes(other *call) bool {
	n := c.common
	return n.keys > 0 && c.name == other.name && n == other.common &&
		slices.Equal(c.keys[:n.keys], other.keys[:n.keys]) && slices.Equal(c.args[:n.args], other.args[:n.args]) &&
		!slices.ContainsFunc(other.keys[n.keys:], func(k string) bool { return slices.Contains(c.keys[n.keys:], k) })
}

// join makes one of calls that can be. It returns for each call which one that is.
func join(calls []*call) (joint []*call, of []int) {
	of = make([]int, len(calls))
	for i, c := range calls {
		at := slices.IndexFunc(joint, func(have *call) bool { return have.takes(c) })
		if at < 0 {
			of[i] = len(joint)
			if c.common.keys > 0 {
				own := *c
				own.keys, own.args = slices.Clone(c.keys), slices.Clone(c.args)
				c = &own
			}
			joint = append(joint, c)
			continue
		}
		of[i] = at
		joint[at].keys = append(joint[at].keys, c.keys[c.common.keys:]...)
		joint[at].args = append(joint[at].args, c.args[c.common.args:]...)
	}
	return joint, of
}

var errTooFewAnswers = errors.New("a script has answered fewer calls than were made with it")

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
		if taken[of[i]] >= len(a) { // nobody may take another's answer for theirs
			list[i].cmd.SetErr(errTooFewAnswers)
			continue
		}
		list[i].cmd.SetVal([]any{a[0], a[taken[of[i]]]})
	}
	return list
}
