package inspect

import (
	"strings"
	"testing"

	"riskroom/core/store"
)

// TestFindingText checks that every finding has its own text.
func TestFindingText(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, code := range []string{
		store.FoundEmbedded, store.FoundEviction, store.FoundVolatile, store.FoundSnapshots, store.FoundEverySec, store.FoundSyncAwaited,
		store.FoundSyncLies, store.FoundAlways, store.FoundSyncByOS, store.FoundSyncHidden, store.FoundReplica, store.FoundAlone,
		store.FoundFailover, store.FoundUnguarded, store.FoundClock, store.FoundWriteError,
		store.FoundCommands, store.FoundKeys, store.FoundChannel,
	} {
		words := FindingText(store.Finding{Code: code, Value: "12"}).String()
		if strings.HasPrefix(words, code) || seen[words] != "" || len(words) < 40 {
			t.Errorf("%s: %q, as %s", code, words, seen[words])
		}
		seen[words] = code
	}
}
