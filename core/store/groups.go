package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// group appends the record of a group that belongs to key, nil for none, as
// scripts/groups.lua takes it.
func (s *Store) group(c *call, key core.RiskKey, g *engine.Group) error {
	if g == nil {
		c.add("")
		return nil
	}
	if g.Key != key || g.Ref.IsZero() {
		return fmt.Errorf("group %s of %q does not belong to %s", g.Ref, g.Key, key)
	}
	doc, err := g.Encode()
	if err != nil {
		return err
	}
	c.add(g.Ref.String()).key(s.keys.groupsOf(key)).key(s.keys.grouped(s.keys.shard(key)))
	c.add(string(key), g.Rev).flag(g.Life == engine.LiveGroup).add(string(doc))
	return nil
}

// readGroup reads a record as scripts/groups.lua stores it.
func readGroup(v string) (engine.Group, error) {
	p := strings.SplitN(v, "|", 3)
	if len(p) != 3 {
		return engine.Group{}, fmt.Errorf("%q is not the record of a group", v)
	}
	return engine.DecodeGroup([]byte(p[2]))
}

func readGroups(m map[string]string) ([]engine.Group, error) {
	var list []engine.Group
	for _, v := range m {
		g, err := readGroup(v)
		if err != nil {
			return nil, err
		}
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b engine.Group) int { return strings.Compare(a.Ref.String(), b.Ref.String()) })
	return list, nil
}

// lookUp writes the look-up key of a group. It is written before the group's record or
// binding, so that those are always found. Alone it has no effect.
func (s *Store) lookUp(ctx context.Context, op string, g core.GroupRef, key core.RiskKey) error {
	return failed(op, s.db.Set(ctx, s.keys.group(g), string(key), 0).Err())
}

// keyOf reads the look-up key of a group, or returns NotFound.
func (s *Store) keyOf(ctx context.Context, op string, g core.GroupRef) (core.RiskKey, error) {
	key, err := s.db.Get(ctx, s.keys.group(g)).Result()
	if errors.Is(err, redis.Nil) {
		return "", refused(op, core.NotFound, "")
	}
	return core.RiskKey(key), failed(op, err)
}

// ChangeGroup stores a changed record of a group.
func (s *Store) ChangeGroup(ctx context.Context, ch engine.GroupUpdate) error {
	const op = "change group"
	key := ch.Group.Key
	if ch.Group.Rev != ch.Expect+1 {
		return invalid(op, "rev", fmt.Errorf("%d does not follow %d", ch.Group.Rev, ch.Expect))
	}
	if ch.Expect == 0 {
		if err := s.lookUp(ctx, op, ch.Group.Ref, key); err != nil {
			return err
		}
	}
	c := s.around("changegroup", key)
	if err := s.group(c, key, &ch.Group); err != nil {
		return invalid(op, "group", err)
	}
	c.add(ch.Expect)
	if leased := ch.Lease != (engine.Lease{}); leased {
		if ch.Lease.Run.Risk != key {
			return invalid(op, "lease", nil)
		}
		c.flag(true).run(s.keys, ch.Lease.Run).add(ms(ch.Lease.Until))
	} else {
		c.flag(false)
	}
	if err := s.timers(c, key, ch.Timers, first(ch.Events)); err != nil {
		return invalid(op, "timers", err)
	}
	if err := s.events(c, key, ch.Events); err != nil {
		return invalid(op, "events", err)
	}
	_, err := s.doReplicated(ctx, op, c)
	return err
}

// GroupsOf returns the groups that belong to a key.
func (s *Store) GroupsOf(ctx context.Context, key core.RiskKey) ([]engine.Group, error) {
	const op = "groups of"
	m, err := s.db.HGetAll(ctx, s.keys.groupsOf(key)).Result()
	if err != nil {
		return nil, failed(op, err)
	}
	list, err := readGroups(m)
	if err != nil {
		return nil, broken(op, err)
	}
	return list, nil
}

// GroupAt returns the record of a group. The look-up key is only a hint: the record
// decides.
func (s *Store) GroupAt(ctx context.Context, g core.GroupRef) (engine.Group, error) {
	const op = "group at"
	key, err := s.keyOf(ctx, op, g)
	if err != nil {
		return engine.Group{}, err
	}
	v, err := s.db.HGet(ctx, s.keys.groupsOf(key), g.String()).Result()
	if errors.Is(err, redis.Nil) {
		return engine.Group{}, refused(op, core.NotFound, "")
	}
	if err != nil {
		return engine.Group{}, failed(op, err)
	}
	out, err := readGroup(v)
	if err != nil {
		return out, broken(op, err)
	}
	return out, nil
}

// EachGroup calls f for every live group that has a record. Like EachBinding, it also
// writes the look-up keys again.
func (s *Store) EachGroup(ctx context.Context, f func(engine.Group) error) error {
	const op = "each group"
	return s.eachMember(ctx, op, s.keys.each(s.keys.grouped), func(keys []string) error {
		found, err := s.liveGroups(ctx, op, keys)
		if err != nil {
			return err
		}
		for _, g := range found {
			if err := f(g); err != nil {
				return err
			}
		}
		return nil
	})
}

// liveGroups returns the live groups of keys, and writes their look-up keys.
func (s *Store) liveGroups(ctx context.Context, op string, keys []string) ([]engine.Group, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	pipe := s.db.Pipeline()
	cmds := make([]*redis.MapStringStringCmd, len(keys))
	for i, k := range keys {
		cmds[i] = pipe.HGetAll(ctx, s.keys.groupsOf(core.RiskKey(k)))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, failed(op, err)
	}
	var found []engine.Group
	pipe = s.db.Pipeline()
	for i, cmd := range cmds {
		list, err := readGroups(cmd.Val())
		if err != nil {
			return nil, broken(op, err)
		}
		for _, g := range list {
			if g.Life == engine.LiveGroup {
				found = append(found, g)
				pipe.Set(ctx, s.keys.group(g.Ref), keys[i], 0)
			}
		}
	}
	_, err := pipe.Exec(ctx)
	return found, failed(op, err)
}
