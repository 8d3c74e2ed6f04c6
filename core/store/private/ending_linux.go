package private

import "syscall"

// endsWithUs has the system kill a child when this process ends, however it does.
func endsWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
}
