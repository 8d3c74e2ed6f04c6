package slackbot

import (
	"cmp"
	"context"
	"sync"
	"time"

	"riskroom/adapters/rest"
)

// reader is what is known of somebody who reads.
type reader struct {
	name string
	lang string
	zone *time.Location
}

const (
	readerFor     = 10 * time.Minute
	strangerFor   = 30 * time.Second // after a failure
	readerWithin  = 400 * time.Millisecond
	maxRemembered = 10_000
)

// readers remembers people's languages and zones.
type readers struct {
	ask func(ctx context.Context, user string) (reader, error)

	mu   sync.Mutex
	told map[string]remembered
}

type remembered struct {
	reader
	until time.Time
}

func newReaders(ask func(ctx context.Context, user string) (reader, error)) *readers {
	return &readers{ask: ask, told: make(map[string]remembered)}
}

// of returns what is known of a person. If Slack does not tell at once, nothing
// is: the answer is then in the organisation's language.
func (rs *readers) of(ctx context.Context, user string) reader {
	rs.mu.Lock()
	r, ok := rs.told[user]
	rs.mu.Unlock()
	if ok && time.Now().Before(r.until) {
		return r.reader
	}
	ctx, cancel := context.WithTimeout(ctx, readerWithin)
	defer cancel()
	found, err := rs.ask(ctx, user)
	keep := readerFor
	if err != nil {
		found, keep = r.reader, strangerFor // what was known before is still likely
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if len(rs.told) >= maxRemembered {
		clear(rs.told)
	}
	rs.told[user] = remembered{reader: found, until: time.Now().Add(keep)}
	return found
}

// known is what is remembered of a person, however old; nobody is asked.
func (rs *readers) known(user string) reader {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.told[user].reader
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
