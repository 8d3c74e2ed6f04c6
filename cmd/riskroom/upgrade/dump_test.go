package upgrade_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// The files of a dump: the commands that rebuild the database, and the requests that
// rebuild the workspaces, one a line.
const (
	storeFile     = "store.jsonl"
	platformsFile = "platforms.jsonl"
)

func client(t *testing.T, at string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(at)
	if err != nil {
		t.Fatal(err)
	}
	db := redis.NewClient(o)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// dump returns the commands that rebuild the database.
func dump(t *testing.T, db *redis.Client) [][]string {
	t.Helper()
	ctx := t.Context()
	keys, err := db.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	var out [][]string
	for _, key := range keys {
		made, err := commands(ctx, db, key)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		out = append(out, made...)
		left, err := db.PTTL(ctx, key).Result()
		if err != nil {
			t.Fatal(err)
		}
		if left > 0 {
			out = append(out, []string{"PEXPIRE", key, strconv.FormatInt(left.Milliseconds(), 10)})
		}
	}
	return out
}

// commands returns the commands that rebuild one key.
func commands(ctx context.Context, db *redis.Client, key string) ([][]string, error) {
	kind, err := db.Type(ctx, key).Result()
	if err != nil {
		return nil, err
	}
	switch kind {
	case "string":
		v, err := db.Get(ctx, key).Result()
		return [][]string{{"SET", key, v}}, err
	case "hash":
		all, err := db.HGetAll(ctx, key).Result()
		c := []string{"HSET", key}
		for _, f := range slices.Sorted(maps.Keys(all)) {
			c = append(c, f, all[f])
		}
		return [][]string{c}, err
	case "set":
		all, err := db.SMembers(ctx, key).Result()
		slices.Sort(all)
		return [][]string{append([]string{"SADD", key}, all...)}, err
	case "list":
		all, err := db.LRange(ctx, key, 0, -1).Result()
		return [][]string{append([]string{"RPUSH", key}, all...)}, err
	case "zset":
		all, err := db.ZRangeWithScores(ctx, key, 0, -1).Result()
		c := []string{"ZADD", key}
		for _, z := range all {
			c = append(c, strconv.FormatFloat(z.Score, 'f', -1, 64), z.Member.(string))
		}
		return [][]string{c}, err
	case "stream":
		all, err := db.XRange(ctx, key, "-", "+").Result()
		var out [][]string
		for _, m := range all {
			c := []string{"XADD", key, m.ID}
			values := map[string]string{}
			for f, v := range m.Values {
				values[f] = v.(string)
			}
			for _, f := range slices.Sorted(maps.Keys(values)) {
				c = append(c, f, values[f])
			}
			out = append(out, c)
		}
		return out, err
	}
	return nil, errUnknown(kind)
}

type errUnknown string

func (e errUnknown) Error() string { return "type " + string(e) }

// restore loads the dump into an empty database, with the new IDs.
func restore(t *testing.T, db *redis.Client, ids *strings.Replacer) {
	t.Helper()
	for c := range readLines[[]any](t, storeFile, ids) {
		if err := db.Do(t.Context(), c...).Err(); err != nil {
			t.Fatalf("%v: %v", c, err)
		}
	}
}

// readLines yields each line of a file of the dump, with the new IDs.
func readLines[T any](t *testing.T, file string, ids *strings.Replacer) func(func(T) bool) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(T) bool) {
		sc := bufio.NewScanner(bytes.NewReader(raw))
		sc.Buffer(nil, 1<<20)
		for sc.Scan() {
			line := sc.Text()
			if ids != nil {
				line = ids.Replace(line)
			}
			var v T
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatal(err)
			}
			if !yield(v) {
				return
			}
		}
	}
}

// writeLines writes a file that readLines reads.
func writeLines[T any](t *testing.T, file string, all []T) {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, v := range all {
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
