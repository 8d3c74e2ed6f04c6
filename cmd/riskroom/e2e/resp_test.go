package e2e_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The part of Redis's protocol that a proxy needs: where a command and a reply end. See
// https://redis.io/docs/latest/develop/reference/protocol-spec/.

// readReply reads one reply and returns it unchanged.
func readReply(r *bufio.Reader) ([]byte, error) {
	raw, err := r.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(raw[1:])))
	switch raw[0] {
	case '+', '-', ':':
		return raw, nil
	case '$':
		if err != nil || n < 0 {
			return raw, err
		}
		body := make([]byte, n+2)
		_, err = io.ReadFull(r, body)
		return append(raw, body...), err
	case '*':
		for i := 0; i < n && err == nil; i++ {
			var part []byte
			part, err = readReply(r)
			raw = append(raw, part...)
		}
		return raw, err
	}
	return nil, fmt.Errorf("a reply of an unknown type: %q", raw)
}

// readCommand reads one command and returns its words and its bytes.
func readCommand(r *bufio.Reader) (words []string, raw []byte, err error) {
	head, err := r.ReadBytes('\n')
	if err != nil {
		return nil, nil, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(head[1:])))
	if err != nil || head[0] != '*' {
		return nil, nil, fmt.Errorf("not a command: %q", head)
	}
	raw = head
	for range n {
		word, err := readReply(r)
		if err != nil {
			return nil, nil, err
		}
		raw = append(raw, word...)
		_, body, _ := strings.Cut(string(word), "\r\n")
		words = append(words, strings.TrimSuffix(body, "\r\n"))
	}
	return words, raw, nil
}

// redisClient sends commands to a redis-server.
type redisClient struct {
	mu   sync.Mutex
	conn net.Conn
	in   *bufio.Reader
}

func dialRedis(t testing.TB, socket string) *redisClient {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &redisClient{conn: conn, in: bufio.NewReader(conn)}
}

// do sends a command and returns the reply, a bulk string without its length.
func (c *redisClient) do(words ...string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out strings.Builder
	fmt.Fprintf(&out, "*%d\r\n", len(words))
	for _, w := range words {
		fmt.Fprintf(&out, "$%d\r\n%s\r\n", len(w), w)
	}
	if _, err := io.WriteString(c.conn, out.String()); err != nil {
		return "", err
	}
	raw, err := readReply(c.in)
	switch {
	case err != nil:
		return "", err
	case raw[0] == '-':
		return "", errors.New(strings.TrimSpace(string(raw)))
	case raw[0] == '$':
		_, body, _ := strings.Cut(string(raw), "\r\n")
		return body, nil
	}
	return string(raw), nil
}

// info returns a number from INFO.
func (c *redisClient) info(section, name string) (int, error) {
	text, err := c.do("INFO", section)
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(text, "\n"+name+":")
	if !ok {
		return 0, fmt.Errorf("INFO %s lacks %s", section, name)
	}
	value, _, _ := strings.Cut(rest, "\r")
	return strconv.Atoi(value)
}
