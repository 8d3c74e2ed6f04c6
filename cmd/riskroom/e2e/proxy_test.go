package e2e_test

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// command is a command that has passed the proxy.
type command struct {
	name  string // of the script, or of the command
	nth   int    // among those with its name, from 1
	wrote bool   // it changed Redis; set only by a recording proxy
}

// proxy is between serve and Redis. It passes on one command at a time per connection,
// so that a test can act between any two.
type proxy struct {
	addr   string
	socket string
	names  *scriptNames
	// recorder asks Redis after each command whether anything changed; it may be
	// nil.
	recorder *redisClient

	mu    sync.Mutex
	seen  map[string]int
	log   []command
	conns []net.Conn
	watch watch
}

// watch is called for every command: answered before serve gets the reply, and delivered
// after. If it returns false, the connection is dropped.
type watch struct{ answered, delivered func(command) bool }

// watchWith sets the watch.
func (p *proxy) watchWith(w watch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch = w
}

// watching returns the watch.
func (p *proxy) watching() watch {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.watch
}

// start starts the proxy.
func (p *proxy) start(t testing.TB) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr, p.seen = l.Addr().String(), map[string]int{}
	var busy sync.WaitGroup
	busy.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			busy.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.drop()
		busy.Wait()
	})
}

// drop closes every connection.
func (p *proxy) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

// passed returns all commands, in order.
func (p *proxy) passed() []command {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.log)
}

// counted returns how often each command has passed.
func (p *proxy) counted() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.seen)
}

// written returns the commands that changed Redis, in order.
func (p *proxy) written() []command {
	return slices.DeleteFunc(p.passed(), func(c command) bool { return !c.wrote })
}

func (p *proxy) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("unix", p.socket)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	p.mu.Lock()
	p.conns = append(p.conns, client, server)
	p.mu.Unlock()
	asked, answers := bufio.NewReaderSize(client, 1<<16), bufio.NewReader(server)
	for {
		if err := p.passReads(client, server, asked, answers); err != nil {
			return
		}
		words, raw, err := readCommand(asked)
		if err != nil {
			return
		}
		if strings.HasSuffix(strings.ToLower(words[0]), "subscribe") {
			p.subscribed(client, server, raw, answers)
			return
		}
		c, reply, err := p.pass(server, answers, words, raw)
		w := p.watching()
		if err != nil || w.answered != nil && !w.answered(c) {
			return
		}
		if _, err := client.Write(reply); err != nil {
			return
		}
		if w.delivered != nil && !w.delivered(c) {
			return
		}
	}
}

// looks contains the commands that read the timers, which serve sends by the dozen.
var looks = [][]byte{[]byte("*4\r\n$6\r\nzrange"), []byte("*5\r\n$6\r\nzrange"), []byte("*1\r\n$4\r\ntime\r\n")}

// passReads passes on the pending commands that read the timers, all together.
func (p *proxy) passReads(client, server net.Conn, asked, answers *bufio.Reader) error {
	var batch []byte
	n := 0
	for {
		head, err := asked.Peek(14) // no command is shorter
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(looks, func(l []byte) bool { return bytes.HasPrefix(head, l) }) {
			break
		}
		_, raw, err := readCommand(asked)
		if err != nil {
			return err
		}
		batch, n = append(batch, raw...), n+1
		if asked.Buffered() == 0 {
			break
		}
	}
	if n == 0 {
		return nil
	}
	if _, err := server.Write(batch); err != nil {
		return err
	}
	var replies []byte
	for range n {
		reply, err := readReply(answers)
		if err != nil {
			return err
		}
		replies = append(replies, reply...)
	}
	_, err := client.Write(replies)
	return err
}

// subscribed copies a connection on which the server sends messages unasked.
func (p *proxy) subscribed(client, server net.Conn, first []byte, answers io.Reader) {
	if _, err := server.Write(first); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, answers)
}

// pass passes a command on and returns the reply.
func (p *proxy) pass(server net.Conn, answers *bufio.Reader, words []string, raw []byte) (command, []byte, error) {
	if p.recorder != nil { // so that any change is this command's
		p.mu.Lock()
		defer p.mu.Unlock()
	}
	before := p.changes()
	if _, err := server.Write(raw); err != nil {
		return command{}, nil, err
	}
	reply, err := readReply(answers)
	if err != nil {
		return command{}, nil, err
	}
	if bytes.HasPrefix(reply, []byte("-NOSCRIPT")) {
		return command{}, reply, nil
	}
	c := command{name: p.names.of(words), wrote: p.changes() != before}
	if p.recorder == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
	}
	p.seen[c.name]++
	c.nth = p.seen[c.name]
	if p.recorder != nil {
		p.log = append(p.log, c)
	}
	return c, reply, nil
}

// changes returns how many changes Redis has seen.
func (p *proxy) changes() int {
	if p.recorder == nil {
		return 0
	}
	n, _ := p.recorder.info("persistence", "rdb_changes_since_last_save")
	return n
}
