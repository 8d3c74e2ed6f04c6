package demo

import (
	"bufio"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"riskroom/bots"
	"riskroom/core/text"
)

var update = flag.Bool("update", false, "take the pictures in docs/ anew")

// visitor is a person who tries the demo.
type visitor struct {
	*tab
	words  text.Printer
	narrow bool
}

func visit(t *testing.T, home, lang string, l look) visitor {
	t.Helper()
	words, err := text.Load(locales)
	if err != nil {
		t.Fatal(err)
	}
	url := served(t, lang, home, nil)
	b := open(t, chromium(t), url+"?lang="+lang, l)
	return visitor{b, words.In(lang), l.width < 720}
}

// says returns a text of the page.
func (v visitor) says(id string, args ...text.Args) string { return v.words.S("browser."+id, args...) }

// tells returns a text that the trail shares with a risk's history.
func (v visitor) tells(id string, args ...text.Args) string { return v.words.S("history."+id, args...) }

// unread waits until somebody in the list of people has an unread message. What the visitor sees
// as that person is then the room with the message.
func (v visitor) unread(person string) {
	v.Helper()
	v.waits(person+" has an unread message", `[...document.querySelectorAll('#side .item.unread')].some((e) => e.textContent.includes(`+quoted(person)+`))`)
}

// side clicks an entry in the list of people and rooms.
func (v visitor) side(label string) {
	v.Helper()
	if v.narrow {
		v.press("#open-side", "")
		v.waits("the list slides in", `document.querySelector('#side').getBoundingClientRect().x >= 0`)
	}
	v.press("#side button.item", label)
	v.gone("#veil")
}

// trail waits until the audit trail shows all texts.
func (v visitor) trail(wants ...string) {
	v.Helper()
	if v.narrow && !eval[bool](v.tab, `document.body.dataset.drawer === 'behind'`) {
		v.press("#open-behind", "")
	}
	v.sees("#trail", wants...)
	if v.narrow {
		v.press("#behind button", v.says("close"))
		v.gone("#veil")
	}
}

// trouble orders a fault.
func (v visitor) trouble(id string) {
	v.Helper()
	v.press("#trouble-button", "")
	v.press("#troubles button", v.says("trouble."+id))
	if id == killNow {
		v.sees("#due", v.says("clock.down"))
	} else {
		v.sees("#troubles", v.says("troubles.waiting"))
	}
	v.keys("\x1b")
	v.gone("#troubles")
}

// clock moves the clock and waits until it has arrived.
func (v visitor) clock(key string) {
	v.Helper()
	before := v.text("#now")
	v.press("#clock-keys button", v.says("clock.key."+key))
	v.waits("the clock has moved", `document.querySelector('#now').innerText !== `+quoted(before))
	v.waits("the clock has stopped", `document.querySelector('#moving').hidden && document.querySelector('#clock-keys button').ariaDisabled === 'false'`)
}

func quoted(s string) string { return "`" + strings.ReplaceAll(s, "`", "") + "`" }

// fill types into the field with the label.
func (v visitor) fill(label, value string) {
	v.Helper()
	v.press("#window .field label", label)
	v.keys(value)
}

// choose chooses an option in the field with the label.
func (v visitor) choose(label, option string) {
	v.Helper()
	v.waits("choose "+option, `(() => { const f = [...document.querySelectorAll('#window .field')].find(f => f.innerText.startsWith(`+quoted(label)+`));
		const s = f?.querySelector('select'), o = s && [...s.options].find(o => o.text === `+quoted(option)+`); if (!o) return false;
		s.focus(); s.value = o.value; s.dispatchEvent(new Event('change', {bubbles: true})); return true })()`)
}

// count returns how many elements of a selector contain a text.
func (v visitor) count(selector, holds string) int {
	v.Helper()
	return eval[int](v.tab, `[...document.querySelectorAll(`+quoted(selector)+`)].filter(e => e.innerText.includes(`+quoted(holds)+`)).length`)
}

// there follows the story to a person's card in the risk's group.
func (v visitor) there(who string) {
	v.Helper()
	v.press("#story button", v.says("story.there", text.Args{"Who": who}))
	v.sees("#head h1", "r-1")
	v.waits("one acts as "+who, `document.querySelector('#side [role=radio][aria-checked=true]')?.textContent.includes(`+quoted(who)+`)`)
}

// pass passes the risk on to a node, in its group.
func (v visitor) pass(node string) {
	v.Helper()
	v.sees("#story", v.says("story.pass"))
	v.press("#posts button", v.words.S("card.button.pass", text.Args{"Node": node}))
	v.trail("→ " + node)
}

// once fails the test unless exactly one element of a selector contains a text.
func (v visitor) once(selector, holds string) {
	v.Helper()
	if n := v.count(selector, holds); n != 1 {
		v.Errorf("%d of %s contain %q:\n%s", n, selector, holds, v.text(selector))
	}
}

// file files the story's risk, without a required field and in another module at first.
func (v visitor) file(other, module string) {
	v.Helper()
	title := v.words.S("demo.story.title")
	v.press("#story button", v.says("story.file.try"))
	v.press("#send", "")
	v.sees("#window", v.words.S("commands.form.file.title"))
	v.press("#window footer button", v.words.S("commands.form.file.submit"))
	v.sees("#window .wrong", v.says("window.required"))
	v.fill(v.words.Field("title"), title)
	v.choose(v.words.Field("module"), other)
	v.waits("its handler is chosen", `document.querySelectorAll('#window .checks input:checked').length === 1`)
	v.choose(v.words.Field("module"), module)
	v.waits("the handlers are chosen", `document.querySelectorAll('#window .checks input:checked').length === 2`)
	v.waits("what was typed stays", `document.querySelector('#window input').value === `+quoted(title))
	v.attach()
	v.press("#window footer button", v.words.S("commands.form.file.submit"))
	v.sees("#window", "R-1", title)
	v.press("#window footer button", "")
	v.gone("#window")
}

// TestStoryInBrowser plays the whole story as a newcomer would, with faults. Nothing may
// be lost or happen twice.
func TestStoryInBrowser(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, lang, other string
		look              look
		lin, ana, wei     string
		module            string
		ledger            string
		fix, review       string
	}{
		{"1280 in English", text.English, text.Chinese, look{1280, 800, false}, "lin", "ana", "wei", "Payments", "Ledger", "Fix", "Review"},
		{"390 in Chinese", text.Chinese, text.English, look{390, 844, true}, "林晓", "安娜", "魏然", "支付", "账务", "修复", "复核"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := visit(t, "acme", c.lang, c.look)
			title := v.words.S("demo.story.title")

			// The form keeps the focus, closes on Escape, and reports what is missing.
			v.sees("#story", v.says("story.file"))
			v.press("#story button", v.says("story.file.try"))
			v.waits("the command is typed", `document.activeElement.value === '/risk `+bots.Word(c.lang, "new")+`'`)
			v.sees("#hints", v.says("hint.new"))
			v.keys("\r")
			v.sees("#window", v.words.S("commands.form.file.title"))
			for range 15 {
				v.keys("\t")
			}
			v.waits("the focus stays in the window", `!!document.activeElement.closest('#window') || document.activeElement === document.body`)
			v.keys("\x1b")
			v.gone("#window")
			v.file(c.ledger, c.module)
			v.sees("#story", v.says("story.wait"))
			v.trail("R-1", v.says("trail.filed", text.Args{"Who": "mei"}))

			// Replies to commands are private.
			v.press("#text", "")
			v.keys("/risk list\r")
			v.sees("#posts .only", v.says("only_you"), title)

			// A message arrives, and the answer is lost.
			v.unread(c.lin)
			v.side(c.lin)
			v.sees("#posts", title, v.words.S("card.button.start"))
			v.once("#posts .post", title)
			v.trouble("error_after")
			v.clock("day")
			v.trail(v.says("struck.error_after", text.Args{"Call": "chat.postMessage"}))
			for range 5 {
				if v.count("#trail li", v.tells("step.send_message.to", text.Args{"Done": ""})) >= 3 {
					break
				}
				v.clock("hour")
			}
			if n := v.count("#posts .post", title); n != 2 {
				t.Errorf("lin has %d messages, not that the risk is there and that it waits:\n%s", n, v.text("#posts"))
			}

			// Switch to the other language and back.
			v.press("#lang", "")
			other := v
			words, _ := text.Load(locales)
			other.words = words.In(c.other)
			v.sees("#clock-keys", other.says("clock.key.day"))
			other.trail(other.says("trail.filed", text.Args{"Who": "mei"}))
			v.press("#lang", "")
			v.sees("#clock-keys", v.says("clock.key.day"))

			// The engine dies just after creating the group.
			v.trouble(killInCall)
			v.clock("day")
			v.trail(v.says("killed.in", text.Args{"Call": "conversations.create"}), v.says("restarted"))
			v.trail(v.tells("step.send_group_message"))
			v.trail(v.says("once", text.Args{"Call": "conversations.create"}))
			if v.narrow {
				v.press("#open-side", "")
			}
			v.sees("#side", "r-1")
			v.once("#side li", "r-1")
			if v.narrow {
				v.keys("\x1b")
				v.gone("#veil")
			}

			// The badge and the card lead through the process, to the end.
			v.sees("#story", v.says("story.pass"))
			v.there(c.wei)
			v.once("#posts .post", v.words.S("card.button.start"))
			v.opens()
			if !v.narrow {
				v.archived("r-1")
			}
			v.press("#head .badge", "R-1")
			v.waits("the badge leads to its card", `document.activeElement.classList.contains('led')`)
			v.trouble(killNow)
			v.waits("another engine is there", `!document.body.classList.contains('down')`)
			v.press("#posts .actions .menu summary", "") // less important buttons
			v.waits("all of the menu can be seen", `document.querySelector('#posts .menu[open] div').getBoundingClientRect().bottom <= document.querySelector('#composer').getBoundingClientRect().top + 2`)
			v.press("#posts .actions .menu[open] button", v.words.S("card.button.note"))
			v.sees("#window", v.words.S("commands.form.note.note"))
			v.keys("seen it")
			v.press("#window footer .primary", "")
			v.gone("#window")
			v.sees("#posts dl", "seen it")
			v.pass(c.fix)
			v.there(c.lin)
			v.press("#text", "")
			v.keys("/risk take\r")
			v.trail(v.tells("assigned.take", text.Args{"From": v.words.List([]string{c.lin, c.ana})}))
			v.pass(c.review)
			v.sees("#story", v.says("story.resolve"))
			v.there(c.wei)
			v.press("#posts button", v.words.S("card.button.resolve"))
			v.sees("#window", "R-1")
			v.keys(v.words.S("demo.story.note"))
			v.press("#window footer .primary", "")
			v.gone("#window")
			v.sees("#posts dl", v.words.S("common.status.resolved"))

			// The topic that follows is ended. After that nobody can post.
			v.trail(v.tells("step.set_group", text.Args{"Done": ""})) // everybody is in it
			v.sees("#story", v.says("story.end_topic"))
			v.press("#story button", v.says("story.there", text.Args{"Who": c.wei}))
			v.sees("#posts", v.words.S("topic.state.discussing"), v.words.S("card.group.admins", text.Args{"Names": c.lin}))
			v.press("#posts button", v.words.S("card.button.end_topic"))
			v.press("dialog.asks button.danger", v.words.S("topic.confirm.yes"))
			v.sees("#head", v.says("archived"))
			v.waits("nobody can write", `document.querySelector('#text').disabled`)
			v.sees("#story", v.says("story.end"))
			v.side("riskroom")
			v.sees("#posts dl", v.words.S("common.status.resolved"))
			v.press("#story button", v.says("story.away"))
			v.gone("#story")

			// Somebody who joins can file a risk at once.
			v.joins("zoe")
			v.press("#text", "")
			v.keys("/risk " + bots.Word(c.lang, "new") + " Zoe's risk " + v.words.Field("module") + ":" + c.module + "\r")
			v.sees("#posts .only", "R-2", "Zoe's risk")
		})
	}
}

// TestPageWeight limits the size of the page and its first state.
func TestPageWeight(t *testing.T) {
	t.Parallel()
	v := visit(t, "acme", text.English, look{1280, 800, false})
	v.sees("#story", v.says("story.file"))
	const most = 100_000
	n := eval[int](v.tab, `[performance.getEntriesByType('navigation'), performance.getEntriesByType('resource')].flat()
		.filter(e => !e.name.includes('/events')).reduce((sum, e) => sum + e.transferSize, 0)`)
	if n < 10_000 {
		t.Fatalf("the page has %d bytes: something is not counted", n)
	}
	if n += len(firstState(t, eval[string](v.tab, `location.origin`))); n > most {
		t.Errorf("the page has %d bytes", n)
	}
	for _, width := range []int64{1280, 390} {
		v.do("look", chromedp.EmulateViewport(width, 800))
		v.waits("nothing sticks out", `document.documentElement.scrollWidth <= innerWidth`)
	}
}

// firstState returns the first event of the page's stream.
func firstState(t *testing.T, origin string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	in := bufio.NewReader(answer.Body)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "data: ") {
			return line
		}
	}
}

// TestScreens takes the screenshots in docs/ with go test ./cmd/riskroom/demo -run
// TestScreens -update.
func TestScreens(t *testing.T) {
	if !*update {
		t.Skip("pictures are taken with -update")
	}
	for _, c := range []struct {
		name string
		look look
	}{
		{"demo", look{1280, 800, false}}, {"demo-phone", look{390, 844, true}},
	} {
		v := visit(t, "acme", text.English, c.look)
		v.file("Ledger", "Payments")
		v.clock("day")
		v.clock("day")
		v.there("wei")
		v.pass("Fix")
		v.there("lin")
		v.sees("#posts dl", "2 of 3: Fix")
		eval[bool](v.tab, `(document.activeElement.blur(), true)`)
		if err := os.WriteFile(filepath.Join("../../../docs", c.name+".png"), v.shot(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOwnFlows shows a config file with two workspaces and many fields.
func TestOwnFlows(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../../../configs/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	words, err := text.Load(locales)
	if err != nil {
		t.Fatal(err)
	}
	url := served(t, text.English, "", src)
	v := visitor{open(t, chromium(t), url+"?lang=en", look{1280, 800, false}), words.In(text.English), false}
	v.sees("#side", "lin", "payments-oncall-1", "general")
	v.press("#text", "")
	v.keys("/risk new\r")
	v.sees("#window", "Impact", "Amount at risk")
	v.fill("Title", "Ledger is <b>off</b> & more")
	v.choose("Module", "Payments")
	v.choose("Impact", "One team")
	v.press("#window footer button", "File")
	v.sees("#window", "R-1", "Ledger is <b>off</b> & more")
	v.press("#window footer button", "Close")
	v.sees("#story", v.says("story.wait.own"))
	v.press("#story button", v.says("story.wait.own.try"))
	v.sees("#story", v.says("story.resolve"))
	v.unread("lin")
	v.side("lin")
	v.sees("#posts", "Ledger is <b>off</b> & more")
	eval[bool](v.tab, `(() => { window.due = []; new MutationObserver(() => window.due.push(document.querySelector('#due').innerText)).observe(document.querySelector('#due'), {childList: true}); return true })()`)
	v.clock("week")
	v.waits("the page showed what was left", `window.due.some((s) => s.includes('runs left: '))`)
	v.waits("only a moving clock can be stopped", `[...document.querySelectorAll('#clock-keys button')].map((b) => b.ariaDisabled).join() === 'false,false,false,'+document.querySelectorAll('#clock-keys button')[3].ariaDisabled+',true'`)
	eval[bool](v.tab, `(() => { const s = document.querySelector('#side select'); s.value = 'labs'; s.dispatchEvent(new Event('change')); return true })()`)
	v.waits("the other workspace is shown", `document.querySelector('#side select').value === 'labs' && document.querySelector('#posts').innerText.includes('No messages in #')`)
}
