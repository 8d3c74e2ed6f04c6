package main

import (
	"fmt"
	"net/url"
	"strings"
)

// checkProxy reports whether the proxy that the environment names is one. The
// libraries go without one that they cannot read, and take a part of a password
// for the host where a character is not escaped, which errors then show.
func checkProxy(lookup func(string) (string, bool)) error {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		if value, _ := lookup(name); value != "" && !isProxy(value) {
			return fmt.Errorf("the environment variable %s is not the URL of a proxy: they look like http://user:password@host:3128, "+
				"and in a password %%40 stands for @, %%2F for /, %%3F for ? and %%23 for #", name)
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
