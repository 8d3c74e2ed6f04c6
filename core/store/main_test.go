package store_test

import (
	"flag"
	"os"
	"testing"

	"riskroom/core/store/storetest"
)

// TestMain has rapid try a quarter as much with the race detector. The seeds differ from one
// run to the next, and each case runs on several kinds of store.
func TestMain(m *testing.M) {
	flag.Parse()
	if p := flag.Lookup("rapid.checks"); storetest.Raced && p.Value.String() == p.DefValue {
		if err := p.Value.Set("25"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
