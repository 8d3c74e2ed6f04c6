package e2e_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

// attaching posts the card of a new risk on both platforms.
const attaching = `attachments: true
flows:
  tell:
    trigger: { on: filed }
    steps:
      - send_message: { to: [lin], title: "New", card: risk }
      - workspace: web
        create_group: { id: room, type: item, name: "{{ .title }}", owner: lin, members: [lin] }
`

// TestFilesReachBothPlatforms files a risk with a file on Slack. It is posted in lin's direct
// messages there and in the group on Discord, once, whichever call kills serve.
func TestFilesReachBothPlatforms(t *testing.T) {
	t.Parallel()
	for _, killedBy := range []string{
		"", "url_private", "files.getUploadURLExternal", "upload_url", "files.completeUploadExternal", "create_message",
	} {
		t.Run(killedBy, func(t *testing.T) {
			t.Parallel()
			s, acme := onSlack(t, "unlimited")
			d, web := onDiscord(t, "web", true)
			b := newBench(t, startRedis(t), set{flows: attaching, platforms: []*platform{s, d}})
			b.slack = acme
			b.up()
			b.open()
			var killed atomic.Bool
			for _, p := range b.platforms {
				p.log.Hook(func(c stage.Call) {
					if c.Method == killedBy && killed.CompareAndSwap(false, true) {
						b.strike()
					}
				})
			}
			form := openForm(b, ana)
			file := acme.Upload(ana, "ledger.png", []byte("the picture"))
			if _, err := acme.SubmitView(context.Background(), ana, form.ID, emulator.Values{"title": {"Ledger"}, "module": {"Payments"}, "files": {file}}); err != nil {
				t.Fatalf("%v\n%s", err, b.now.log)
			}
			b.ended(b.look(), "R-1")
			if killedBy != "" && !killed.Load() {
				t.Error("serve was not killed")
			}
			var content []string
			for _, m := range acme.DMs(lin) {
				for _, id := range m.Files {
					content = append(content, string(acme.FileContent(id)))
				}
			}
			var names []any
			for _, ch := range web.Channels() {
				for _, m := range web.Messages(ch.ID) {
					for _, f := range m.Files {
						names = append(names, f["filename"], f["size"])
					}
				}
			}
			if !slices.Equal(content, []string{"the picture"}) || !slices.Equal(names, []any{"ledger.png", int64(11)}) {
				t.Errorf("on Slack are %q, on Discord %v\n%s", content, names, b.now.log)
			}
			b.down()
		})
	}
}
