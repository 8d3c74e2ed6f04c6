package main

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// fleet is some replicas with some workers each.
type fleet struct {
	name              string
	replicas, workers int // 0 workers: as shipped
	required, stretch string
}

// rowDrain drains due runs (claim, evaluate, intent, call, result, audit), next to asynq
// with as many tasks that do nothing.
func rowDrain(ctx context.Context, b *bench, out *section) error {
	srv, err := b.server(ctx, "everysec")
	if err != nil {
		return err
	}
	defer srv.stop()
	fleets := []fleet{
		{name: "as shipped: 1 replica", replicas: 1, required: "1", stretch: "2.5"},
		{name: "1 replica, 64 workers", replicas: 1, workers: 64},
		{name: "3 replicas", replicas: 3},
	}
	n := b.scale.drained
	rates, ratios, costs := make([][]float64, len(fleets)), make([][]float64, len(fleets)), make([]spent, len(fleets))
	var peer []float64
	for round := range b.scale.rounds {
		if err := srv.flush(ctx); err != nil {
			return err
		}
		p, err := tasksOn(srv).drain(ctx, n)
		if err != nil {
			return err
		}
		peer = append(peer, p)
		for i, f := range fleets {
			rate, cost, err := b.drain(ctx, srv, f, n, round+i)
			if err != nil {
				return err
			}
			b.note("round %d: %s: %s; asynq %s", round+1, f.name, perSecond(rate), perSecond(p))
			rates[i], ratios[i], costs[i] = append(rates[i], rate), append(ratios[i], rate/p), cost
		}
	}
	for i, f := range fleets {
		out.add(result{what: fmt.Sprintf("%s due runs, %s; asynq", thousands(int64(n)), f.name), ours: perSecond(median(rates[i])),
			peer: perSecond(median(peer)), ratio: median(ratios[i]), required: f.required, stretch: f.stretch})
		required := [2]string{}
		if f.required != "" {
			required = [2]string{"3", "60 µs"}
		}
		out.add(result{what: "scripts per run, " + f.name, ours: figure(float64(costs[i].calls) / float64(n)), required: required[0]})
		out.add(result{what: "server time per run, " + f.name, ours: inMicros(costs[i].time / time.Duration(n)), required: required[1]})
	}
	return nil
}

// drain files risks with one due run each, in an empty database, and returns how many runs
// end in a second, and what their scripts cost. Round 0 is profiled.
func (b *bench) drain(ctx context.Context, srv *server, f fleet, n, round int) (rate float64, cost spent, err error) {
	if err := srv.flush(ctx); err != nil {
		return 0, cost, err
	}
	w, err := openWorld(ctx, srv, f.replicas, f.workers)
	if err != nil {
		return 0, cost, err
	}
	defer w.close()
	// The second flow is due a day later.
	due := srv.settled
	if _, err := w.fill(ctx, load{callers: 64, calls: n}, func(n int) (time.Time, string) {
		return due.Add(-24 * time.Hour), "Due " + strconv.Itoa(n)
	}); err != nil {
		return 0, cost, err
	}
	if err := wait(ctx, time.Until(due)); err != nil {
		return 0, cost, err
	}
	before, err := srv.scripts(ctx)
	if err != nil {
		return 0, cost, err
	}
	var took time.Duration
	err = b.profiled(round, "b-drain", func() error {
		begun := time.Now()
		w.run(ctx)
		defer func() { took = time.Since(begun) }()
		return w.drained(ctx, n, 3*time.Minute)
	})
	if err != nil {
		return 0, cost, err
	}
	after, err := srv.scripts(ctx)
	return float64(n) / took.Seconds(), after.minus(before), err
}
