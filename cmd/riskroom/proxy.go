package main

import (
	"fmt"
	"net/url"
	"strings"
)

// checkProxy returns an error if the environment names a proxy with an invalid URL.
// Libraries ignore an invalid URL, or take part of a password for the host if a
// character isn't escaped, and errors then show it.
func checkProxy(lookup func(string) (string, bool)) error {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		if value, _ := lookup(name); value != "" && !isProxy(value) {
			return fmt.Errorf("the environment variable %s is not the URL of a proxy: use the form http://user:password@host:3128, "+
				"and in the password, write @ as %%40, / as %%2F, ? as %%3F and # as %%23", name)
		}
	}
	return nil
}

func isProxy(value string) bool {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	return err == nil && u.Hostname() != "" && strings.Trim(u.Path, "/")+u.RawQuery+u.Fragment == ""
}
