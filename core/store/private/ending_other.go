//go:build !linux

package private

import "syscall"

// endsWithUs returns nil: other systems can't kill a child when its parent ends.
func endsWithUs() *syscall.SysProcAttr { return nil }
