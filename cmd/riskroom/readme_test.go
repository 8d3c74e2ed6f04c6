package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"riskroom/adapters/slack"
	"riskroom/core"
)

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestReadme checks the README's scopes and commands.
func TestReadme(t *testing.T) {
	t.Parallel()
	text := readme(t)
	for _, scope := range slack.RequiredScopes(core.Uses{Addresses: true, Groups: true}) {
		needed := slices.Contains(slack.RequiredScopes(core.Uses{Addresses: true}), scope) // by minimal.yaml
		if strings.Contains(text, "`"+scope+"`") != needed {
			t.Errorf("scope %s: needed %v, but the README disagrees", scope, needed)
		}
	}
	for _, command := range []string{"go run ./cmd/riskroom demo", "go test ./..."} {
		if !strings.Contains(text, command+"\n") {
			t.Errorf("the command %q is not shown", command)
		}
	}
}

// TestReadmeTranscript checks that the demo prints the README's transcript.
func TestReadmeTranscript(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(readme(t), "```\n── ")
	shown, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("the README shows no transcript")
	}
	r := program(t.Context(), nil, "", "demo", "--play")
	printed := map[string]bool{}
	for l := range strings.Lines(undated(r.stdout)) {
		printed[l] = true
	}
	for l := range strings.Lines(undated("── " + shown)) {
		if strings.TrimSpace(l) != "..." && !printed[l] {
			t.Errorf("the demo does not print %q", l)
		}
	}
}

// undated removes what depends on the date from a transcript.
func undated(s string) string {
	s = regexp.MustCompile(`── \w+day .*`).ReplaceAllString(s, "── DAY")
	s = regexp.MustCompile(`\d{1,2} [A-Z][a-z]{2}(\s+)\d{4}`).ReplaceAllString(s, "DATE$1")
	// A day with two digits makes a card wider.
	return regexp.MustCompile(` +│|─+[┐┘]`).ReplaceAllString(s, "|")
}
