package config

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
)

// Defaults.
const (
	defaultLanguage    = "en"
	defaultDayStart    = 9 * time.Hour
	defaultCommand     = "/risk"
	defaultPrefix      = "R"
	defaultInstance    = "riskroom"
	defaultDataDir     = "./data"
	defaultCallTimeout = 10 * time.Second
	defaultSettle      = 5 * time.Second
)

// Bounds of call_timeout and settle.
const (
	minPatience = time.Millisecond
	maxPatience = 2 * time.Minute
)

// readBasics reads the scalars at the top and redis.
func (l *loader) readBasics() {
	org := &l.cfg.Organisation
	org.Zone = l.zone(l.root.get("timezone"))
	org.Language = l.or("language", defaultLanguage)
	org.DayStartsAt = defaultDayStart
	if n := l.root.get("day_starts_at"); l.sound(n) {
		org.DayStartsAt = clock(n.text)
	}
	org.Command = l.or("command", defaultCommand)
	org.KeyPrefix = l.or("risk_prefix", defaultPrefix)
	if n := l.root.get("attachments"); l.sound(n) {
		org.Attachments, _ = n.value.(bool)
	}
	l.cfg.Instance = l.or("instance", defaultInstance)
	l.cfg.DataDir = l.or("data_dir", defaultDataDir)
	l.cfg.Durability = Durability(l.or("durability", string(Standard)))
	l.cfg.CallTimeout = l.patience("call_timeout", defaultCallTimeout)
	l.cfg.Settle = l.patience("settle", defaultSettle)
	l.readRedis(l.root.get("redis"))
	if n := l.root.get("close_group").get("after"); l.sound(n) {
		// Another text than the schema allows is 0 and has been reported.
		org.CloseAfter, _ = strconv.Atoi(strings.TrimSuffix(n.text, "d"))
	}
}

// or returns the text of a top-level key, or otherwise if it is missing.
func (l *loader) or(key, otherwise string) string {
	if n := l.root.get(key); l.sound(n) && n.str() != "" {
		return n.text
	}
	return otherwise
}

// zone loads a time zone. "Local" is refused, because a file must mean the same on
// every machine.
func (l *loader) zone(n *node) *time.Location {
	if !l.sound(n) || n.text == "" {
		return time.UTC
	}
	z, err := time.LoadLocation(n.text)
	if err != nil || n.text == "Local" {
		p := l.problem(n.at, "zone", "unknown time zone %q", short(n.text))
		p.hint("write an IANA name such as Asia/Shanghai or Europe/Berlin")
		return time.UTC
	}
	return z
}

// clock parses a time of day that matches flow.ClockPattern.
func clock(s string) time.Duration {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return defaultDayStart
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

func (l *loader) patience(key string, otherwise time.Duration) time.Duration {
	n := l.root.get(key)
	if !l.sound(n) || n.text == "" {
		return otherwise
	}
	d, err := time.ParseDuration(n.text)
	if err != nil || d < minPatience || d > maxPatience {
		l.problem(n.at, "value", "%s %q: expected a duration from %v to %v", key, short(n.text), minPatience, maxPatience)
		return otherwise
	}
	return d
}

func (l *loader) readRedis(n *node) {
	r := &l.cfg.Redis
	r.Mode, r.Prefix = Standalone, defaultInstance
	r.Private = n == nil
	if n == nil || n.kind != mapNode {
		return
	}
	if m := n.get("mode"); l.sound(m) {
		r.Mode = RedisMode(m.text)
	}
	if m := n.get("prefix"); l.sound(m) && m.text != "" {
		r.Prefix = m.text
	}
	if m := n.get("username"); l.sound(m) {
		r.Username = m.text
	}
	r.Password, _, _ = l.secretValue(n, "password")
	m := n.get("url")
	if m == nil && l.sound(n) {
		l.problem(n.key, "missing-key", "redis needs the key url")
	}
	if !l.sound(m) || m.text == "" {
		return
	}
	if !isRedisURL(m.text) {
		p := l.problem(m.at, "value", "the url of redis is not a valid URL")
		p.hint("write redis://host:6379/0, rediss:// for TLS, or unix:///path; in a password %%40 stands for @, %%2F for /, %%3F for ?, %%23 for #")
		return
	}
	if r.Mode == Sentinel && !namesMaster(m.text) {
		l.problem(m.at, "value", "the url of sentinels has no master name").hint("add ?master_name=NAME at its end")
		return
	}
	r.URL = m.text
}

func isRedisURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" && u.Scheme != "unix" {
		return false
	}
	// If the password contains a /, url.Parse takes a part of it for the host and
	// the rest for a path. Errors would show both.
	if at := strings.LastIndex(s, "@"); at >= 0 && !strings.HasPrefix(s[at+1:], u.Host) {
		return false
	}
	database := strings.Trim(u.Path, "/")
	_, err = strconv.ParseUint(database, 10, 16)
	return u.Scheme == "unix" || (u.Scheme == "redis" || u.Scheme == "rediss") && (database == "" || err == nil)
}

func namesMaster(redisURL string) bool {
	u, err := url.Parse(redisURL)
	return err == nil && u.Query().Get("master_name") != ""
}

// readAdminChannel needs the workspaces.
func (l *loader) readAdminChannel() {
	n := l.root.get("admin_channel")
	if !l.sound(n) {
		return
	}
	w, c := n.get("workspace"), n.get("channel")
	if !l.sound(w) || !l.knownWorkspace(whole(w), w.text) {
		return
	}
	if l.sound(c) && l.channelFits(whole(c), w.text, c.text) {
		l.outside(Outside{Kind: OutsideAdmins, Workspace: w.text, Name: c.text}, c.at)
		l.cfg.Organisation.AdminChannel = core.GroupRef{Workspace: w.text, ID: c.text}
	}
}

// labels reads a text or one per language.
func (l *loader) labels(n *node, key string) map[string]string {
	lang := l.cfg.Organisation.Language
	if n == nil {
		return map[string]string{lang: key}
	}
	if n.isString() {
		return map[string]string{lang: n.text}
	}
	out := map[string]string{}
	for _, e := range n.entries {
		if s := strings.TrimSpace(e.value.str()); s != "" {
			out[e.name] = s
		}
	}
	if len(out) == 0 {
		out[lang] = key
	}
	return out
}

// formatClock formats a time of day for clock.
func formatClock(d time.Duration) string {
	return time.Time{}.Add(d).Format("15:04")
}
