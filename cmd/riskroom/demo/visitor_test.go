package demo

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"riskroom/core/text"
)

// at waits until the focus is in an element of a selector.
func (v visitor) at(selector string) {
	v.Helper()
	v.waits("the focus is in "+selector, `!!document.activeElement.closest(`+quoted(selector)+`)`)
}

// focus sets the focus as the Tab key would.
func (v visitor) focus(selector string) {
	v.Helper()
	v.waits(selector+" takes the focus", `(() => { const e = document.querySelector(`+quoted(selector)+`); if (!e?.checkVisibility() || e.tabIndex < 0) return false; e.focus(); return document.activeElement === e })()`)
}

// TestKeyboard checks that everything works without a mouse, and that the focus returns to
// where it was.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	v := visit(t, "acme", text.English, look{390, 844, true})
	v.sees("#story", v.says("story.file"))

	// A drawer keeps the focus.
	v.keys(kb.Tab)
	v.at("#open-side")
	v.keys(kb.Enter)
	v.at("#side")
	for range 12 {
		v.keys(kb.Tab)
	}
	v.waits("the focus stays in the drawer", `!!document.activeElement.closest('#side') || document.activeElement === document.body`)
	v.focus("#side [role=radio][aria-checked=true]")
	v.keys(kb.ArrowUp)
	v.waits("one acts as somebody else", `document.activeElement.ariaChecked === 'true' && document.activeElement.innerText.includes('wei')`)
	v.keys(kb.ArrowDown)
	v.waits("and as mei again", `document.activeElement.ariaChecked === 'true' && document.activeElement.innerText.includes('mei')`)
	v.keys(kb.Escape)
	v.at("#open-side")
	v.gone("#veil")

	// In the input, Tab accepts a hint and Enter sends. For fast typists, the current
	// text counts, not the one that hints were requested for.
	v.focus("#text")
	v.keys("/")
	v.sees("#hints", v.says("hint.new"))
	eval[bool](v.tab, `(() => { const real = window.fetch; window.fetch = async (at, ...rest) => {
		if (String(at).includes('suggest')) await new Promise((on) => setTimeout(on, 200)); return real(at, ...rest) }; return true })()`)
	v.keys("risk li" + kb.Tab)
	v.waits("the command is completed", `document.querySelector('#text').value.trim() === '/risk list'`)
	v.keys(kb.Enter)
	v.sees("#posts .only", v.says("only_you"))
	v.keys("/risk new" + kb.Enter)
	v.at("#window")
	v.keys(kb.Escape)
	v.gone("#window")
	v.at("#text")

	// The menu of faults, and the story.
	v.focus("#trouble-button")
	v.keys(kb.Enter)
	v.sees("#troubles", v.says("trouble.slow"))
	v.keys(kb.Escape)
	v.gone("#troubles")
	v.at("#trouble-button")
	v.focus("#story .icon")
	v.keys(kb.Enter)
	v.gone("#story")
	v.at("#story-button")
	v.keys(kb.Enter)
	v.sees("#story", v.says("story.file"))
	v.at("#story")
}

// TestTypedStaysTyped checks that markup, scripts, mentions and templates are shown as
// typed.
func TestTypedStaysTyped(t *testing.T) {
	t.Parallel()
	const hostile = "<img src=x onerror=alert(1)> &amp; <script>alert(2)</script> <@U0DEMO0001> <!channel> [a](javascript:alert(3)) {{.key}}"
	v := visit(t, "acme", text.English, look{1280, 800, false})
	v.sees("#story", v.says("story.file"))
	v.press("#text", "")
	v.keys(hostile + kb.Enter)
	v.sees("#posts .post", hostile)
	v.keys("/risk new" + kb.Enter)
	v.choose(v.words.Field("module"), "Payments")
	v.sees("#window", v.words.Field("handlers"))
	v.fill(v.words.Field("title"), hostile)
	v.press("#window footer button", v.words.S("commands.form.file.submit"))
	v.sees("#window", "R-1", hostile)
	v.keys(kb.Escape)
	v.gone("#window")
	v.side("lin")
	v.side("riskroom")
	v.sees("#posts .post", "R-1", hostile)
	if n := eval[int](v.tab, `document.querySelectorAll('#posts :is(script, img[onerror], a)').length`); n != 0 {
		t.Errorf("%d elements were created from the text:\n%s", n, eval[string](v.tab, `document.querySelector('#posts').innerHTML`))
	}
}

// TestProgramGone checks that the page says when its program has ended, keeps what was
// typed, and starts again with the next program at that address.
func TestProgramGone(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	first, end := serving(t, text.English, "acme", nil)
	end = sync.OnceFunc(end)
	t.Cleanup(end)
	var to atomic.Pointer[url.URL]
	lead := func(where string) {
		u, err := url.Parse(where)
		if err != nil {
			t.Fatal(err)
		}
		to.Store(u)
	}
	lead(first)
	front := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(to.Load()); r.Out.Host = r.In.Host },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     slog.NewLogLogger(slog.DiscardHandler, 0),
	})
	t.Cleanup(front.Close)
	t.Cleanup(front.CloseClientConnections)
	words, err := text.Load(locales)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor{open(t, browser, front.URL+"/?lang=en", look{1280, 800, false}), words.In(text.English), false}
	v.sees("#story", v.says("story.file"))
	v.press("#text", "")
	v.keys("before" + kb.Enter)
	v.sees("#posts .post", "before")

	v.cut.Store(true)
	end()
	v.sees("#lost", v.says("lost"))
	v.keys("is anybody there" + kb.Enter)
	v.sees("#toasts", v.says("error.gone"))
	v.waits("what was typed is still there", `document.querySelector('#text').value === 'is anybody there'`)

	lead(served(t, text.English, "acme", nil))
	v.waits("the page begins anew", `performance.getEntriesByType('navigation')[0].type === 'reload' && document.querySelector('#lost')?.innerText === ''`)
	v.sees("#story", v.says("story.file"))
	if n := v.count("#posts .post", "before"); n != 0 {
		t.Errorf("the page still shows %d messages of the program that ended", n)
	}
}
