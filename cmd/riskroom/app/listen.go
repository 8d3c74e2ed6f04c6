package app

import (
	"context"
	"errors"
	"net"
	"riskroom/core/text"
	"syscall"
)

// ErrBusy is the error of Listen if the address is in use.
var ErrBusy = errors.New("the address is in use")

// wsaAddrInUse is Windows's error for an address in use, which is not EADDRINUSE:
// https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2.
const wsaAddrInUse = syscall.Errno(10048)

// Listen opens a TCP address.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddrInUse) {
		return nil, text.NewError(text.Phrasef("%s: the address is in use", address), ErrBusy)
	}
	if err != nil {
		return nil, text.NewError(text.Phrasef("cannot listen on %s: %v", address, cause(err)), err)
	}
	return l, nil
}

// cause removes the address from an error.
func cause(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

// listenAll listens on all addresses or none.
func listenAll(ctx context.Context, addresses ...string) ([]net.Listener, error) {
	var open []net.Listener
	for _, a := range addresses {
		l, err := Listen(ctx, a)
		if err != nil {
			for _, o := range open {
				_ = o.Close()
			}
			return nil, err
		}
		open = append(open, l)
	}
	return open, nil
}
