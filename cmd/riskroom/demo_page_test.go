package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// pageAddress matches the page's address in the demo's first line.
var pageAddress = regexp.MustCompile(`http://\S+/`)

// TestDemoPage starts the demo, then a second one on the same address, and ends the
// first with Ctrl-C. It is not parallel, because it looks for leaked goroutines.
func TestDemoPage(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, interrupt := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, []string{"demo", "--addr", "127.0.0.1:0"}, environment{
			stdin: strings.NewReader(""), stdout: in, stderr: &stderr,
			lookup: func(name string) (string, bool) { return "zh_CN.UTF-8", name == "LANG" },
		})
		_ = in.Close()
		ended <- code
	}()
	said, err := bufio.NewReader(out).ReadString('\n')
	at := pageAddress.FindString(said)
	if err != nil || !strings.Contains(said, "Ctrl-C") || at == "" {
		t.Fatalf("the demo says %q: %v; exit %d\n%s", said, err, <-ended, stderr.String())
	}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	page := fetch(t, client, at)
	if !strings.Contains(page, "<title>riskroom</title>") {
		t.Errorf("the page:\n%s", page)
	}
	for lang, send := range map[string]string{"": "发送", "en": "Send", "zh-CN": "发送"} {
		var got struct {
			Words map[string]string
			Notes map[string]map[string]string
		}
		if err := json.Unmarshal([]byte(fetch(t, client, at+"words?lang="+lang)), &got); err != nil {
			t.Fatal(err)
		}
		if got.Words["send"] != send || len(got.Notes["acme"]) != 5 {
			t.Errorf("in %q: Send is %q, and the notes on people are %v", lang, got.Words["send"], got.Notes)
		}
		for id, word := range got.Words {
			if word == "" || strings.ContainsAny(word, "!") || strings.Contains(word, "<no value>") {
				t.Errorf("in %q: %s is %q", lang, id, word)
			}
		}
	}
	// A connected browser doesn't delay the program's end.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()

	where, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	again := program(t.Context(), nil, "", "demo", "--addr", where.Host)
	if again.code != exitFailed || !strings.Contains(again.stderr, where.Host+": the address is in use") || !strings.Contains(again.stderr, "add --addr 127.0.0.1:0") {
		t.Errorf("a second demo: exit %d\n%s", again.code, again.stderr)
	}

	interrupt()
	if code := <-ended; code != exitFine || stderr.String() != "" {
		t.Errorf("after Ctrl-C: exit %d\n%s", code, stderr.String())
	}
}

func fetch(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: HTTP %d, %v\n%s", url, answer.StatusCode, err, b)
	}
	return string(b)
}

// TestDemoAddress checks that the demo only listens on this machine.
func TestDemoAddress(t *testing.T) {
	t.Parallel()
	for addr, says := range map[string]string{
		"0.0.0.0:7475":      "only this machine may reach it: use the form 127.0.0.1:7475",
		":7475":             "only this machine may reach it",
		"[::]:7475":         "only this machine may reach it",
		"192.0.2.1:80":      "only this machine may reach it",
		"risk.example.com:": "only this machine may reach it",
		"127.0.0.1":         "is not an address: use the form 127.0.0.1:7475",
		"127.0.0.1:99999":   "is not an address: use the form 127.0.0.1:7475",
	} {
		r := program(t.Context(), nil, "", "demo", "--addr", addr)
		if r.code != exitMisused || !strings.Contains(r.stderr, "--addr "+addr) || !strings.Contains(r.stderr, says) || r.stdout != "" {
			t.Errorf("--addr %s: exit %d\n%s%s", addr, r.code, r.stdout, r.stderr)
		}
	}
}
