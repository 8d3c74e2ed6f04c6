package rest

import (
	"context"
	"errors"
	"net/http"

	"riskroom/core"
)

// Fetch returns the content of a file on one of the configured hosts: at most
// core.MaxFile bytes. A token goes only where the caller says. A redirect is not
// followed, because it leads to a page for people. A failure has no effect.
func (c *Client) Fetch(ctx context.Context, method, url, authorization string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil || !c.Allows(req.URL) {
		return nil, c.unfetched(method, core.Invalid, "foreign_file", errors.New("the file is not on a host of the platform"))
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	a, err := c.Send(method, req)
	if e, ok := errors.AsType[*core.Error](err); ok {
		e.Effect = core.None
		return nil, e
	}
	switch {
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone || a.Status == http.StatusForbidden:
		return nil, c.unfetched(method, core.NotFound, "file_gone", nil)
	case a.Status == http.StatusTooManyRequests || a.Status >= http.StatusInternalServerError:
		e := c.unfetched(method, core.Unavailable, "no_file", nil)
		e.RetryAfter = RetryAfter(a.Header)
		return nil, e
	case a.Status != http.StatusOK:
		return nil, c.unfetched(method, core.Denied, "no_file", nil)
	case len(a.Body) > core.MaxFile:
		return nil, c.unfetched(method, core.Invalid, "file_too_large", nil)
	}
	return a.Body, nil
}

func (c *Client) unfetched(method string, kind core.Kind, detail string, cause error) *core.Error {
	return &core.Error{Op: c.Op(method), Kind: kind, Effect: core.None, Detail: detail, Err: cause}
}
