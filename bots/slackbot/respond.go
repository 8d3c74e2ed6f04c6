package slackbot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"riskroom/bots"
	"riskroom/core"
)

// answer is a message for one person: the body of the answer to a command, or
// what goes to a response_url. See
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
type answer struct {
	ResponseType    string        `json:"response_type"`
	Text            string        `json:"text"`
	Blocks          []slack.Block `json:"blocks,omitempty"`
	ReplaceOriginal bool          `json:"replace_original"`
}

// message lays a reply out as a message for its reader alone.
func (b *Bot) message(r bots.Reply) answer {
	a := answer{ResponseType: "ephemeral", Text: b.render.Fallback(core.Message{Text: r.Text, Card: r.Card})}
	a.Blocks = append(a.Blocks, b.render.Blocks(core.Message{Text: r.Text}, "")...)
	if len(r.List) > 0 {
		var items []slack.RichTextElement
		for _, line := range r.List {
			items = append(items, slack.NewRichTextSection(b.render.Spans(line)...))
		}
		a.Blocks = append(a.Blocks, slack.NewRichTextBlock("", slack.NewRichTextList(slack.RTEListBullet, 0, items...)))
	}
	if r.Card != nil {
		a.Blocks = append(a.Blocks, b.render.Card(*r.Card)...)
	}
	return a
}

// says tells whether a reply has anything to show as a message.
func says(r bots.Reply) bool { return len(r.Text) > 0 || len(r.List) > 0 || r.Card != nil }

// later returns how a reply is shown through a response_url, nil if it leads
// elsewhere than to Slack.
func (b *Bot) later(responseURL string) bots.Later {
	u, err := url.Parse(responseURL)
	if err != nil || u.User != nil || !slices.Contains(b.origins, u.Scheme+"://"+u.Host) {
		if responseURL != "" {
			b.log.Warn("slackbot: a response_url leads elsewhere than allowed")
		}
		return nil
	}
	return func(ctx context.Context, r bots.Reply) error {
		if !says(r) {
			return nil
		}
		body, err := json.Marshal(b.message(r))
		if err != nil {
			return fmt.Errorf("slackbot: response_url: %w", err)
		}
		return b.insist(ctx, responseURL, body)
	}
}

// A response_url takes five answers in half an hour.
const responseTries = 3

// insist posts to a response_url, again if that fails in passing: the same
// answer twice is better than none.
func (b *Bot) insist(ctx context.Context, responseURL string, body []byte) error {
	wait := 500 * time.Millisecond
	for try := 1; ; try++ {
		again, err := b.respond(ctx, responseURL, body)
		if err == nil || !again || try == responseTries {
			return err
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

// respond posts to a response_url once. The URL is a secret: no error shows it.
func (b *Bot) respond(ctx context.Context, responseURL string, body []byte) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, responseURL, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("slackbot: response_url: not a URL")
	}
	req.Header.Set("Content-Type", typeJSON)
	resp, err := b.http.Do(req)
	if err != nil {
		return true, fmt.Errorf("slackbot: response_url: %w", bare(err))
	}
	defer func() { _ = resp.Body.Close() }() // all that matters was read
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	switch {
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError:
		return true, fmt.Errorf("slackbot: response_url: HTTP status %d", resp.StatusCode)
	case resp.StatusCode != http.StatusOK:
		return false, fmt.Errorf("slackbot: response_url: HTTP status %d", resp.StatusCode)
	}
	var refusal struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(said, &refusal) == nil && refusal.OK != nil && !*refusal.OK {
		return false, fmt.Errorf("slackbot: response_url: %s", refusal.Error)
	}
	return false, nil
}

// tell shows a reply through later without keeping the request waiting, unless
// too many replies are being shown already. It tells whether the reply is shown,
// as far as that is known.
func (b *Bot) tell(ctx context.Context, later bots.Later, r bots.Reply) bool {
	show := func(ctx context.Context) bool {
		err := later(ctx, r)
		if err != nil {
			b.log.Warn("slackbot: an answer could not be shown", "error", err)
		}
		return err == nil
	}
	select {
	case b.slots <- struct{}{}:
	default:
		return show(ctx)
	}
	b.telling.Go(func() {
		defer func() { <-b.slots }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 4*callTimeout)
		defer cancel()
		show(ctx)
	})
	return true
}

// bare takes the URL off an error of net/http.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// maxAnswer is how much of an answer of Slack is read, in bytes.
const maxAnswer = 4 << 20

// capped is a way to Slack whose answers end with an error at maxAnswer: the
// library reads them to their end.
type capped struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxAnswer)
	return resp, nil
}

// CloseIdleConnections is what http.Client looks for.
func (c capped) CloseIdleConnections() {
	if t, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
