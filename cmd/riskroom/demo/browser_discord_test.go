package demo

import (
	"fmt"
	"testing"

	"riskroom/core/text"
)

// TestDiscordInBrowser plays the story in the browser on a Discord server, with faults:
// options are suggested, the form takes two windows, replies are private, and the group
// shows its risk with a pin and its topic.
func TestDiscordInBrowser(t *testing.T) {
	t.Parallel()
	v := visit(t, "guild", text.English, look{1280, 800, false})
	title := v.words.S("demo.story.title")

	// Options and their values are suggested.
	v.sees("#story", v.says("story.file"))
	v.press("#text", "")
	v.keys("/risk n")
	v.sees("#hints", "/risk new", v.words.S("options.command.new"))
	v.keys("\t")
	v.sees("#hints", "module:", v.words.Field("module"))
	v.keys("module:pay")
	v.sees("#hints", "Payments")
	v.keys("\t")
	v.waits("the module is typed", `document.querySelector('#text').value === '/risk new module:Payments '`)
	v.sees("#hints", "severity:")
	v.keys("\r")

	// The form has inputs to choose from, and reports what is missing.
	v.sees("#window", v.words.S("commands.form.file.title"), v.words.Field("severity"))
	v.waits("the module and its handlers are chosen", `document.querySelector('#window select').value === 'Payments' && document.querySelectorAll('#window :checked:not(option)').length === 2`)
	v.press("#window footer .primary", "")
	v.sees("#window .wrong", v.says("window.required"))
	v.fill(v.words.Field("title"), title)
	v.press("#window footer .primary", "")
	v.gone("#window")

	// The other fields have a form of their own.
	v.press("#posts .only button", v.words.S("options.form.next"))
	v.sees("#window", v.words.Field("due_at"))
	v.attach()
	v.press("#window footer .primary", "")
	v.gone("#window")
	v.sees("#posts .only", v.says("only_you"), "R-1", title)
	v.trail("R-1", v.says("trail.filed", text.Args{"Who": "mei"}))
	v.press("#text", "")
	v.keys("/risk nonsense\r")
	v.sees("#toasts", v.says("error.mistyped"))

	// The reminder arrives, and its answer is lost.
	v.unread("lin")
	v.side("lin")
	v.sees("#posts", title, v.words.S("card.button.start"))
	v.waits("a guild's commands are not offered in its direct messages",
		fmt.Sprintf(`document.querySelector('#text').placeholder === %q`, v.says("compose.words", text.Args{"Where": "riskroom"})))
	v.trouble("error_after")
	v.clock("day")
	v.trail(v.says("struck.error_after", text.Args{"Call": "create_message"}))
	for range 5 {
		if v.count("#trail li", v.tells("step.send_message.to", text.Args{"Done": ""})) >= 3 {
			break
		}
		v.clock("hour")
	}
	if n := v.count("#posts .post", title); n != 2 {
		t.Errorf("lin has %d messages, not that the risk is there and that it waits:\n%s", n, v.text("#posts"))
	}

	// The engine dies just after creating the group, not when it posts the files for wei.
	v.clock("hour")
	v.trouble(killInCall)
	v.clock("day")
	v.trail(v.says("killed.in", text.Args{"Call": "create_guild_channel"}), v.says("restarted"))
	v.trail(v.tells("step.send_group_message"))
	v.trail(v.says("once", text.Args{"Call": "create_guild_channel"}))
	v.sees("#side", "r-1")
	v.once("#side li", "r-1")

	// The pin and the topic show the risk. A button opens a form to resolve it.
	v.sees("#story", v.says("story.pass"))
	v.there("wei")
	v.sees("#head .topic", "Payments · R-1")
	v.once("#posts .post", v.words.S("card.button.start"))
	v.sees("#posts .mention", "@lin", "@wei")
	v.opens()
	v.press("#head .badge", v.says("pinned"))
	v.waits("the pin leads to the badge", `document.activeElement.classList.contains('led')`)
	v.press("#posts .led button", v.words.S("card.button.details"))
	v.sees("#posts .only", v.says("only_you"), v.words.Field("discovered_at"))
	v.trouble(killNow)
	v.waits("another engine is there", `!document.body.classList.contains('down')`)
	v.pass("Fix")
	v.there("lin")
	v.pass("Review")
	v.sees("#story", v.says("story.resolve"))
	v.there("wei")
	v.press("#posts button", v.words.S("card.button.resolve"))
	v.sees("#window", "R-1")
	v.keys(v.words.S("demo.story.note"))
	v.press("#window footer .primary", "")
	v.gone("#window")
	v.sees("#posts .fields", v.words.S("common.status.resolved"), v.words.S("demo.story.note"))

	// The topic that follows is ended after a private question. After that nobody can post.
	v.trail(v.tells("step.set_group", text.Args{"Done": ""})) // everybody is in it
	v.sees("#story", v.says("story.end_topic"))
	v.press("#story button", v.says("story.there", text.Args{"Who": "wei"}))
	v.sees("#posts", v.words.S("card.group.admins", text.Args{"Names": "lin"}))
	v.press("#posts button", v.words.S("card.button.end_topic"))
	v.press("#posts .only button", v.words.S("topic.confirm.yes"))
	v.sees("#posts", "wei ended this topic on")
	v.sees("#story", v.says("story.end"))
	v.press("#text", "")
	v.keys("one more thing\r")
	v.sees("#toasts", v.says("error.read_only"))
	v.side("riskroom")
	v.sees("#posts .fields", v.words.S("common.status.resolved"))

	// By hand, the channel is moved, the bot removed and added again, and the channel deleted.
	v.side("ledger")
	v.menu("move.out", text.Args{"Where": "riskroom"})
	v.waits("it is in no category", `document.querySelector('#side details')?.innerText.includes('ledger-is-off-by-one-r-1') !== true`)
	v.botRemoved()
	v.botBack()
	v.menu("delete")
	v.press("dialog.asks button.danger", v.says("room.delete.yes"))
	v.trail(v.tells("freed"))
	v.joins("zoe")
	v.press("#text", "")
	v.keys("/risk new module:Payments title:Another\r")
	v.sees("#posts .only", "R-2", "Another")
}
