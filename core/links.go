package core

import (
	"net/url"
	"regexp"
	"strings"
)

// webAddress matches what may be a web address in prose. It is ASCII only: in Chinese,
// the next word may follow it without a blank.
var webAddress = regexp.MustCompile(`(?i)\bhttps?://[a-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+`)

// Linked returns a text that a person typed, with its web addresses as links to
// themselves. Everything else stays plain.
func Linked(text string) []Span {
	var out []Span
	done := 0
	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		address := trimAddress(text[at[0]:at[1]])
		end := at[0] + len(address)
		u, err := url.Parse(address)
		if err != nil || u.Hostname() == "" || u.User != nil || strings.HasPrefix(text[end:], "…") {
			continue // "…": it was cut
		}
		if at[0] > done {
			out = append(out, Plain(text[done:at[0]]))
		}
		out = append(out, Hyperlink(address, address))
		done = end
	}
	if done < len(text) {
		out = append(out, Plain(text[done:]))
	}
	return out
}

// trimAddress removes what ends the sentence around an address: punctuation, and a
// bracket that wasn't opened in it.
func trimAddress(s string) string {
	for {
		short := strings.TrimRight(s, ".,;:!?'*~_")
		for _, pair := range []string{"()", "[]"} {
			if strings.HasSuffix(short, pair[1:]) && strings.Count(short, pair[1:]) > strings.Count(short, pair[:1]) {
				short = short[:len(short)-1]
			}
		}
		if short == s {
			return s
		}
		s = short
	}
}
