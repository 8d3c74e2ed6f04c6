package api

import (
	"context"

	"riskroom/core"
)

// Fetch returns the content of an attachment. Its URL carries a signature that expires,
// and needs no token.
func (c *Client) Fetch(ctx context.Context, f core.File) ([]byte, error) {
	const method = "attachment"
	content, err := c.http.Fetch(ctx, method, f.URL, "")
	c.count(method, err)
	return content, err
}

// count counts a call.
func (c *Client) count(method string, err error) {
	outcome := "ok"
	if err != nil {
		outcome = string(core.KindOf(err))
	}
	c.observe(method, outcome)
}
