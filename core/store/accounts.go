package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/people"
)

// OfferLink stores an offer to link an account.
func (s *Store) OfferLink(ctx context.Context, o people.Offer) error {
	const op = "offer link"
	if o.Hash == "" || o.Account.IsZero() || o.Until.IsZero() {
		return invalid(op, "offer", nil)
	}
	_, err := s.doReplicated(ctx, op, s.call("offer", s.keys.offers()).add(o.Hash, o.Account.String(), ms(o.Until)))
	return err
}

// TryCode looks up an open offer, and counts a try if the code is wrong.
func (s *Store) TryCode(ctx context.Context, t people.Try) (people.Tried, error) {
	const op = "try code"
	if t.Op == "" || t.By.IsZero() || t.Most < 1 || t.MostInAll < 1 {
		return people.Tried{}, invalid(op, "try", nil)
	}
	c := s.call("try", s.keys.offers(), s.keys.triesOf(t.By), s.keys.tries())
	a, err := s.do(ctx, op, c.add(t.Op, t.Hash, t.Window.Milliseconds(), t.Most, t.MostInAll))
	if err != nil {
		return people.Tried{}, err
	}
	out := people.Tried{Left: int(a.int(3)), Wait: time.Duration(a.int(4)) * time.Millisecond}
	if a.text(1) == "" {
		return out, nil
	}
	account, err := core.ParseAccount(a.text(1))
	if err != nil {
		return out, broken(op, err)
	}
	out.Offer = people.Offer{Hash: t.Hash, Account: account, Until: at(a.int(2))}
	return out, nil
}

// Join changes which accounts are linked.
func (s *Store) Join(ctx context.Context, j engine.Join) error {
	const op = "join"
	if s.keys.shard(j.Under) != 0 {
		return invalid(op, "under", fmt.Errorf("%s does not keep accounts", j.Under))
	}
	if j.Op == "" || j.Subject.IsZero() {
		return invalid(op, "op", nil)
	}
	c := s.around("join", j.Under).key(s.keys.joined()).key(s.keys.offers()).key(s.keys.joinOf(j.Op))
	c.add(opKept.Milliseconds(), j.Subject.String(), j.Hash, len(j.Groups))
	for _, g := range j.Groups {
		c.add(g.Account.String(), joinAccounts(g.Was), joinAccounts(g.To))
	}
	if err := s.timers(c, j.Under, j.Timers, first(j.Events)); err != nil {
		return invalid(op, "timers", err)
	}
	if err := s.events(c, j.Under, j.Events); err != nil {
		return invalid(op, "events", err)
	}
	_, err := s.doReplicated(ctx, op, c)
	return err
}

// JoinedBy returns the subject of the Join with that op.
func (s *Store) JoinedBy(ctx context.Context, op string) (core.Account, error) {
	v, err := s.db.Get(ctx, s.keys.joinOf(op)).Result()
	if errors.Is(err, redis.Nil) {
		return core.Account{}, nil
	}
	if err != nil {
		return core.Account{}, failed("joined by", err)
	}
	a, err := core.ParseAccount(v)
	if err != nil {
		return a, broken("joined by", err)
	}
	return a, nil
}

// Joined returns the accounts that an account is linked with.
func (s *Store) Joined(ctx context.Context, a core.Account) ([]core.Account, error) {
	v, err := s.db.HGet(ctx, s.keys.joined(), a.String()).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, failed("joined", err)
	}
	var list []core.Account
	for _, one := range strings.Split(v, accountsSep) {
		x, err := core.ParseAccount(one)
		if err != nil {
			return nil, broken("joined", err)
		}
		list = append(list, x)
	}
	return list, nil
}

// accountsSep separates accounts. No name of a workspace and no ID contains it.
const accountsSep = "\n"

func joinAccounts(list []core.Account) string {
	var out []string
	for _, a := range list {
		out = append(out, a.String())
	}
	return strings.Join(out, accountsSep)
}
