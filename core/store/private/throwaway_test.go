package private

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestThrowaway: the server answers, writes nothing, and is gone with its folder after Stop.
func TestThrowaway(t *testing.T) {
	t.Parallel()
	if _, err := findProgram(t.Context()); err != nil || endsWithUs() == nil {
		t.Skip("no redis-server here that can be thrown away: ", err)
	}
	s, err := StartThrowaway(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := redis.NewClient(&redis.Options{Dialer: s.Dial})
	if err := db.Set(t.Context(), "a", "1", 0).Err(); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"appendonly", "save"} {
		got := db.ConfigGet(t.Context(), name).Val()[name]
		if got != map[string]string{"appendonly": "no", "save": ""}[name] {
			t.Errorf("%s is %q", name, got)
		}
	}
	if err := errors.Join(db.Close(), s.Stop(), s.Stop()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.dir.path); !os.IsNotExist(err) {
		t.Errorf("the folder is there: %v", err)
	}
	if _, err := s.Dial(context.Background(), "", ""); err == nil {
		t.Error("the server still answers")
	}
}
