package slack

import (
	"context"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// FetchFile implements core.Files. The file belongs to the person who uploaded it in a
// form, so its content is fetched and uploaded again: nobody else may see it before.
func (a *Adapter) FetchFile(ctx context.Context, f core.File) ([]byte, error) {
	if err := a.own("fetch file", f.Workspace); err != nil {
		return nil, err
	}
	info, err := spend(ctx, a, "files.info", func(ctx context.Context) (fileInfo, error) { return a.filesInfo(ctx, f.ID) })
	if err != nil {
		return nil, err
	}
	content, err := a.client.Fetch(ctx, info.URL)
	if err == nil && int64(len(content)) != info.Size {
		// Slack sends a page for people instead of a file that the bot may not read.
		err = &core.Error{Op: "slack: url_private", Kind: core.Denied, Detail: "no_file"}
	}
	return content, err
}

// SendFile implements core.Adapter. An upload is visible once it is completed, so only
// that call needs a probe.
func (a *Adapter) SendFile(ctx context.Context, once core.Once, g core.GroupRef, u core.Upload) error {
	if err := a.sendable("send file", g.Workspace, u.Message); err != nil {
		return err
	}
	id, err := once.Do(ctx, core.Call{
		Key:  "upload:" + u.File.ID,
		Cost: a.client.Cost("files.getUploadURLExternal"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			content, err := u.Content(ctx)
			if err != nil {
				return "", err
			}
			return a.upload(ctx, in, u.File.Name, content)
		},
	})
	if err != nil {
		return err
	}
	_, err = once.Do(ctx, core.Call{
		Key:       "share:" + u.File.ID,
		Cost:      append(a.client.Cost("files.completeUploadExternal"), a.client.PostCost(g.ID)...),
		ProbeCost: a.client.Cost("files.info"),
		Unsure:    core.Resend,
		Probe: func(ctx context.Context, _ core.Intent) (string, core.Found, error) {
			info, err := a.filesInfo(ctx, id)
			if core.KindOf(err) == core.NotFound { // not completed yet
				return "", core.No, nil
			}
			found, err := effect.Look(info.sharedIn(g.ID), true, err)
			return "", found, err
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.filesCompleteUpload(ctx, in, g.ID, id, u)
		},
	})
	return err
}
