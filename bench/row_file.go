package main

import (
	"context"
	"errors"
	"time"
)

// rowFile files risks from 64 goroutines, next to a script that writes one key.
func rowFile(ctx context.Context, b *bench, out *section) error {
	srv, err := b.server(ctx, "everysec")
	if err != nil {
		return err
	}
	defer srv.stop()
	var bare, ours, ratio, alone []float64
	var each []time.Duration
	var cost spent
	for round := range b.scale.rounds {
		if err := srv.flush(ctx); err != nil {
			return err
		}
		before, err := srv.bare(ctx, load{callers: 64, within: b.scale.round})
		if err != nil {
			return err
		}
		filed, one, used, err := b.fileRound(ctx, srv, round)
		if err != nil {
			return err
		}
		after, err := srv.bare(ctx, load{callers: 64, within: b.scale.round})
		if err != nil {
			return err
		}
		peer := (before.rate() + after.rate()) / 2
		bare, ours, ratio = append(bare, peer), append(ours, filed.rate()), append(ratio, filed.rate()/peer)
		alone, each = append(alone, one.rate()), append(each, filed.each...)
		cost.calls, cost.time = cost.calls+used.calls, cost.time+used.time
		b.note("round %d: %s filed, %s bare writes", round+1, perSecond(filed.rate()), perSecond(peer))
	}
	n := float64(len(each))
	out.add(result{what: "file a risk, 64 goroutines; bare script", ours: perSecond(median(ours)), peer: perSecond(median(bare)),
		ratio: median(ratio), required: "0.30", stretch: "0.50"})
	out.add(result{what: "how long one takes of 64", ours: late(each)})
	out.add(result{what: "file a risk, 1 goroutine", ours: perSecond(median(alone))})
	out.add(result{what: "scripts per risk", ours: figure(float64(cost.calls) / n)})
	out.add(result{what: "server time per risk", ours: inMicros(time.Duration(float64(cost.time) / n))})
	return nil
}

// fileRound files risks in an empty database: with 64 goroutines, then with one.
func (b *bench) fileRound(ctx context.Context, srv *server, round int) (all, one sample, used spent, err error) {
	if err := srv.flush(ctx); err != nil {
		return all, one, used, err
	}
	w, err := openWorld(ctx, srv, 1, 0)
	if err != nil {
		return all, one, used, err
	}
	defer w.close()
	if err := b.warmUp(ctx, 64, w.file); err != nil {
		return all, one, used, err
	}
	before, err := srv.scripts(ctx)
	if err != nil {
		return all, one, used, err
	}
	err = b.profiled(round, "a-file", func() (err error) {
		all, err = w.file(ctx, load{callers: 64, within: 2 * b.scale.round})
		return err
	})
	if err != nil {
		return all, one, used, err
	}
	if used, err = srv.scripts(ctx); err != nil {
		return all, one, used, err
	}
	used = used.minus(before)
	one, err = w.file(ctx, load{callers: 1, within: b.scale.round / 2})
	return all, one, used, errors.Join(err, srv.flush(ctx))
}
