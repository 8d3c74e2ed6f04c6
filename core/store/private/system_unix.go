//go:build linux || darwin

package private

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

const supported = true

// terminate is the signal that asks a process to end.
const terminate = syscall.SIGTERM

var errLocked = errors.New("locked")

// lockNow opens a file and takes its lock, or returns errLocked. A process that inherits
// the file shares the lock, which ends when all of them have closed it.
func lockNow(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errLocked
	}
	return nil, fmt.Errorf("%s: %w", name, err)
}

// ownSession keeps the terminal's signals, such as Ctrl-C, from the server, which must be
// stopped last.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
