package main

import (
	"strings"
	"testing"
)

func TestCheckProxy(t *testing.T) {
	t.Parallel()
	for proxy, fine := range map[string]bool{
		"": true, "http://proxy.example.com:3128": true, "proxy.example.com:3128": true, "socks5://127.0.0.1:1080": true,
		"http://app:hunter2@proxy.example.com:3128/": true, "app:hunter2@proxy.example.com:3128": true,
		"http://app:hun%zzter2@proxy.example.com:3128": false, "http://app:hun ter2@proxy.example.com": false,
		"http://app:12/hunter2@proxy.example.com": false, "app:12#hunter2@proxy.example.com": false, "http://:3128": false,
	} {
		err := checkProxy(lookupIn(map[string]string{"https_proxy": proxy}))
		if (err == nil) != fine {
			t.Errorf("%q: %v, want fine %v", proxy, err, fine)
		}
		if err != nil && (strings.Contains(err.Error(), "ter2") || !strings.Contains(err.Error(), "https_proxy")) {
			t.Errorf("%q: the error is %v", proxy, err)
		}
	}
}
