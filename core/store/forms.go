package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// Limits on the forms that people have not finished.
const (
	formsOf = 8       // of one person
	maxForm = 1 << 20 // bytes: enough for a form with every field at its limit, however it is escaped
)

// KeepForm keeps a form that a person has not finished. It replaces the one with the same
// op. Only a person's last eight are kept, and they all expire when none was kept for
// that long, by real time.
func (s *Store) KeepForm(ctx context.Context, by core.Account, op string, form []byte, long time.Duration) error {
	const name = "keep form"
	switch {
	case by.IsZero() || op == "" || long <= 0:
		return invalid(name, "form", nil)
	case len(form) > maxForm:
		return invalid(name, "form", fmt.Errorf("it has %d bytes", len(form)))
	}
	_, err := s.do(ctx, name, s.call("keepform", s.keys.forms(by)).add(op, long.Milliseconds(), formsOf, string(form)))
	return err
}

// KeptForm returns a form that KeepForm kept, or NotFound.
func (s *Store) KeptForm(ctx context.Context, by core.Account, op string) ([]byte, error) {
	const name = "kept form"
	if op == "" {
		return nil, invalid(name, "form", nil)
	}
	v, err := s.db.HGet(ctx, s.keys.forms(by), op).Result()
	if errors.Is(err, redis.Nil) {
		return nil, &core.Error{Op: "store: " + name, Kind: core.NotFound}
	}
	if err != nil {
		return nil, failed(name, err)
	}
	_, form, _ := strings.Cut(v, "|")
	return []byte(form), nil
}
