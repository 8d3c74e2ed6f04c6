package api

import (
	"bytes"
	"context"
	"net/http"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// Fetch returns the content of a file, at its url_private. See
// https://docs.slack.dev/messaging/working-with-files.
func (c *Client) Fetch(ctx context.Context, url string) ([]byte, error) {
	const method = "url_private"
	content, err := c.http.Fetch(ctx, method, url, "Bearer "+c.token)
	c.count(method, err)
	return content, err
}

// Upload sends the content of a file to the URL that files.getUploadURLExternal returned.
// Nobody sees the file before files.completeUploadExternal.
func (c *Client) Upload(ctx context.Context, uploadURL string, content []byte) error {
	const method = "upload_url"
	err := c.upload(ctx, method, uploadURL, content)
	c.count(method, err)
	return err
}

func (c *Client) upload(ctx context.Context, method, uploadURL string, content []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, uploadURL, bytes.NewReader(content))
	if err != nil {
		return &core.Error{Op: rest.Op(Platform, method), Kind: core.Unavailable, Effect: core.None, Detail: "bad_answer"}
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	a, err := c.http.Send(method, req)
	if err != nil || a.Status == http.StatusOK && bytes.HasPrefix(a.Body, []byte("OK")) {
		return err
	}
	return c.answerError(method, a)
}

// count counts a call.
func (c *Client) count(method string, err error) {
	outcome := "ok"
	if err != nil {
		outcome = string(core.KindOf(err))
	}
	c.observe(method, outcome)
}
