package e2e_test

import (
	"crypto/sha1"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// scriptNames finds the names of scripts by their hash or, the first time that a server
// sees one, by their text.
type scriptNames struct {
	bodies map[string]string // file to name

	mu     sync.Mutex
	byHash map[string]string
}

func readScriptNames(t testing.TB) *scriptNames {
	t.Helper()
	files, err := filepath.Glob("../../../core/store/scripts/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatalf("the store's scripts are not where they were: %v", err)
	}
	s := &scriptNames{bodies: map[string]string{}, byHash: map[string]string{}}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		s.bodies[string(body)] = strings.TrimSuffix(filepath.Base(f), ".lua")
	}
	return s
}

// of returns a command's name.
func (s *scriptNames) of(words []string) string {
	verb := strings.ToUpper(words[0])
	s.mu.Lock()
	defer s.mu.Unlock()
	switch verb {
	case "EVALSHA":
		if name := s.byHash[words[1]]; name != "" {
			return name
		}
	case "EVAL":
		sum := sha1.Sum([]byte(words[1]))
		for body, name := range s.bodies {
			if strings.HasSuffix(words[1], body) {
				s.byHash[hex.EncodeToString(sum[:])] = name
				return name
			}
		}
	}
	return verb
}
