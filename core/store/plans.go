package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// PutFlow stores the canonical text of a flow under its hash. It is never deleted: each
// version of a flow takes some hundred bytes.
func (s *Store) PutFlow(ctx context.Context, hash string, canonical []byte) error {
	if hash == "" {
		return invalid("put flow", "hash", nil)
	}
	return s.setReplicated(ctx, "put flow", s.keys.flow(hash), canonical)
}

// Flow returns the canonical text of a flow, or NotFound.
func (s *Store) Flow(ctx context.Context, hash string) ([]byte, error) {
	b, err := s.db.Get(ctx, s.keys.flow(hash)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, refused("flow", core.NotFound, "")
	}
	return b, failed("flow", err)
}
