package demo

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"riskroom/core/text"
)

// TestShortcutsInBrowser files a risk from the menu of a message and from the menu next to
// the input, and looks at it on the Home tab.
func TestShortcutsInBrowser(t *testing.T) {
	t.Parallel()
	v := visit(t, "acme", text.English, look{1280, 800, false})
	v.sees("#story", v.says("story.file"))
	v.press("#text", "")
	v.keys("The ledger is off by one" + kb.Enter)
	v.sees("#posts .post", "The ledger is off by one")
	v.press("#posts .post .menu summary", "")
	v.press("#posts .post .menu button", v.words.S("shortcuts.name.file_message"))
	v.sees("#window", v.words.S("commands.form.file.title"), "Who can read this risk", "every member of acme")
	v.waits("the text is the description", `[...document.querySelectorAll('#window textarea')].some((e) => e.value === 'The ledger is off by one')`)
	v.choose(v.words.Field("module"), "Payments")
	v.sees("#window", v.words.Field("handlers"))
	v.fill(v.words.Field("title"), "Ledger")
	v.press("#window footer button", v.words.S("commands.form.file.submit"))
	v.sees("#window", "R-1")
	v.keys(kb.Escape)
	v.gone("#window")

	v.side(v.says("home"))
	v.sees("#posts .post", v.words.S("home.filed"), "R-1 Ledger")
	v.press("#posts .post button", v.words.S("card.button.details"))
	v.sees("#window", "Ledger", "The ledger is off by one", "message by")
	v.keys(kb.Escape)
	v.gone("#window")
	v.press("#posts .post button", v.words.S("shortcuts.name.new"))
	v.sees("#window", v.words.S("commands.form.file.title"))
	v.keys(kb.Escape)
	v.gone("#window")

	v.side("general")
	v.press("#entries summary", "")
	v.press("#entries button", v.words.S("shortcuts.name.new"))
	v.sees("#window", v.words.S("commands.form.file.title"))
}
