package demo

import (
	"io"
	"net/http"
	"strings"

	"github.com/chromedp/chromedp/kb"

	"riskroom/core/text"
)

// attached is a file that a visitor attaches to a risk.
const attached, attachedText = "totals.csv", "day,total\n"

// attach uploads a file in the open form.
func (v visitor) attach() {
	v.Helper()
	v.waits("a file is chosen", `(() => { const e = document.querySelector('#window input[type=file]'); if (!e) return false;
		const t = new DataTransfer(); t.items.add(new File([`+quoted(attachedText)+`], `+quoted(attached)+`)); e.files = t.files;
		e.dispatchEvent(new Event('change', {bubbles: true})); return true })()`)
	v.sees("#window .files", attached, "10 B")
}

// opens checks that the file is in the room and can be opened.
func (v visitor) opens() {
	v.Helper()
	v.sees("#posts .file", attached)
	v.once("#posts .file", attached)
	r, err := http.NewRequestWithContext(v.Context(), http.MethodGet, eval[string](v.tab, `document.querySelector('#posts .file').href`), nil)
	if err != nil {
		v.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		v.Fatal(err)
	}
	defer answer.Body.Close()
	if got, err := io.ReadAll(answer.Body); string(got) != attachedText || err != nil {
		v.Errorf("the file has %q, %v", got, err)
	}
}

// menu chooses an entry of the open room's menu.
func (v visitor) menu(id string, args ...text.Args) {
	v.Helper()
	v.press("#head .menu summary", "")
	v.press("#head .menu[open] button", v.says("room."+id, args...))
}

// joins has somebody new join, and acts as them.
func (v visitor) joins(name string) {
	v.Helper()
	if v.narrow {
		v.press("#open-side", "")
	}
	v.press("#side button", v.says("join"))
	v.sees("dialog.asks", v.says("join.about"))
	v.keys(name + kb.Enter)
	v.gone("dialog.asks, #veil")
	v.waits("one acts as "+name, `document.querySelector('#side [role=radio][aria-checked=true]')?.textContent.includes(`+quoted(name)+`)`)
}

// archived archives the risk's channel by hand and restores it, with the bot. Meanwhile
// administrators are told, and then it is the risk's channel again.
func (v visitor) archived(room string) {
	v.Helper()
	v.focus("#head .menu summary")
	v.keys(kb.Enter)
	v.sees("#head .menu[open]", v.says("room.archive"))
	v.keys(kb.Escape)
	v.gone("#head .menu[open]")
	v.at("#head .menu summary")
	v.menu("archive")
	v.sees("#head", v.says("archived"))
	v.waits("nobody can write", `document.querySelector('#text').disabled`)
	v.trail(v.tells("freed"))
	v.side("riskroom")
	notice, _, _ := strings.Cut(v.words.S("engine.notice.archived", text.Args{"Key": "R-1", "Group": "…"}), "…")
	v.sees("#posts", notice)
	v.sees("#side summary", v.says("archived.rooms"))
	v.side(room)
	v.menu("unarchive")
	v.waits("people can write", `!document.querySelector('#text').disabled`)
	v.botBack()
}

// botRemoved removes the bot from the open room by hand. Administrators are told, and the
// risk still belongs to the channel.
func (v visitor) botRemoved() {
	v.Helper()
	v.menu("people")
	v.press("#people button", v.says("room.remove.who", text.Args{"Who": "riskroom"}))
	v.waits("the bot can be added", `[...document.querySelectorAll('#people option')].some((o) => o.text === 'riskroom')`)
	v.at("#people")
	v.keys(kb.Escape)
	v.gone("#people")
	v.trail(v.tells("missing"))
}

// botBack adds the bot to the open room again. Then that is the risk's channel.
func (v visitor) botBack() {
	v.Helper()
	v.menu("people")
	v.waits("the bot is chosen and added", `(() => { const s = document.querySelector('#people select'), o = [...s?.options ?? []].find((o) => o.text === 'riskroom');
		if (o) { s.value = o.value; document.querySelector('#people form button').click() } return !!o })()`)
	v.sees("#people li", "riskroom")
	v.keys(kb.Escape)
	v.gone("#people")
	v.trail(v.tells("found"))
}
