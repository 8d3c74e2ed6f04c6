package main

import (
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkCommand measures what the program itself spends on a command, without the client,
// the network and the server: processor time, and what it allocates.
func BenchmarkCommand(b *testing.B) {
	all := &bench{scale: short(), progress: io.Discard}
	srv, err := all.server(b.Context(), "everysec")
	if err != nil {
		b.Fatal(err)
	}
	defer srv.stop()
	ours, err := all.serveChat(b.Context(), srv)
	if err != nil {
		b.Fatal(err)
	}
	defer ours.stop()
	var next atomic.Int64
	next.Store(time.Now().UnixMicro())
	for _, c := range commands() {
		b.Run(strings.ReplaceAll(strings.TrimPrefix(c.name, "/risk "), " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(c.callers)
			before, err := used(os.Getpid())
			if err != nil {
				b.Fatal(err)
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					n := next.Add(1)
					r, err := signed(b.Context(), ours.side, ours.url, n, c.text(n))
					if err != nil {
						b.Error(err)
						return
					}
					w := httptest.NewRecorder()
					ours.handler.ServeHTTP(w, r)
					if err := answered(c.text(n), w.Code, w.Body.Bytes()); err != nil {
						b.Error(err)
						return
					}
				}
			})
			after, err := used(os.Getpid())
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64((after-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}
