package slackbot

import (
	"cmp"
	"context"
	"sync"
	"time"

	"riskroom/adapters/rest"
)

// reader is what is known about a person who reads replies.
type reader struct {
	name string
	lang string
	zone *time.Location
}

const (
	readerFor     = 10 * time.Minute
	failureFor    = 30 * time.Second // after a failure
	readerWithin  = 400 * time.Millisecond
	maxRemembered = 10_000
)

// readers caches people's languages and zones.
type readers struct {
	ask func(ctx context.Context, user string) (reader, error)

	mu     sync.Mutex
	cached map[string]remembered
}

type remembered struct {
	reader
	until time.Time
}

func newReaders(ask func(ctx context.Context, user string) (reader, error)) *readers {
	return &readers{ask: ask, cached: make(map[string]remembered)}
}

// of returns what is known about a person. If Slack doesn't answer at once, the
// cached value is used, or the zero reader: the reply is then in the
// organisation's language.
func (rs *readers) of(ctx context.Context, user string) reader {
	rs.mu.Lock()
	r, ok := rs.cached[user]
	rs.mu.Unlock()
	if ok && time.Now().Before(r.until) {
		return r.reader
	}
	ctx, cancel := context.WithTimeout(ctx, readerWithin)
	defer cancel()
	found, err := rs.ask(ctx, user)
	keep := readerFor
	if err != nil {
		found, keep = r.reader, failureFor // the old value is probably still right
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if len(rs.cached) >= maxRemembered {
		clear(rs.cached)
	}
	rs.cached[user] = remembered{reader: found, until: time.Now().Add(keep)}
	return found
}

// known returns the cached value for a person, however old.
func (rs *readers) known(user string) reader {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.cached[user].reader
}

// usersInfo asks Slack about a person. See
// https://docs.slack.dev/reference/methods/users.info.
func (b *Bot) usersInfo(ctx context.Context, user string) (reader, error) {
	return call(ctx, b, "users.info", func(ctx context.Context) (reader, error) {
		u, err := b.api.Web().GetUserInfoContext(ctx, user)
		if err != nil {
			return reader{}, err
		}
		if u.ID == "" {
			return reader{}, rest.ErrIncomplete
		}
		r := reader{name: cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name), lang: u.Locale}
		if zone, err := time.LoadLocation(u.TZ); err == nil && u.TZ != "" {
			r.zone = zone
		}
		return r, nil
	})
}
