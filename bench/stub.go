package main

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"riskroom/core"
)

var errNotMeasured = errors.New("not part of the benchmark")

// stub is a platform that does at once what it is told. It is safe for concurrent use.
type stub struct {
	sent atomic.Int64
	// made is called with the text of each message when the platform is called.
	made atomic.Pointer[func(text string)]
}

var _ core.Platform = (*stub)(nil)

// Capabilities implements core.Adapter.
func (*stub) Capabilities() core.Capabilities { return core.Capabilities{Platform: "slack"} }

// SendMessage implements core.Adapter.
func (s *stub) SendMessage(ctx context.Context, once core.Once, to core.Account, m core.Message) (core.MessageRef, error) {
	id, err := once.Do(ctx, core.Call{
		Key: "send", Unsure: core.Resend,
		Probe: func(context.Context, core.Intent) (string, core.Found, error) { return "", core.No, nil },
		Make: func(context.Context, core.Intent) (string, error) {
			if made := s.made.Load(); made != nil {
				(*made)(core.Text(m.Text))
			}
			return strconv.FormatInt(s.sent.Add(1), 10), nil
		},
	})
	return core.MessageRef{Workspace: to.Workspace, Channel: "D", ID: id}, err
}

// CreateGroup implements core.Adapter.
func (*stub) CreateGroup(context.Context, core.Once, core.GroupSpec) (core.Group, error) {
	return core.Group{}, errNotMeasured
}

// SendGroupMessage implements core.Adapter.
func (*stub) SendGroupMessage(context.Context, core.Once, core.GroupRef, core.Message) (core.MessageRef, error) {
	return core.MessageRef{}, errNotMeasured
}

// SetGroup implements core.Adapter.
func (*stub) SetGroup(context.Context, core.Once, core.GroupRef, core.GroupChange) (core.Report, error) {
	return core.Report{}, errNotMeasured
}

// EditMessage implements core.Adapter.
func (*stub) EditMessage(context.Context, core.Once, core.MessageRef, core.Message) error {
	return errNotMeasured
}

// SendFile implements core.Adapter.
func (*stub) SendFile(context.Context, core.Once, core.GroupRef, core.Upload) error {
	return errNotMeasured
}

// Find implements core.Directory.
func (*stub) Find(_ context.Context, who core.Lookup) (core.Profile, error) {
	return core.Profile{Account: core.Account{Workspace: workspace, ID: who.ID}, Name: who.ID, Locale: "en"}, nil
}

// Expand implements core.Directory.
func (*stub) Expand(context.Context, string) ([]core.Account, error) { return nil, nil }

// Group implements core.Directory.
func (*stub) Group(context.Context, string) (core.UserGroup, error) { return core.UserGroup{}, nil }

// LookGroup implements core.Looker.
func (*stub) LookGroup(context.Context, core.GroupRef) (core.GroupState, error) {
	return core.GroupState{}, nil
}

// Members implements core.Looker.
func (*stub) Members(context.Context, core.GroupRef, int) ([]core.Account, error) {
	return nil, errNotMeasured
}

// LastPersonMessage implements core.Looker.
func (*stub) LastPersonMessage(context.Context, core.MessageRef) (time.Time, error) {
	return time.Time{}, errNotMeasured
}

// FetchFile implements core.Files.
func (*stub) FetchFile(context.Context, core.File) ([]byte, error) { return nil, errNotMeasured }
