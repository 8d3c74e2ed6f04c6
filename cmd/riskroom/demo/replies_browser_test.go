package demo

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"riskroom/core/text"
)

// replying is a config file whose flow replies to a message and, a day later, twice more: to
// the first message and to the reply. It takes the language, the
// workspace and the two people.
const replying = `
version: 1
timezone: Europe/Berlin
language: %s
workspaces:
  acme: %s
people: { lin: %s, wei: %s }
modules: { Payments: { handlers: wei, lead: lin } }
flows:
  chase:
    trigger: { on: filed }
    if: status == "pending"
    steps:
      - send_message: { id: first, to: handlers, title: "New risk {{ .key }}: {{ .title }}", card: risk }
      - send_message: { id: second, to: handlers, reply_to: first, title: "{{ .key }} is waiting" }
      - send_message: { to: handlers, title: "Something else about {{ .key }}" }
      - wait: 1d
      - send_message: { to: [handlers, lead], reply_to: first, title: "{{ .key }} has waited for a day" }
      - send_message: { to: handlers, reply_to: second, title: "{{ .key }} is still waiting" }
`

// TestRepliesInBrowser checks that a reply is shown below the message with which its thread
// begins on Slack, and below a line with the message to which it replies on Discord.
func TestRepliesInBrowser(t *testing.T) {
	t.Parallel()
	words, err := text.Load(locales)
	if err != nil {
		t.Fatal(err)
	}
	for platform, accounts := range map[string][]any{
		"slack":   {`{ platform: slack, bot_token: "${BOT}", app_token: "${APP}" }`, "{ email: lin@example.com }", "{ email: wei@example.com }"},
		"discord": {`{ platform: discord, bot_token: "${BOT}", guild_id: "300000000000000000" }`, `{ acme: "80351110224678913" }`, `{ acme: "80351110224678914" }`},
	} {
		for _, lang := range text.Languages() {
			t.Run(platform+" "+lang, func(t *testing.T) {
				t.Parallel()
				url := served(t, lang, "", fmt.Appendf(nil, replying, append([]any{lang}, accounts...)...))
				v := visitor{open(t, chromium(t), url+"?lang="+lang, look{1280, 900, false}), words.In(lang), false}
				v.sees("#side", "lin", "wei", "general")
				v.press("#text", "")
				v.keys("/risk new title:Ledger is off by one module:Payments" + kb.Enter)
				v.sees("#posts", "R-1")
				v.unread("wei")
				v.side("wei")
				v.sees("#posts", "New risk", "Something else")
				v.clock("day")
				v.clock("hour")
				v.sees("#posts", "still waiting")
				if platform == "slack" {
					v.threaded()
				} else {
					v.quoting()
				}
			})
		}
	}
}

// threaded checks that three replies are below the first message, and what follows isn't.
func (v visitor) threaded() {
	v.Helper()
	v.once("#posts .thread", v.says("thread", text.Args{"N": 3}))
	v.waits("the thread is below the message that begins it", `(() => { const e = document.querySelector('#posts .thread');
		return e.previousElementSibling.innerText.includes('New risk') && e.nextElementSibling.innerText.includes('Something else') })()`)
	v.waits("the replies are in their order", `[...document.querySelectorAll('#posts .thread .post')].map((e) => e.innerText.match(/R-1 (.*)/)[1]).join() === 'is waiting,has waited for a day,is still waiting'`)
}

// quoting checks that each reply quotes the message to which it replies, and leads to it.
func (v visitor) quoting() {
	v.Helper()
	v.waits("each reply quotes a message", `[...document.querySelectorAll('#posts .post:has(> .quoted)')].map((e) => e.querySelector('.quoted span:not(.avatar)').innerText + ' < ' + e.querySelector('.text').innerText).join() ===
		'New risk R-1: Ledger is off by one < R-1 is waiting,New risk R-1: Ledger is off by one < R-1 has waited for a day,R-1 is waiting < R-1 is still waiting'`)
	v.press("#posts .quoted", "is waiting")
	v.waits("the message that it quotes has the focus", `document.activeElement.matches('.post') && document.activeElement.querySelector('.text').innerText === 'R-1 is waiting'`)
}
