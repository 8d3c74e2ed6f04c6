package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/configs"
	"riskroom/core/config"
)

// patient is how long something may take to appear, on a busy machine and under the race
// detector.
const patient = time.Minute

// chromium starts a headless browser. Without one it skips the test, or fails it if
// RISKROOM_REQUIRE asks for it.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		if slices.Contains(strings.Split(os.Getenv("RISKROOM_REQUIRE"), ","), "chromium") {
			t.Fatal("chromium is not on PATH, and RISKROOM_REQUIRE asks for it")
		}
		t.Skip("chromium is not on PATH")
	}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-dev-shm-usage", true),
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync"} {
		opts = append(opts, chromedp.Flag(flag, true))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, stopTab := chromedp.NewContext(ctx)
	t.Cleanup(stopTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	return ctx
}

// loaded loads a config file without an environment.
func loaded(t *testing.T, src []byte) *config.Config {
	t.Helper()
	cfg, problems := config.Load("demo.yaml", src, config.Options{
		Format: config.NewFormat(platforms.Settings()), Unset: config.UnsetIsFilled,
		Env: func(string) (string, bool) { return "", false }, ReadFile: func(string) ([]byte, error) { return nil, os.ErrNotExist },
		Fill: func(b config.Blank) string {
			return map[string]string{
				"bot_token": "xoxb-000000", "admin_token": "xoxp-000000", "app_token": "xapp-1", "signing_secret": "0123456789", "signing_secret_previous": "9876543210",
				"url": "redis://localhost:6379", "guild_id": "300000000000000000",
			}[b.Setting.Key]
		},
	})
	if cfg == nil {
		t.Fatal(problems)
	}
	return cfg
}

// served serves the demo, with home as its workspace, or a config file's flows until the
// test ends, and returns the URL.
func served(t *testing.T, lang, home string, src []byte) string {
	t.Helper()
	url, end := serving(t, lang, home, src)
	t.Cleanup(end)
	return url
}

// serving is served with a function to end it.
func serving(t *testing.T, lang, home string, src []byte) (url string, end func()) {
	t.Helper()
	story := src == nil
	if story {
		src = Story(lang, configs.Demo)
	}
	cfg := loaded(t, src)
	if !story {
		home = cfg.Workspaces[0].Name
	}
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, Showing{Config: cfg, Home: home, Story: story, Lang: lang, Addr: "127.0.0.1:0", Out: in})
		_ = in.Close()
	}()
	end = func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended with: %v", err)
		}
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the demo does not start: %v", <-ended)
	}
	_, rest, _ := strings.Cut(line, "http://")
	host, _, _ := strings.Cut(rest, "/")
	return "http://" + host + "/", end
}

// tab is a page in the browser.
type tab struct {
	*testing.T
	ctx context.Context

	mu     sync.Mutex
	errors []string    // what the console complains of
	cut    atomic.Bool // the network is meant to fail
}

// look is how to open a page.
type look struct {
	width, height int64
	dark          bool
}

// open opens a page. At the end of the test, its console must be empty.
func open(t *testing.T, browser context.Context, url string, l look) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(browser)
	t.Cleanup(stop)
	b := &tab{T: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("a tab does not open: %v", err)
	}
	said := chromedp.Console(ctx)
	go func() {
		for m, err := range said {
			if err != nil {
				return
			}
			if kind := string(m.Type); m.IsException() || kind == "error" || kind == "warning" {
				if b.cut.Load() && strings.Contains(m.String(), "net::ERR_") {
					continue
				}
				b.mu.Lock()
				b.errors = append(b.errors, m.String())
				b.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, e := range b.errors {
			t.Errorf("the console says: %s", e)
		}
	})
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}); err != nil {
		t.Fatal(err)
	}
	b.do("open", chromedp.EmulateViewport(l.width, l.height), chromedp.Navigate(url))
	return b
}

// do runs actions, and fails the test if they take too long.
func (b *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patient)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("timed out; the page shows:\n%s", b.text("body"))
		}
		b.Fatalf("%s: %v", what, err)
	}
}

// eval evaluates an expression in the page.
func eval[T any](b *tab, js string) T {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patient)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	for err != nil && strings.Contains(err.Error(), "Inspected target navigated") { // the page was reloaded meanwhile
		v, err = chromedp.Run(ctx, chromedp.Evaluate[T](js))
	}
	if err != nil {
		b.Fatalf("%s: %v", js, err)
	}
	return v
}

// text returns the text of a selector's visible elements.
func (b *tab) text(selector string) string {
	b.Helper()
	return eval[string](b, `[...document.querySelectorAll(`+strconv.Quote(selector)+`)].filter(e => e.checkVisibility({visibilityProperty: true})).map(e => e.innerText).join('\n')`)
}

// sees waits until a selector's elements show all texts.
func (b *tab) sees(selector string, wants ...string) {
	b.Helper()
	var got string
	for end := time.Now().Add(patient); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		got = b.text(selector)
		if !slices.ContainsFunc(wants, func(w string) bool { return !strings.Contains(got, w) }) {
			return
		}
	}
	b.Fatalf("%s does not show %q but:\n%s\n\nbehind:\n%s", selector, wants, got, b.text("body"))
}

// gone waits until none of a selector's elements is visible.
func (b *tab) gone(selector string) {
	b.Helper()
	b.waits(selector+" goes away", `![...document.querySelectorAll(`+strconv.Quote(selector)+`)].some(e => e.checkVisibility({visibilityProperty: true}))`)
}

// waits waits until an expression is true in the page.
func (b *tab) waits(what, js string) {
	b.Helper()
	for end := time.Now().Add(patient); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if eval[bool](b, js) {
			return
		}
	}
	b.Fatalf("timed out waiting until %s; the page shows:\n%s", what, b.text("body"))
}

// press clicks on a selector's first element with the label. The element must be visible.
// If it moves during the click, the click is repeated.
func (b *tab) press(selector, label string) {
	b.Helper()
	find := `(() => { const e = [...document.querySelectorAll(` + strconv.Quote(selector) + `)].find(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.ariaDisabled !== 'true' &&
		(e.innerText + ' ' + (e.getAttribute('aria-label') ?? '')).includes(` + strconv.Quote(label) + `)); if (!e) return null;
		e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect(); const x = r.x + r.width / 2, y = r.y + r.height / 2;
		const hit = document.elementFromPoint(x, y);
		if (!hit || !(e === hit || e.contains(hit) || hit.contains(e))) return null;
		window.pressed = false; window.presses?.abort(); window.presses = new AbortController();
		const on = {capture: true, signal: window.presses.signal};
		document.addEventListener('click', (p) => { window.pressed ||= e === p.target || e.contains(p.target) }, on);
		return [x, y] })()`
	for end := time.Now().Add(patient); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if at := eval[[]float64](b, find); len(at) == 2 {
			b.do("press "+label, chromedp.MouseClickXY(at[0], at[1]))
			if eval[bool](b, "window.pressed") {
				return
			}
		}
	}
	b.Fatalf("there is no %s %q to press; the page shows:\n%s", selector, label, b.text("body"))
}

// keys types keys where the focus is.
func (b *tab) keys(s string) {
	b.Helper()
	b.do("type "+s, chromedp.KeyEvent(s))
}

// shot takes a screenshot.
func (b *tab) shot() []byte {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patient)
	defer stop()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	return png
}
