package browser

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
)

// stream reads the states of a page.
type stream struct {
	*testing.T
	lines *bufio.Scanner
}

func listen(t *testing.T, url string) stream {
	t.Helper()
	return stream{t, bufio.NewScanner(ask(t, http.MethodGet, url, "").Body)}
}

// until reads states until one is as wanted, and returns it.
func (s stream) until(want func(state) bool) state {
	s.Helper()
	for s.lines.Scan() {
		data, ok := strings.CutPrefix(s.lines.Text(), "data: ")
		if !ok {
			continue
		}
		var now state
		if err := json.Unmarshal([]byte(data), &now); err != nil {
			s.Fatal(err)
		}
		if want(now) {
			return now
		}
	}
	s.Fatalf("the stream ends: %v", s.lines.Err())
	return state{}
}

// TestStateOfEachPerson: everybody sees what they may, and what they have not
// read.
func TestStateOfEachPerson(t *testing.T) {
	t.Parallel()
	w := newTown()
	w.post(stage.Post{ID: "1", Room: "C1", Author: "B", At: noon})
	w.post(stage.Post{ID: "2", Room: "C1", Author: "B", Only: "L", At: noon})
	w.post(stage.Post{ID: "3", Room: "G1", Author: "M", At: noon})
	w.post(stage.Post{ID: "4", Room: "C1", Author: "B", Notice: true, At: noon})
	url := put(t, w, &driver{}).URL

	mei := listen(t, url+"/events").until(func(state) bool { return true })
	if len(mei.Can) != 1 || len(mei.Can["G1"]) != 1 {
		t.Errorf("mei can do %v", mei.Can)
	}
	if mei.As != "M" || mei.Place != "home" || len(mei.View.Rooms) != 2 || len(mei.View.Posts) != 3 {
		t.Errorf("mei, the first person, sees %+v", mei)
	}
	if diff := cmp.Diff(map[string]int{"L": 2, "M": 1}, mei.Others, cmp.FilterPath(isZero, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
	lin := listen(t, url+"/events?as=L")
	now := lin.until(func(state) bool { return true })
	if len(now.View.Rooms) != 2 || len(now.View.Posts) != 3 || now.Unread["C1"] != 2 {
		t.Errorf("lin sees %+v", now)
	}
	if now.Run == "" || now.Run != mei.Run {
		t.Errorf("one program runs as %q and %q", now.Run, mei.Run)
	}
	// The bot is nobody to act as, and neither is a stranger.
	for _, who := range []string{"B", "X"} {
		if got := listen(t, url+"/events?as="+who).until(func(state) bool { return true }); got.As != "M" {
			t.Errorf("%s acts as %s", who, got.As)
		}
	}

	// Live: what is written comes, and what is read counts no more.
	w.post(stage.Post{ID: "5", Room: "D1", Author: "B", At: noon.Add(time.Second)})
	lin.until(func(s state) bool { return s.Unread["D1"] == 1 })
	ask(t, http.MethodPost, url+"/read", `{"as":"L","room":"C1","at":"2026-11-20T12:00:00Z"}`)
	lin.until(func(s state) bool { return s.Unread["C1"] == 0 && s.Unread["D1"] == 1 })
}

// isZero reports whether a path ends in a value that is not set.
func isZero(p cmp.Path) bool {
	v, _ := p.Last().Values()
	return v.IsValid() && v.IsZero()
}

// TestActs: what somebody does reaches the workspace, and what went wrong is
// told in their language.
func TestActs(t *testing.T) {
	t.Parallel()
	w, d := newTown(), &driver{}
	url := put(t, w, d).URL
	for _, c := range []struct {
		path, body string
		err        error
		answer     string
	}{
		{"say", `{"as":"L","room":"C1","text":" hello <b>\n"}`, nil, `{}`},
		{"say", `{"as":"L","room":"C1","text":"  "}`, nil, `{}`},
		{"say", `{"as":"L","room":"C1","text":"/bot new"}`, stage.ErrSilent, `{"error":"en error.silent"}`},
		{"say", `{"as":"L","room":"C1","text":"one more thing"}`, stage.ErrReadOnly, `{"error":"en error.read_only"}`},
		{"say", `{"as":"L","room":"C1","text":"/bot nwe"}`, stage.ErrMistyped, `{"error":"en error.mistyped"}`},
		{"suggest", `{"as":"L","text":"/bot n","lang":"zh-CN"}`, nil, `{"hints":[{"line":"/bot new ","help":"zh-CN"}]}`},
		{"suggest", `{"as":"L","text":"/bot new x"}`, nil, `{"hints":[{"line":"/bot new ","help":"en"}]}`},
		{"suggest", `{"as":"L","text":"/cat"}`, nil, `{}`},
		{"press", `{"as":"L","room":"C1","post":"1","action":"go"}`, stage.ErrBroken, `{"error":"en error.broken"}`},
		{"choose", `{"as":"L","window":"V1","input":"who","values":["a","b"],"lang":"zh-CN"}`, errors.New("inner words"), `{"error":"zh-CN error.refused"}`},
		{"submit", `{"as":"L","window":"V1","fields":{"title":["x"]}}`, nil, `{"problems":{"title":"too short"}}`},
		{"close", `{"as":"L","window":"V1"}`, nil, `{}`},
		{"manage", `{"as":"M","room":"G1","act":{"do":"add","to":"L"}}`, nil, `{}`},
		{"join", `{"text":" @Zoe Ray "}`, nil, `{"person":"U9"}`},
		{"join", `{"text":"lin"}`, stage.ErrTaken, `{"error":"en error.taken","person":"U9"}`},
		{"join", `{"text":"@"}`, nil, `{"error":"en error.refused"}`},
		{"clock", `{"move":"day"}`, nil, `{}`},
		{"trouble", `{"id":"slow"}`, nil, `{}`},
	} {
		w.mu.Lock()
		w.err = c.err
		w.mu.Unlock()
		b, _ := io.ReadAll(ask(t, http.MethodPost, url+"/"+c.path, c.body).Body)
		if got := strings.TrimSpace(string(b)); got != c.answer {
			t.Errorf("%s %s is answered with %s, not %s", c.path, c.body, got, c.answer)
		}
	}
	want := []string{"say L C1 hello <b>", "command L C1 /bot new", "say L C1 one more thing", "command L C1 /bot nwe", "press L C1 1 go", "choose L V1 who a b", "submit L V1", "close L V1", "by hand M G1 add L", "join Zoe-Ray", "join lin"}
	if diff := cmp.Diff(want, w.did); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"move day", "trouble slow"}, d.did); diff != "" {
		t.Error(diff)
	}
}

// TestFiles: a file goes to a window and comes from a post, and none can run in the page.
func TestFiles(t *testing.T) {
	t.Parallel()
	w := newTown()
	url := put(t, w, &driver{}).URL
	where := "?as=L&window=V1&input=files&name=a.png"
	b, _ := io.ReadAll(ask(t, http.MethodPost, url+"/upload"+where, "bytes").Body)
	if got := strings.TrimSpace(string(b)); got != `{"value":"F1"}` {
		t.Errorf("an upload is answered with %s", got)
	}
	b, _ = io.ReadAll(ask(t, http.MethodPost, url+"/upload"+where, strings.Repeat("x", stage.MaxUpload+1)).Body)
	if got := strings.TrimSpace(string(b)); got != `{"error":"en error.too_large"}` {
		t.Errorf("a large upload is answered with %s", got)
	}
	if diff := cmp.Diff([]string{"upload L V1 files a.png bytes"}, w.did); diff != "" {
		t.Error(diff)
	}
	w.post(stage.Post{ID: "1", Room: "C1", Author: "B", At: noon, Parts: []stage.Part{
		stage.NewFilePart(stage.File{ID: "F1", Name: "a.PNG"}), stage.NewFilePart(stage.File{ID: "F2", Name: "b.html"}),
	}})
	for _, c := range []struct {
		as, file, kind, how string
		status              int
	}{
		{"L", "F1", "image/png", "inline; filename=a.PNG", http.StatusOK},
		{"L", "F2", "application/octet-stream", "attachment; filename=b.html", http.StatusOK},
		{"L", "F3", "text/plain; charset=utf-8", "", http.StatusNotFound}, // not in this post
		{"M", "F1", "text/plain; charset=utf-8", "", http.StatusNotFound}, // who doesn't see it
	} {
		answer := ask(t, http.MethodGet, url+"/file?room=C1&post=1&as="+c.as+"&file="+c.file, "")
		h := answer.Header
		if answer.StatusCode != c.status || h.Get("Content-Type") != c.kind || h.Get("Content-Disposition") != c.how {
			t.Errorf("%+v: HTTP %d, %v", c, answer.StatusCode, h)
		}
		if c.status == http.StatusOK && !strings.HasSuffix(h.Get("Content-Security-Policy"), "; sandbox") {
			t.Errorf("%+v: %q", c, h.Get("Content-Security-Policy"))
		}
	}
}

// TestWords: the page speaks the language that is asked for, else the one that
// the browser prefers, else the default.
func TestWords(t *testing.T) {
	t.Parallel()
	url := put(t, newTown(), &driver{}).URL
	for _, c := range []struct{ asked, accepts, want string }{
		{"", "", "en"},
		{"zh-CN", "en", "zh-CN"},
		{"fr", "zh", "en"}, // asked for by name, and not there
		{"", "fr-FR,fr;q=0.9,zh-TW;q=0.8,en;q=0.5", "zh-CN"},
		{"", "fr", "en"},
	} {
		answer := ask(t, http.MethodGet, url+"/words?lang="+c.asked, "", func(r *http.Request) { r.Header.Set("Accept-Language", c.accepts) })
		var got struct {
			Lang  string
			Words map[string]string
			Notes map[string]map[string]string
		}
		if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		if got.Lang != c.want || got.Words["send"] != c.want+" send" || got.Words["unread"] != c.want+" unread N={N}" {
			t.Errorf("%+v: the page speaks %s: %q, %q", c, got.Lang, got.Words["send"], got.Words["unread"])
		}
		if got.Notes["home"]["L"] != "helps in "+c.want {
			t.Errorf("%+v: %+v", c, got.Notes)
		}
	}
}

// TestGuard: nobody but the page on this machine gets an answer.
func TestGuard(t *testing.T) {
	t.Parallel()
	w := newTown()
	url := put(t, w, &driver{}).URL
	host := func(h string) func(*http.Request) { return func(r *http.Request) { r.Host = h } }
	header := func(name, v string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(name, v) } }
	large := `{"text":"` + strings.Repeat("x", largest) + `"}`
	for _, c := range []struct {
		name, method, path, body string
		change                   func(*http.Request)
		status                   int
	}{
		{"the page", http.MethodGet, "/", "", host("localhost:7475"), http.StatusOK},
		{"without a port", http.MethodGet, "/", "", host("127.0.0.1"), http.StatusOK},
		{"another address of this machine", http.MethodGet, "/", "", host("127.0.0.2:7475"), http.StatusOK},
		{"IPv6", http.MethodGet, "/", "", host("[::1]:7475"), http.StatusOK},
		{"a name that was rebound", http.MethodGet, "/", "", host("evil.example:7475"), http.StatusMisdirectedRequest},
		{"a name that looks local", http.MethodGet, "/words", "", host("localhost.evil.example"), http.StatusMisdirectedRequest},
		{"no name", http.MethodGet, "/words", "", host("0.0.0.0:7475"), http.StatusMisdirectedRequest},
		{"a script elsewhere reads", http.MethodGet, "/events", "", header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		{"a form elsewhere writes", http.MethodPost, "/say", "{}", header("Origin", "http://evil.example"), http.StatusForbidden},
		{"another site writes", http.MethodPost, "/say", "{}", header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		{"the page writes", http.MethodPost, "/say", "{}", header("Origin", url), http.StatusOK},
		{"another port writes", http.MethodPost, "/say", "{}", header("Origin", "http://127.0.0.1:1"), http.StatusForbidden},
		{"no JSON", http.MethodPost, "/say", "{}", header("Content-Type", "text/plain"), http.StatusUnsupportedMediaType},
		{"broken JSON", http.MethodPost, "/say", "{", header("X", "x"), http.StatusBadRequest},
		{"too much", http.MethodPost, "/say", large, header("X", "x"), http.StatusBadRequest},
		{"a write that only reads", http.MethodGet, "/say", "", header("X", "x"), http.StatusMethodNotAllowed},
		{"a file that is not the page's", http.MethodGet, "/static/../browser.go", "", header("X", "x"), http.StatusNotFound},
	} {
		answer := ask(t, c.method, url+c.path, c.body, c.change)
		if answer.StatusCode != c.status {
			t.Errorf("%s: HTTP %d, not %d", c.name, answer.StatusCode, c.status)
		}
		if csp := answer.Header.Get("Content-Security-Policy"); answer.StatusCode == http.StatusOK && !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") {
			t.Errorf("%s: the page may load %q", c.name, csp)
		}
	}
	if len(w.did) > 0 {
		t.Errorf("somebody did: %q", w.did)
	}
}
