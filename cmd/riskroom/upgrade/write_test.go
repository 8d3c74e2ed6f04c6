package upgrade_test

import (
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store/storetest"
)

// This isn't named -update, because nothing can write the dump in testdata again.
var dumpDir = flag.String("dump", "", "write a dump of this version into the directory")

// TestWrite writes a dump. It runs the program until it has unfinished runs of every kind,
// cuts its calls, and saves the contents of Redis and the platforms.
func TestWrite(t *testing.T) {
	if *dumpDir == "" {
		t.Skip("the dump in testdata stays as an older version wrote it; -dump writes another")
	}
	w := newWorld(t, time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC))
	for _, l := range w.lines {
		l.decide = cutting
	}
	server := storetest.Start(t)
	p := w.start(t, server.URL)
	second := w.start(t, server.URL) // more calls are cut at a time than one has workers

	// A group that can't be created for a day is parked.
	for name := range w.lines {
		file(t, p, name, "Group", "Group parked")
	}
	p.rest(t, 0)
	w.clock.set(w.clock.Now().Add(25 * time.Hour))
	p.rest(t, 0)
	parked, _, err := p.db.Counts(t.Context())
	if err != nil || parked[engine.Parked] != len(w.lines) {
		t.Fatalf("%v are parked, %v", parked, err)
	}

	synced := map[string]core.RiskKey{}
	// Runs that end, that wait for a date, and that wait for the rate budget.
	for name := range w.lines {
		synced[name] = file(t, p, name, "Message", "Message synced")
		file(t, p, name, "Group", "Group ended")
		file(t, p, name, "Topic", "Topic ended")
		file(t, p, name, "Later", "Later armed")
	}
	file(t, p, "acme", "Slow", "Slow ended")
	p.rest(t, 0)
	file(t, p, "acme", "Slow", "Slow deferred")
	p.rest(t, 0)
	code, err := p.Engine().Persons().OfferLink(t.Context(), anaOf("acme"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Engine().Persons().Link(t.Context(), core.MakeOp("fixture", "link"), anaOf("guild"), code.Text); err != nil {
		t.Fatal(err)
	}
	p.until(t, p.clock.Now().Add(time.Minute))

	// Calls of every action, without answers.
	for name := range w.lines {
		file(t, p, name, "Message", "Message waiting")
	}
	p.rest(t, 0)
	held := 0
	for name := range w.lines {
		change := engine.ChangeStatus{Risk: synced[name], To: core.InProgress}
		if _, err := p.Engine().Do(t.Context(), core.MakeOp("fixture", name, "start"), anaOf(name), change); err != nil {
			t.Fatal(err)
		}
		held++
		for _, how := range []string{"done", "lost"} {
			file(t, p, name, "Message", "Message "+how)
			file(t, p, name, "Group", "Group "+how)
			file(t, p, name, "Group", "Post "+how)
			file(t, p, name, "Topic", "Topic "+how)
			held += 4
		}
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if w.cut() == held {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d of %d calls are cut", w.cut(), held)
		}
	}
	p.rest(t, held)
	commands := dump(t, client(t, server.URL))
	var changes []request
	for _, l := range w.lines {
		l.mu.Lock()
		changes = append(changes, l.changes...)
		l.mu.Unlock()
	}
	slices.SortStableFunc(changes, func(a, b request) int { return a.At.Compare(b.At) })
	for _, l := range w.lines {
		close(l.freed)
	}
	p.stop()
	second.stop()
	writeLines(t, filepath.Join(*dumpDir, storeFile), commands)
	writeLines(t, filepath.Join(*dumpDir, platformsFile), changes)
}

// cut returns how many calls wait for an answer.
func (w *world) cut() (n int) {
	for _, l := range w.lines {
		l.mu.Lock()
		n += l.cut
		l.mu.Unlock()
	}
	return n
}

// cutting selects the calls to cut, by the risk's title.
func cutting(method, path, body string) fate {
	creates := strings.HasSuffix(path, "conversations.create") || method == "POST" && strings.Contains(path, "/guilds/")
	posts := strings.HasSuffix(path, "chat.postMessage") || method == "POST" && strings.HasSuffix(path, "/messages")
	changes := strings.HasSuffix(path, "conversations.setTopic") || method == "PATCH" && strings.Contains(path, "/channels/")
	edits := strings.HasSuffix(path, "chat.update") || changes && strings.Contains(path, "/messages/")
	switch {
	case creates && strings.Contains(body, "group-parked"), posts && strings.Contains(body, "remind-message-waiting"):
		return refused
	case edits && strings.Contains(body, "message-synced"), creates && strings.Contains(body, "group-done"), posts && strings.Contains(body, "remind-message-done"),
		posts && strings.Contains(body, "discuss-post-done"), changes && strings.Contains(body, "retopic-topic-done"):
		return answered
	case creates && strings.Contains(body, "group-lost"), posts && strings.Contains(body, "remind-message-lost"),
		posts && strings.Contains(body, "discuss-post-lost"), changes && strings.Contains(body, "retopic-topic-lost"):
		return unsent
	}
	return passes
}

// file files a risk as ana.
func file(t *testing.T, p *program, workspace, module, title string) core.RiskKey {
	t.Helper()
	d := engine.Draft{Title: title, Module: module, Again: true}
	f, err := p.Engine().File(t.Context(), core.MakeOp("fixture", workspace, title), anaOf(workspace), d)
	if err != nil {
		t.Fatal(err)
	}
	return f.Risk.Key
}
