package main

import (
	"context"
	"fmt"
	"time"

	"riskroom/core/engine"
)

// asking is a list that people ask for.
type asking struct {
	name string
	q    engine.ListQuery
}

func askings() []asking {
	return []asking{
		{"list all", engine.ListQuery{}},
		{"list mine", engine.ListQuery{Mine: true}},
		{"list module:" + module, engine.ListQuery{Module: module}},
		{"list module:" + rare, engine.ListQuery{Module: rare}},
		{"list overdue", engine.ListQuery{Overdue: true}},
	}
}

// rowGrowth measures everything that could depend on the number of risks at several of
// them, and what a list does to other clients.
func rowGrowth(ctx context.Context, b *bench, out *section) error {
	g := &growth{b: b, out: out, charts: map[string]*chart{}}
	for _, n := range b.scale.steps {
		if b.shared != nil && b.risks > n {
			b.close()
		}
		srv, err := b.filled(ctx, n)
		if err != nil {
			return err
		}
		for _, measure := range []func(context.Context, *server, int) error{g.memory, g.filing, g.lists, g.firing, g.commands} {
			if err := measure(ctx, srv, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// growth is how measurements depend on the number of risks.
type growth struct {
	b      *bench
	out    *section
	charts map[string]*chart
}

// point adds a point to a chart.
func (g *growth) point(name, title, y, line string, risks int, value float64) {
	c := g.charts[name]
	if c == nil {
		c = &chart{name: name, title: title, y: y}
		g.charts[name] = c
		g.out.charts = append(g.out.charts, c)
	}
	c.add(line, risks, value)
}

func (g *growth) largest(n int) bool { return n == g.b.scale.steps[len(g.b.scale.steps)-1] }

// memory measures what a risk takes.
func (g *growth) memory(ctx context.Context, srv *server, n int) error {
	if err := srv.expire(ctx); err != nil {
		return err
	}
	used, err := srv.used(ctx)
	if err != nil {
		return err
	}
	g.point("memory", "Memory per risk with two timers", "bytes", "riskroom", n, float64(used)/float64(n))
	return nil
}

// filing measures filing, next to the bare script on the same server.
func (g *growth) filing(ctx context.Context, srv *server, n int) error {
	w, err := openWorld(ctx, srv, 1, 0)
	if err != nil {
		return err
	}
	defer w.close()
	bare, err := srv.bare(ctx, load{callers: 64, within: g.b.scale.round / 2})
	if err != nil {
		return err
	}
	if err := g.b.warmUp(ctx, 64, w.file); err != nil {
		return err
	}
	before, err := srv.scripts(ctx)
	if err != nil {
		return err
	}
	filed, err := w.file(ctx, load{callers: 64, calls: min(3000, g.b.scale.burst)})
	if err != nil {
		return err
	}
	after, err := srv.scripts(ctx)
	if err != nil {
		return err
	}
	each := after.minus(before).time / time.Duration(len(filed.each))
	g.point("file", "Filing, as a share of bare writes", "ratio", "riskroom", n, filed.rate()/bare.rate())
	g.point("file-cost", "Server time of filing", "µs per risk", "riskroom", n, float64(each.Nanoseconds())/1000)
	g.b.note("%d risks: %s filed, %s bare writes", n, perSecond(filed.rate()), perSecond(bare.rate()))
	return nil
}

// lists measures the first page of lists, and the writes of others meanwhile.
func (g *growth) lists(ctx context.Context, srv *server, n int) error {
	w, err := openWorld(ctx, srv, 1, 0)
	if err != nil {
		return err
	}
	defer w.close()
	var all time.Duration
	for i, a := range askings() {
		ask := func(ctx context.Context, _, _ int) error {
			_, err := w.engines[0].List(ctx, actor(7), a.q)
			return err
		}
		took, err := load{callers: 1, calls: g.b.scale.lists}.run(ctx, ask)
		if err != nil {
			return err
		}
		p50 := quantile(took.each, 0.5)
		if i == 0 {
			all = p50
		}
		g.point("lists", "The first page of a list", "ms", a.name, n, millis(p50))
		others, err := srv.onTime(ctx, 1, func() error {
			_, err := load{callers: 1, within: g.b.scale.round / 2}.run(ctx, ask)
			return err
		})
		if err != nil {
			return err
		}
		g.point("others", "Writes of other clients while one person lists", "p99 in ms", a.name, n, millis(quantile(others, 0.99)))
		if g.largest(n) {
			r := result{what: fmt.Sprintf("/risk %s, p50, %s open risks; list all", a.name, thousands(int64(n))),
				ours: inMillis(p50), peer: inMillis(all), ratio: p50.Seconds() / all.Seconds()}
			if i > 1 {
				r.required = "2"
			}
			g.out.add(r)
			g.out.add(result{what: "writes of other clients while one person asks for that", ours: late(others), required: "p99 3 ms"})
		}
	}
	return nil
}

// firing measures runs that are due at once, and lateness at a steady rate.
func (g *growth) firing(ctx context.Context, srv *server, n int) error {
	w, err := runWorld(ctx, srv, 1, 0)
	if err != nil {
		return err
	}
	defer w.close()
	burst := schedule{n: min(3000, g.b.scale.burst)}
	made, err := w.lateness(ctx, burst, nothing)
	if err != nil {
		return err
	}
	g.point("fire", "Runs that are due at the same moment", "runs started per second", "riskroom", n,
		float64(burst.n)/quantile(made.late, 1).Seconds())
	rate := g.b.scale.rates[0]
	steady := schedule{n: rate * int(g.b.scale.late.Seconds()) / 3, rate: rate}
	bare, err := srv.onTime(ctx, 1, func() (err error) { made, err = w.lateness(ctx, steady, nothing); return err })
	if err != nil {
		return err
	}
	g.point("late", "Lateness at a steady rate", "p99 in ms", "riskroom", n, millis(quantile(made.late, 0.99)))
	g.point("late", "Lateness at a steady rate", "p99 in ms", "a bare write", n, millis(quantile(bare, 0.99)))
	return nil
}

// commands measures a command over HTTP.
func (g *growth) commands(ctx context.Context, srv *server, n int) error {
	ours, err := g.b.serveChat(ctx, srv)
	if err != nil {
		return err
	}
	defer ours.stop()
	took, err := send(ctx, ours.side, ours.url, load{callers: 32, within: g.b.scale.round / 2}, commands()[0].text)
	if err != nil {
		return err
	}
	g.point("http", "/risk new over HTTP, 32 at once", "commands per second", "riskroom", n, took.rate())
	return nil
}
