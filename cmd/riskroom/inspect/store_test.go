package inspect

import (
	"strings"
	"testing"

	"riskroom/core/store"
)

// TestWordFinding: every finding has words of its own.
func TestWordFinding(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, code := range []string{
		store.FoundEmbedded, store.FoundEviction, store.FoundVolatile, store.FoundSnapshots, store.FoundEverySec, store.FoundSyncAwaited,
		store.FoundSyncLies, store.FoundAlways, store.FoundSyncByOS, store.FoundSyncHidden, store.FoundReplica, store.FoundAlone,
		store.FoundFailover, store.FoundUnguarded, store.FoundClock, store.FoundWriteError,
		store.FoundCommands, store.FoundKeys, store.FoundChannel,
	} {
		words := WordFinding(store.Finding{Code: code, Value: "12"})
		if strings.HasPrefix(words, code) || seen[words] != "" || len(words) < 40 {
			t.Errorf("%s: %q, as %s", code, words, seen[words])
		}
		seen[words] = code
	}
}
