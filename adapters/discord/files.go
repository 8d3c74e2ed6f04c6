package discord

import (
	"context"

	"riskroom/core"
)

// FetchFile implements core.Files. Discord deletes files that were uploaded in a form
// after a while, and their URLs expire.
func (a *Adapter) FetchFile(ctx context.Context, f core.File) ([]byte, error) {
	if err := a.own("fetch file", f.Workspace); err != nil {
		return nil, err
	}
	return a.client.Fetch(ctx, f)
}

// SendFile implements core.Adapter. The file is part of a message, whose button carries
// the op.
func (a *Adapter) SendFile(ctx context.Context, once core.Once, g core.GroupRef, u core.Upload) error {
	if err := a.sendable("send file", g.Workspace, u.Message, g.ID); err != nil {
		return err
	}
	call := a.postCall("file:"+u.File.ID, g.ID, u.Message)
	call.Make = func(ctx context.Context, in core.Intent) (string, error) {
		content, err := u.Content(ctx)
		if err != nil {
			return "", err
		}
		return a.createMessageWith(ctx, in, g.ID, u, content)
	}
	_, err := once.Do(ctx, call)
	return err
}
