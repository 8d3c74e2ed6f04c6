package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// attached is what people upload in the tests of this package.
func attached() []core.File {
	return []core.File{
		{Workspace: "acme", ID: "F1", Name: "a.png", URL: "one"}, {Workspace: "acme", ID: "F2", Name: "../b.pdf", URL: "two"},
	}
}

// fileWith files a risk with attachments.
func (b *bundle) fileWith(title string, files []core.File) core.Risk {
	b.t.Helper()
	b.org.Attachments = true
	d := engine.Draft{Title: title, Module: "Payments", DiscoveredAt: time.Now().AddDate(0, 0, -3), Files: files}
	f, err := b.engine.File(context.Background(), "op-"+title, lin, d)
	if err != nil {
		b.t.Fatal(err)
	}
	return f.Risk
}

// filesIn returns what was posted about files in a channel.
func (b *bundle) filesIn(channel string) []string {
	var out []string
	for _, text := range b.notices(channel) {
		if strings.Contains(text, "ttachment") {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return out
}

// Files are posted once in each conversation where a card is.
func TestFilesArePosted(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0], storyFlows()[2])
	b.start()
	r := b.fileWith("Ledger", attached())
	if len(r.Files) != 2 || r.Files[1].Name != "b.pdf" {
		t.Errorf("filed with %+v", r.Files)
	}
	want := []string{"Attachment of R-1: a.png = one", "Attachment of R-1: b.pdf = two"}
	posted := func(channel string) func() bool {
		return func() bool { return slices.Equal(b.filesIn(channel), want) }
	}
	b.eventually("wei has the files", posted("DWEI"))
	b.eventually("the group has the files", posted("C1")) // with the badge and a card
	for _, p := range b.platform.postsIn("C1") {
		if m := p.Message; m.Card == nil && (m.About == nil || m.About.Risk != r.Key) {
			t.Errorf("%q is about %+v", core.Text(m.Text), m.About)
		}
	}
	if runs := b.runsOf(r.Key, engine.FilesFlow); len(runs) != 2 {
		t.Errorf("the runs are %+v", runs)
	}
}

// runsOf returns the runs of a flow.
func (b *bundle) runsOf(key core.RiskKey, flow string) []engine.RunSummary {
	b.t.Helper()
	rec, err := b.store.Get(b.ctx(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.DeleteFunc(rec.Runs, func(r engine.RunSummary) bool { return r.ID.Flow != flow })
}

// A file that is gone doesn't keep back the other, nor the flow, and the reader learns of
// it.
func TestFileIsGone(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[0])
	b.platform.setFail(func(method, about string) error {
		if method == "fetch" && about == "F1" {
			return &core.Error{Op: "fake: fetch", Kind: core.NotFound, Detail: "file_gone"}
		}
		return nil
	})
	b.start()
	r := b.fileWith("Ledger", attached())
	want := []string{
		"Attachment of R-1: b.pdf = two", "The attachment a.png of R-1 can't be shown here. Ask whoever filed R-1 to post it.",
	}
	b.eventually("both are told of", func() bool { return len(b.filesIn("DWEI")) == 2 })
	if got := b.filesIn("DWEI"); !slices.Equal(got, want) {
		t.Errorf("posted %q", got)
	}
	b.eventually("the run ends", func() bool {
		runs := b.runsOf(r.Key, engine.FilesFlow)
		return len(runs) == 1 && runs[0].State == engine.Finished
	})
	h, err := b.engine.History(b.ctx(), wei, r.Key, core.GroupRef{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(h.Events, func(e engine.Event) bool { return e.Kind == engine.EventFailed }); i < 0 || h.Events[i].Data["what"] != "a.png" {
		t.Errorf("the history is %+v", h.Events)
	}
}

// Files that can't be attached are refused, and ignored where forms take none.
func TestFilesAreChecked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start()
	file := func(files []core.File) (core.Risk, error) {
		f, err := b.engine.File(b.ctx(), core.MakeOp("file", time.Now().String()), lin, engine.Draft{
			Title: "Ledger", Module: "Payments", Files: files, Again: true,
		})
		return f.Risk, err
	}
	if r, err := file(attached()); err != nil || r.Files != nil {
		t.Errorf("without attachments: %+v, %v", r.Files, err)
	}
	b.org.Attachments = true
	if _, err := file(make([]core.File, core.MaxFiles+1)); code(err) != "too_many_files" {
		t.Errorf("too many: %v", err)
	}
	if _, err := file([]core.File{{Workspace: "acme", ID: "F1", Name: "a", Size: core.MaxFile + 1}}); code(err) != "file_too_large" {
		t.Errorf("too large: %v", err)
	}
	if r, err := file([]core.File{{Workspace: "labs", ID: "F1", Name: "a"}}); err != nil || r.Files != nil {
		t.Errorf("of another workspace: %+v, %v", r.Files, err)
	}
}

// checkFiles checks that the files were posted once wherever a card is.
func (b *bundle) checkFiles() {
	b.t.Helper()
	cards := map[string]bool{}
	for _, p := range b.platform.posts {
		if p.Message.Card != nil {
			cards[p.Ref.Channel] = true
		}
	}
	for channel := range cards {
		if got := b.filesIn(channel); len(got) != 2 || got[0] == got[1] {
			b.t.Errorf("in %s: %q", channel, got)
		}
	}
}
