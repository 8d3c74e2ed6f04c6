package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"riskroom/adapters/slack/emulator"
	"riskroom/cmd/riskroom/app"
	"riskroom/core/store"
)

// asked is a command as people give it.
type asked struct {
	name    string
	callers int
	text    func(n int64) string
	targets [2]result // of throughput and of p99
}

func commands() []asked {
	file := func(n int64) string { return fmt.Sprintf("new Ledger is off by one %d module:%s", n, module) }
	same := func(text string) func(int64) string { return func(int64) string { return text } }
	return []asked{
		{name: "/risk new, 32 at once", callers: 32, text: file, targets: [2]result{{required: "0.35", stretch: "0.6"}, {required: "3", stretch: "2"}}},
		{name: "/risk new, one after the other", callers: 1, text: file},
		{name: "/risk help, 32 at once", callers: 32, text: same("help")},
		{name: "/risk show, 32 at once", callers: 32, text: same("show R-1")},
		{name: "/risk mine, 32 at once", callers: 32, text: same("mine")},
	}
}

// rowHTTP sends signed slash commands and waits for the reply, next to an echo handler that
// checks the same signature and runs one script.
func rowHTTP(ctx context.Context, b *bench, out *section) error {
	srv, err := b.server(ctx, "everysec")
	if err != nil {
		return err
	}
	defer srv.stop()
	ours, err := b.serveChat(ctx, srv)
	if err != nil {
		return err
	}
	defer ours.stop()
	peer, err := serveEcho(ctx, srv, ours.side.SigningSecret())
	if err != nil {
		return err
	}
	defer peer.stop()
	for _, c := range commands() {
		if err := b.compare(ctx, srv, ours.side, ours.url, peer.url, c, out); err != nil {
			return err
		}
	}
	return nil
}

// compare measures one command in rounds.
func (b *bench) compare(ctx context.Context, srv *server, side *emulator.Workspace, ours, peer string, c asked, out *section) error {
	var rate, p99, our, other, our99, other99 []float64
	var work, peerWork effort
	l := load{callers: c.callers, within: b.scale.round}
	for round := range b.scale.rounds {
		var bare, mine sample
		if err := peerWork.add(srv, func() (s sample, err error) { bare, err = send(ctx, side, peer, l, c.text); return bare, err }); err != nil {
			return err
		}
		name := fmt.Sprintf("g-%s-%d", strings.Fields(c.text(0))[0], c.callers)
		if err := work.add(srv, func() (sample, error) {
			err := b.profiled(round, name, func() (err error) { mine, err = send(ctx, side, ours, l, c.text); return err })
			return mine, err
		}); err != nil {
			return err
		}
		rate, our, other = append(rate, mine.rate()/bare.rate()), append(our, mine.rate()), append(other, bare.rate())
		x, y := millis(quantile(mine.each, 0.99)), millis(quantile(bare.each, 0.99))
		p99, our99, other99 = append(p99, x/y), append(our99, x), append(other99, y)
		b.note("round %d: %s: %s, %s; echo %s, %s", round+1, c.name, perSecond(mine.rate()), late(mine.each), perSecond(bare.rate()), late(bare.each))
	}
	throughput, slowest := c.targets[0], c.targets[1]
	throughput.what, throughput.ours, throughput.peer, throughput.ratio = c.name+"; echo and one script", perSecond(median(our)), perSecond(median(other)), median(rate)
	slowest.what, slowest.ours, slowest.peer, slowest.ratio = "p99 of that", figure(median(our99))+" ms", figure(median(other99))+" ms", median(p99)
	out.add(throughput)
	out.add(slowest)
	out.add(result{what: "processor time of one, of Redis and of the rest", ours: work.String(), peer: peerWork.String(), ratio: work.each() / peerWork.each()})
	return nil
}

// effort is the processor time that commands took: of Redis, and of this process, which is
// both the program and its client.
type effort struct {
	commands    int
	redis, here time.Duration
}

// add adds what f takes.
func (e *effort) add(srv *server, f func() (sample, error)) error {
	spent := func() (redis, here time.Duration, err error) {
		if redis, err = used(srv.cmd.Process.Pid); err == nil {
			here, err = used(os.Getpid())
		}
		return redis, here, err
	}
	redis, here, err := spent()
	if err != nil {
		return err
	}
	s, err := f()
	if err != nil {
		return err
	}
	redis2, here2, err := spent()
	e.commands, e.redis, e.here = e.commands+len(s.each), e.redis+redis2-redis, e.here+here2-here
	return err
}

// each returns the µs of one command.
func (e effort) each() float64 { return (e.redis + e.here).Seconds() * 1e6 / float64(e.commands) }

func (e effort) String() string {
	n := time.Duration(e.commands)
	return inMicros(e.redis/n) + " and " + inMicros(e.here/n)
}

// emulated starts a Slack workspace with n people.
func emulated(n int) (*emulator.Workspace, string, error) {
	o := emulator.Options{}
	for n := range n {
		o.Users = append(o.Users, emulator.User{ID: userID(n), Name: "person" + strconv.Itoa(n)})
	}
	w, err := emulator.New(o)
	if err != nil {
		return nil, "", err
	}
	at, err := w.Start("")
	return w, at + "/api/", err
}

// served is an HTTP server under test.
type served struct {
	url     string
	handler http.Handler
	stop    func()
}

// chat is the whole program in an emulated workspace.
type chat struct {
	*served
	side *emulator.Workspace
}

// serveChat serves the whole program. Everybody is known, connections are open and numbers
// are reserved.
func (b *bench) serveChat(ctx context.Context, srv *server) (*chat, error) {
	side, slackURL, err := emulated(people)
	if err != nil {
		return nil, err
	}
	ours, err := serveApp(ctx, place{redis: srv.url(), slack: slackURL, token: side.BotToken(), secret: side.SigningSecret()})
	if err != nil {
		return nil, errors.Join(err, side.Close())
	}
	c := &chat{side: side, served: &served{url: ours.url, handler: ours.handler, stop: func() {
		ours.stop()
		_ = side.Close()
	}}}
	_, err = send(ctx, side, c.url, load{callers: 32, calls: people}, commands()[0].text)
	if err == nil { // rights to read are looked up
		_, err = send(ctx, side, c.url, load{callers: 32, calls: people}, func(int64) string { return "mine" })
	}
	if err == nil {
		err = b.warmUp(ctx, 32, func(ctx context.Context, l load) (sample, error) {
			return send(ctx, side, c.url, l, commands()[0].text)
		})
	}
	if err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

// serveApp serves the whole program, without its process.
func serveApp(ctx context.Context, p place) (*served, error) {
	cfg, err := p.load()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{URL: p.redis, Logger: quiet()})
	if err != nil {
		return nil, err
	}
	a, err := app.New(ctx, app.Options{Config: cfg, Store: db, Log: quiet()})
	if err != nil {
		return nil, errors.Join(err, db.Stop())
	}
	ctx, cancel := context.WithCancel(ctx)
	var engine sync.WaitGroup
	engine.Go(func() { _ = a.Engine().Run(ctx) })
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		cancel()
		return nil, errors.Join(err, db.Stop())
	}
	public := a.Public()
	go func() { _ = public.Serve(l) }()
	return &served{url: "http://" + l.Addr().String() + "/slack/" + workspace + "/commands", handler: public.Handler, stop: func() {
		_ = public.Close()
		cancel()
		engine.Wait()
		_ = db.Stop()
	}}, nil
}

// serveEcho serves a handler that checks a command's signature and runs one script.
func serveEcho(ctx context.Context, srv *server, secret string) (*served, error) {
	e := echo.New()
	e.POST("/commands", func(c echo.Context) error {
		body, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return err
		}
		h := c.Request().Header
		if !hmac.Equal([]byte(sign(secret, h.Get("X-Slack-Request-Timestamp"), string(body))), []byte(h.Get("X-Slack-Signature"))) {
			return c.NoContent(http.StatusUnauthorized)
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return err
		}
		if err := srv.write(c.Request().Context(), form.Get("trigger_id"), form.Get("text")); err != nil {
			return err
		}
		return c.JSON(http.StatusOK, map[string]string{"response_type": "ephemeral", "text": "filed"})
	})
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &http.Server{Handler: e, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = h.Serve(l) }()
	return &served{url: "http://" + l.Addr().String() + "/commands", stop: func() { _ = h.Close() }}, nil
}

// sign returns the signature of a request from Slack.
func sign(secret, stamp, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":" + body))
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// send sends commands, each from another person than the one before.
func send(ctx context.Context, side *emulator.Workspace, at string, l load, text func(n int64) string) (sample, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: l.callers}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	next.Store(time.Now().UnixMicro())
	return l.run(ctx, func(ctx context.Context, _, _ int) error {
		n := next.Add(1)
		r, err := signed(ctx, side, at, n, text(n))
		if err != nil {
			return err
		}
		reply, err := client.Do(r)
		if err != nil {
			return err
		}
		defer reply.Body.Close()
		said, err := io.ReadAll(reply.Body)
		if err != nil {
			return err
		}
		return answered(text(n), reply.StatusCode, said)
	})
}

// signed returns the request with which Slack sends a command of the nth person.
func signed(ctx context.Context, side *emulator.Workspace, at string, n int64, text string) (*http.Request, error) {
	body := url.Values{
		"token": {"x"}, "team_id": {side.TeamID()}, "team_domain": {"acme"}, "channel_id": {"C00000001"}, "channel_name": {"general"},
		"user_id": {userID(int(n % people))}, "user_name": {"someone"}, "command": {"/risk"}, "text": {text}, "api_app_id": {"A0000000001"},
		"response_url": {"https://hooks.slack.com/commands/T/1/x"}, "trigger_id": {strconv.FormatInt(n, 10) + ".1.x"},
	}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", sign(side.SigningSecret(), stamp, body))
	return r, nil
}

// answered returns an error unless a command was carried out.
func answered(text string, status int, said []byte) error {
	if status != http.StatusOK || bytes.Contains(said, []byte("sorry")) || bytes.Contains(said, []byte("try again")) {
		return fmt.Errorf("%q is answered with %d: %.300s", text, status, said)
	}
	return nil
}
