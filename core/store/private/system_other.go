//go:build !linux && !darwin

package private

import (
	"errors"
	"os"
	"syscall"
)

// Other systems have no locks that a child inherits, so Start fails there.
const supported = false

var (
	terminate = os.Kill
	errLocked = errors.New("locked")
)

func lockNow(string) (*os.File, error) { return nil, ErrSystem }

func ownSession() *syscall.SysProcAttr { return nil }
