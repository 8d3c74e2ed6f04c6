//go:build !linux && !darwin

package private

import (
	"errors"
	"os"
	"syscall"
)

// Elsewhere there are no such locks to hand down, and Start says so.
const supported = false

var (
	terminate = os.Kill
	errLocked = errors.New("locked")
)

func lockNow(string) (*os.File, error) { return nil, ErrSystem }

func apart() *syscall.SysProcAttr { return nil }
