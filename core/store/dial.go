package store

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"riskroom/core"
)

// dial returns a client for a standalone server, a cluster, or the master that
// sentinels name.
func dial(o Options) (redis.UniversalClient, error) {
	if o.URL == "" && o.Dial == nil {
		return nil, invalid("open", "url", fmt.Errorf("no URL"))
	}
	u, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Logger != nil {
		redis.SetLogger(libraryLog{o.Logger})
	}
	if o.Dial != nil {
		u.Dialer = o.Dial
	}
	if o.Username != "" {
		u.Username = o.Username
	}
	if o.Password != "" {
		u.Password = o.Password
	}
	if o.TLS != nil {
		u.TLSConfig = o.TLS
	}
	u.Protocol = 2 // scripts return the same in both versions, and every proxy supports it
	u.ContextTimeoutEnabled = true
	u.DialTimeout, u.ReadTimeout, u.WriteTimeout = dialTimeout, ioTimeout, ioTimeout
	u.PoolTimeout, u.PoolSize, u.PipelinePoolSize = ioTimeout, poolSize, -1
	u.DialerRetries = 1
	u.MaxRetries, u.MaxRedirects = retries, redirects
	u.DisableIdentity = true
	u.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewUniversalClient(u), nil
}

// parseURL parses the address of a server. Its errors never contain the URL, which may
// hold a password.
func parseURL(raw string) (*redis.UniversalOptions, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	plain, kind, _ := strings.Cut(scheme, "-")
	bad := func(err error) (*redis.UniversalOptions, error) {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		if _, secret := secretOf(raw); secret && err != nil {
			err = nil // it may quote a part of the URL
		}
		return nil, &core.Error{Op: "store: open", Kind: core.Invalid, Detail: "url", Err: err}
	}
	switch {
	case raw == "":
		return &redis.UniversalOptions{Addrs: []string{"embedded"}}, nil
	case !ok:
		return bad(fmt.Errorf("no scheme: write it like redis://host:6379"))
	case kind == "cluster":
		c, err := redis.ParseClusterURL(plain + "://" + rest)
		if err != nil {
			return bad(err)
		}
		return &redis.UniversalOptions{Addrs: c.Addrs, Username: c.Username, Password: c.Password,
			TLSConfig: c.TLSConfig, IsClusterMode: true}, nil
	case kind == "sentinel":
		f, err := redis.ParseFailoverURL(plain + "://" + rest)
		if err != nil {
			return bad(err)
		}
		if f.MasterName == "" {
			return bad(fmt.Errorf("?master_name= is missing in a sentinel's URL"))
		}
		return &redis.UniversalOptions{Addrs: f.SentinelAddrs, MasterName: f.MasterName, DB: f.DB,
			Username: f.Username, Password: f.Password, TLSConfig: f.TLSConfig,
			SentinelUsername: f.SentinelUsername, SentinelPassword: f.SentinelPassword}, nil
	case kind != "":
		return bad(fmt.Errorf("unknown scheme %q", scheme))
	}
	one, err := redis.ParseURL(raw)
	if err != nil {
		return bad(err)
	}
	return &redis.UniversalOptions{Addrs: []string{one.Addr}, DB: one.DB, Username: one.Username,
		Password: one.Password, TLSConfig: one.TLSConfig}, nil
}

// secretOf returns the part of a URL before its host, if there is one.
func secretOf(raw string) (string, bool) {
	_, rest, _ := strings.Cut(raw, "://")
	user, _, found := strings.Cut(rest, "@")
	return user, found
}
