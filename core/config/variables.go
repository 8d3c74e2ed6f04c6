package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	coretext "riskroom/core/text"
)

// fileSuffix ends the keys that name a file with a secret.
const fileSuffix = "_file"

// variable matches "$${", a reference, or the start of an invalid one.
var variable = regexp.MustCompile(`\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:-)([^}]*))?\}|\$\{`)

// findSecrets marks the nodes that contain secrets: the platforms' secret settings, and
// the credentials of redis.
func (l *loader) findSecrets() {
	for _, w := range l.root.get("workspaces").list() {
		for _, s := range l.platforms[w.value.get("platform").str()].Settings {
			if n := w.value.get(s.Key); s.Secret && n != nil {
				l.secret[n] = true
			}
		}
	}
	redis := l.root.get("redis")
	if n := redis.get("password"); n != nil {
		l.secret[n] = true
	}
}

// list returns the entries of a mapping. It may be called on nil.
func (n *node) list() []entry {
	if n == nil {
		return nil
	}
	return n.entries
}

// fillIn replaces references by values from the environment. A variable that is used for
// a secret can't be used anywhere else.
func (l *loader) fillIn() {
	private := map[string]bool{}
	for n := range l.secret {
		for _, name := range variables(n) {
			private[name] = true
		}
	}
	redisURL := l.root.get("redis").get("url")
	for _, name := range variables(redisURL) {
		private[name] = true
	}
	l.checkPassword(redisURL)
	l.root.walk(func(n *node) {
		if !n.isString() || !strings.Contains(n.text, "${") {
			return
		}
		for _, name := range variables(n) {
			if private[name] && !l.secret[n] && n != redisURL {
				l.bad[n] = true
				l.problem(n.spot(l.src, strings.Index(n.text, "${"+name)), "secret", "%s holds a secret and can only be used in secret fields", name)
				return
			}
		}
		l.expand(n)
	})
}

// variables returns the names that a text refers to.
func variables(n *node) []string {
	var names []string
	if n.isString() {
		for _, m := range variable.FindAllStringSubmatch(n.text, -1) {
			if m[1] != "" && !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
	}
	return names
}

// checkPassword reports a literal password in a URL.
func (l *loader) checkPassword(n *node) {
	if !n.isString() {
		return
	}
	m := urlSecret.FindStringSubmatch(n.text)
	if m == nil || wholeReference.MatchString(m[2]) {
		return
	}
	l.bad[n] = true
	p := l.problem(n.at, "secret", "%s contains a literal password", n.name())
	p.hint("put the whole URL, or the password alone as ${NAME}, into the environment")
}

// expand fills in the references of one text. If one is missing, the node's value is
// unknown.
func (l *loader) expand(n *node) {
	var b strings.Builder
	last, first := 0, -1
	text := n.text
	for _, m := range variable.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[last:m[0]])
		last = m[1]
		if first < 0 {
			first = m[0]
		}
		switch {
		case text[m[0]:m[1]] == "$${":
			b.WriteString("${")
			continue
		case m[2] < 0:
			l.bad[n] = true
			p := l.problem(n.spot(l.src, m[0]), "env", "this is not a valid reference to the environment")
			p.hint("write ${NAME} or ${NAME:-default}; $${ stands for ${")
			return
		}
		name := text[m[2]:m[3]]
		value, ok := l.env(name)
		if !ok && m[4] >= 0 {
			value, ok = text[m[6]:m[7]], true
		}
		if !ok {
			value, ok = l.absent(n, n.spot(l.src, m[0]), name, coretext.Phrasef("the environment variable %s is not set", name))
		}
		if !ok {
			return
		}
		b.WriteString(value)
	}
	if first >= 0 {
		b.WriteString(text[last:])
		n.text, n.changed = b.String(), first
	}
}

// env returns a variable. An empty one counts as not set.
func (l *loader) env(name string) (string, bool) {
	if l.o.Env == nil {
		return "", false
	}
	v, ok := l.o.Env(name)
	return v, ok && v != ""
}

// absent handles a missing value according to Options.Unset.
func (l *loader) absent(n *node, at place, name string, say coretext.Phrase) (value string, ok bool) {
	switch l.o.Unset {
	case UnsetIsFilled:
		if l.o.Fill != nil {
			return l.o.Fill(l.blank(n, name)), true
		}
		return "", true
	case UnsetIsWarning:
		l.warning(at, "env", "%s", say)
	default:
		l.problem(at, "env", "%s", say)
	}
	l.bad[n] = true
	return "", false
}

func (l *loader) blank(n *node, name string) Blank {
	b := Blank{Variable: name}
	if len(n.path) == 0 {
		return b
	}
	b.Setting.Key = strings.TrimSuffix(n.path[len(n.path)-1], fileSuffix)
	if len(n.path) == 3 && n.path[0] == "workspaces" {
		b.Workspace = n.path[1]
		b.Platform = l.root.get("workspaces").get(b.Workspace).get("platform").str()
		for _, s := range l.platforms[b.Platform].Settings {
			if s.Key == b.Setting.Key {
				b.Setting = s
			}
		}
	}
	return b
}

// secretValue reads a secret from its key or from the file that key_file names. ok is
// false if it is left out, unknown, or already reported.
func (l *loader) secretValue(in *node, key string) (value string, at *node, ok bool) {
	direct, file := in.get(key), in.get(key+fileSuffix)
	switch {
	case direct != nil && file != nil:
		l.problem(file.key, "conflicting-key", "%s and %s are both given", key, key+fileSuffix)
		return "", file, false
	case l.sound(direct):
		return direct.text, direct, true
	case !l.sound(file) || !file.isString():
		return "", nil, false
	}
	if l.o.ReadFile != nil {
		b, err := l.o.ReadFile(file.text)
		if s := strings.TrimSpace(string(b)); err == nil && s != "" {
			return s, file, true
		}
	}
	value, ok = l.absent(file, file.at, file.text, coretext.Phrasef("the file of %s cannot be read, or is empty", key))
	return value, file, ok
}

// webURL reports whether s is an http or https URL without a password.
func webURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}
