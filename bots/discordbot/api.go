package discordbot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"riskroom/core"
)

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 4 << 20

// apiError is an answer that is no success.
type apiError struct {
	method string
	status int
	code   int // Discord's, 0 for none
	wait   time.Duration
	all    bool // every call is too many; so it is where Discord's proxy answers, and not in JSON
}

func (e *apiError) Error() string {
	return fmt.Sprintf("discordbot: %s: HTTP status %d, code %d", e.method, e.status, e.code)
}

// passing tells whether the same call may go well later.
func passing(err error) bool {
	e, ok := errors.AsType[*apiError](err)
	// Unknown webhook or interaction: Discord may not have read our answer yet.
	return !ok || e.status == http.StatusTooManyRequests || e.status >= http.StatusInternalServerError || e.code == 10015 || e.code == 10008
}

// isUnknown tells whether Discord says that there is no such thing, or that the
// bot does not see it.
func isUnknown(err error) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && e.status == http.StatusNotFound
}

// isAnswered tells whether Discord says that the interaction has its first answer.
func isAnswered(err error) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && e.code == 40060
}

// send makes a call of the API, named by its operationId, decodes the answer into
// out unless that is nil, and has it counted.
func (b *Bot) send(ctx context.Context, method, verb string, path []string, query string, body, out any) error {
	err := b.exchange(ctx, method, verb, path, query, body, out)
	outcome := outcomeOK
	if err != nil {
		outcome = outcomeOf(err)
	}
	b.called(method, outcome)
	return err
}

// outcomeOf is what a failed call is counted as, in the words of core.Kind.
func outcomeOf(err error) string {
	e, ok := errors.AsType[*apiError](err)
	switch {
	case !ok || e.status >= http.StatusInternalServerError:
		return string(core.Unavailable)
	case e.status == http.StatusTooManyRequests:
		return string(core.RateLimited)
	case e.status == http.StatusUnauthorized:
		return string(core.Unauthorized)
	case e.status == http.StatusForbidden:
		return string(core.Denied)
	case e.status == http.StatusNotFound:
		return string(core.NotFound)
	}
	return string(core.Invalid)
}

// exchange makes a call. Paths may hold tokens: no error shows them.
func (b *Bot) exchange(ctx context.Context, method, verb string, path []string, query string, body, out any) error {
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			return fmt.Errorf("discordbot: %s: %w", method, err)
		}
	}
	for i, p := range path {
		path[i] = url.PathEscape(p)
	}
	at := strings.ReplaceAll(b.base+strings.Join(path, "/"), "%40", "@")
	if query != "" {
		at += "?" + query
	}
	req, err := http.NewRequestWithContext(ctx, verb, at, bytes.NewReader(payload))
	if err != nil {
		return fmt.Errorf("discordbot: %s: not a URL", method)
	}
	req.Header.Set("User-Agent", "DiscordBot (riskroom, 1)")
	if path[0] != "webhooks" && path[0] != "interactions" { // there the token is in the path
		req.Header.Set("Authorization", "Bot "+b.token)
	}
	if body != nil {
		req.Header.Set("Content-Type", typeJSON)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return fmt.Errorf("discordbot: %s: %w", method, bare(err))
	}
	defer func() { _ = resp.Body.Close() }() // all that matters was read
	said, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("discordbot: %s: %w", method, bare(err))
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		var refusal struct {
			Code   int     `json:"code"`
			After  float64 `json:"retry_after"`
			Global bool    `json:"global"`
		}
		ours := json.Unmarshal(said, &refusal) == nil // what is not JSON has no code
		return &apiError{
			method: method, status: resp.StatusCode, code: refusal.Code, wait: time.Duration(refusal.After * float64(time.Second)),
			all: refusal.Global || !ours,
		}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(said, out); err != nil {
		return fmt.Errorf("discordbot: %s: the answer cannot be read: %w", method, err)
	}
	return nil
}

// paced makes a call with the bot's token when the rate budget grants it. It is
// for what no person waits for.
func (b *Bot) paced(ctx context.Context, method, verb string, path []string, query string, body, out any) error {
	channel := ""
	if path[0] == "channels" {
		channel = path[1]
	}
	return b.budget.Spend(ctx, b.rates.Cost(b.workspace, channel, method), func(ctx context.Context) error {
		err := b.send(ctx, method, verb, path, query, body, out)
		if e, ok := errors.AsType[*apiError](err); ok && e.status == http.StatusTooManyRequests {
			return &core.Error{Op: "discord: " + method, Kind: core.RateLimited, RetryAfter: max(e.wait, time.Second), All: e.all, Detail: "http_429"}
		}
		return err
	})
}

// insist makes a call again that fails in passing: the same answer twice is
// better than none.
func insist(ctx context.Context, tries int, wait time.Duration, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		if err == nil || !passing(err) || try == tries {
			return err
		}
		if e, ok := errors.AsType[*apiError](err); ok {
			wait = max(wait, e.wait)
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return err
		}
		wait *= 2
	}
}

// bare takes the URL off an error of net/http.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
