package config

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	coretext "riskroom/core/text"
)

// reservedWorkspaces can't be names of workspaces, because a person's other keys are
// workspaces.
var reservedWorkspaces = []string{"email"}

func (l *loader) readWorkspaces() {
	l.cfg.Organisation.Workspaces = map[string]core.Workspace{}
	for _, e := range l.root.get("workspaces").list() {
		platform := e.value.get("platform")
		if !l.sound(platform) {
			continue
		}
		if slices.Contains(reservedWorkspaces, e.name) {
			l.problem(e.value.key, "name", "a workspace can't be named %q", e.name)
		}
		l.outside(Outside{Kind: OutsideWorkspace, Workspace: e.name}, e.value.key)
		settings := l.readWorkspace(e.name, e.value, l.platforms[platform.text])
		l.cfg.Organisation.Workspaces[e.name] = core.Workspace{
			Name: e.name, Platform: platform.text, Options: l.platforms[platform.text].OptionName > 0,
			OnClose: core.Dissolve(cmp.Or(settings.Values[core.OnCloseKey], string(core.DissolveArchive))),
		}
		l.cfg.Workspaces = append(l.cfg.Workspaces, settings)
	}
	l.readAdminChannel()
}

func (l *loader) readWorkspace(name string, n *node, p core.PlatformSettings) WorkspaceSettings {
	w := WorkspaceSettings{Name: name, Platform: p.Platform, Values: map[string]string{}}
	for _, s := range p.Settings {
		if v, ok := l.setting(n, s); ok && s.Key != apiURLKey {
			w.Values[s.Key] = v
		}
	}
	if p.Clash != nil {
		values := l.settings(name) // with secrets that aren't known here
		maps.Copy(values, w.Values)
		if key, why := p.Clash(values); key != "" {
			l.problem(n.get(key).at, "value", "%s: %s", key, coretext.Plain(why))
		}
	}
	if u := n.get(apiURLKey); l.sound(u) && u.text != "" {
		l.checkURL(u)
		w.APIURL = u.text
	}
	w.Rates = l.readRates(n.get("rates"))
	return w
}

// setting reads one key of a workspace and checks its pattern. It never quotes a secret.
func (l *loader) setting(n *node, s core.Setting) (string, bool) {
	if !s.Secret {
		v := n.get(s.Key)
		if !l.sound(v) {
			return "", false
		}
		if s.URL {
			l.checkURL(v)
		}
		if on, ok := v.value.(bool); s.Switch && ok {
			return strconv.FormatBool(on), true
		}
		return v.text, true
	}
	value, at, ok := l.secretValue(n, s.Key)
	if !ok || !fits(s.Pattern, value) {
		if ok {
			l.problem(at.at, "value", "the value of %s does not look like %s", s.Key, coretext.Plain(s.Form))
		}
		return "", false
	}
	return value, true
}

func (l *loader) checkURL(n *node) {
	if !webURL(n.text) {
		l.problem(n.at, "value", "%s is not an http or https URL, or contains a password", n.name())
	}
}

// fits reports whether s matches a platform's pattern. The pattern "" matches anything.
func fits(pattern, s string) bool {
	re, err := regexp.Compile(pattern)
	return err == nil && re.MatchString(s)
}

func (l *loader) readRates(n *node) Rates {
	var r Rates
	if !l.sound(n) {
		return r
	}
	if n.str() == "unlimited" {
		r.Unlimited = true
		return r
	}
	r.Methods = map[string]Rate{}
	for _, e := range n.entries {
		if !l.sound(e.value) {
			continue
		}
		if e.value.text == "unlimited" {
			r.Methods[e.name] = Rate{}
			continue
		}
		count, per, _ := strings.Cut(e.value.text, "/")
		calls, err := strconv.Atoi(count)
		d, err2 := time.ParseDuration(per)
		if err != nil || err2 != nil || d <= 0 || d > 24*time.Hour {
			l.problem(e.value.at, "value", "rate %q: expected a number of calls per time of at most a day, such as 50/1m", short(e.value.text))
			continue
		}
		r.Methods[e.name] = Rate{N: calls, Window: d}
	}
	return r
}
