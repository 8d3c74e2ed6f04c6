package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
)

// tasks is asynq on a server, with as many workers as riskroom has at most here.
type tasks struct{ opt asynq.RedisClientOpt }

func tasksOn(s *server) tasks {
	return tasks{asynq.RedisClientOpt{Addr: s.addr, DB: 1, PoolSize: 64}}
}

// enqueue adds n tasks from 64 goroutines. each returns a task's payload and when it is
// due; zero is now.
func (t tasks) enqueue(ctx context.Context, n int, each func(n int) ([]byte, time.Time)) error {
	c := asynq.NewClient(t.opt)
	defer func() { _ = c.Close() }()
	_, err := load{callers: 64, calls: n}.run(ctx, func(ctx context.Context, _, n int) error {
		data, due := each(n)
		var options []asynq.Option
		if !due.IsZero() {
			options = append(options, asynq.ProcessAt(due))
		}
		_, err := c.EnqueueContext(ctx, asynq.NewTask("task", data), options...)
		return err
	})
	return err
}

// serve handles tasks until f returns.
func (t tasks) serve(handle func(data []byte), f func() error) error {
	s := asynq.NewServer(t.opt, asynq.Config{Concurrency: 64, LogLevel: asynq.FatalLevel})
	if err := s.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		handle(t.Payload())
		return nil
	})); err != nil {
		return err
	}
	defer s.Shutdown()
	return f()
}

// drain returns how many of n tasks, which are due, are handled in a second.
func (t tasks) drain(ctx context.Context, n int) (float64, error) {
	if err := t.enqueue(ctx, n, func(int) ([]byte, time.Time) { return make([]byte, payload), time.Time{} }); err != nil {
		return 0, err
	}
	var done atomic.Int64
	var took time.Duration
	begun := time.Now()
	err := t.serve(func([]byte) { done.Add(1) }, func() error {
		if !until(ctx, 2*time.Minute, func() bool { return done.Load() >= int64(n) }) {
			return fmt.Errorf("asynq handled only %d of %d tasks", done.Load(), n)
		}
		took = time.Since(begun)
		return nil
	})
	return float64(n) / took.Seconds(), err
}
