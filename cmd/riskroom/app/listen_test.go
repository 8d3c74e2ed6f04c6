package app

import (
	"errors"
	"strings"
	"testing"
)

func TestListen(t *testing.T) {
	t.Parallel()
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	busy := l.Addr().String()
	if _, err := Listen(t.Context(), busy); !errors.Is(err, ErrBusy) || !strings.HasPrefix(err.Error(), busy+": ") {
		t.Errorf("a busy address: %v", err)
	}
	if _, err := Listen(t.Context(), "127.0.0.1:22:22"); err == nil || errors.Is(err, ErrBusy) {
		t.Errorf("no address: %v", err)
	}
	if _, err := listenAll(t.Context(), "127.0.0.1:0", busy); !errors.Is(err, ErrBusy) {
		t.Errorf("one of two is busy: %v", err)
	}
}
