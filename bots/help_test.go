package bots

import (
	"maps"
	"strings"
	"testing"

	"riskroom/core/text"
)

// TestChineseLinesCanBeTyped: each command line in a Chinese text is of Chinese
// words and is read without a fault. So are the options and values in help.
func TestChineseLinesCanBeTyped(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{}, withProcess)
	seen := map[string]bool{}
	for id, s := range chineseTexts(t) {
		if strings.HasSuffix(id, ".options") {
			continue // commands there have the same names in every language
		}
		for _, after := range strings.Split(s, "{{.Command}} ")[1:] {
			if strings.HasPrefix(after, "{{.Word}}") {
				continue // not a command
			}
			line, _, _ := strings.Cut(after, "\n")
			for _, line := range examplesOf(line) {
				c, r := b.route(typed(untilProse(b, line)))
				if r.entry == nil {
					t.Errorf("%s: %q is no command", id, line)
					continue
				}
				c.Typed.read(r.entry)
				judgeLine(t, b, id, c, r.entry)
				seen[r.entry.fullName()] = true
			}
		}
	}
	for _, s := range leaves(b.Commands()) {
		if name := strings.Join(s.Path, " "); !seen[name] {
			t.Errorf("no text shows how %q is typed in Chinese", name)
		}
	}
}

// TestRepliesNameCommandsInChinese: so do the lines that replies put together.
func TestRepliesNameCommandsInChinese(t *testing.T) {
	t.Parallel()
	b := linking(t, &fakeEngine{})
	chinese := func(line string) string {
		c := typed(line)
		c.Lang = text.Chinese
		return words(ask(t, b, c))
	}
	for line, want := range map[string]string{
		"link abcd-efgh":          "/risk 关联 abcd-efgh 确认",
		"group release":           "/risk 频道 解绑 R-17",
		"group release R-1 now":   "/risk 频道 解绑 R-1",
		"status resolved":         "/risk 状态 R-17 resolved",
		"频道 解榜":                   "没有命令 /risk 频道 解榜。",
		"填抱":                      "是不是想输入 /risk 填报？",
		"channel release nothing": "没有“nothing”这个风险编号",
	} {
		wants(t, chinese(line), want)
	}
	// Options are named alike in every language.
	c := given("group release", Values{})
	c.Lang = text.Chinese
	wants(t, words(ask(t, b, c)), "/risk group release key:R-17")
}

// TestHelpInSections: help lists the commands in sections, and only those that are useful.
func TestHelpInSections(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][]string{
		text.English: {"R-17", "File and find risks\n• /risk new", "Work on a risk\n• /risk status", "Channels, accounts, help\n• /risk group"},
		text.Chinese: {"R-17", "填报与查找\n• /risk 填报", "处理风险\n• /risk 状态", "频道、账号与帮助\n• /risk 频道"},
	} {
		c := typed("help")
		c.Lang = lang
		help := words(ask(t, newBot(t, &fakeEngine{}), c))
		wants(t, help, want...)
		if link := Word(lang, "link"); strings.Contains(help, link) {
			t.Errorf("%s: help with one workspace offers %s", lang, link)
		}
		wants(t, words(ask(t, linking(t, &fakeEngine{}), c)), Word(lang, "link"))
	}
}

func judgeLine(t *testing.T, b *Bot, id string, c Command, e *entry) {
	t.Helper()
	line := c.Typed.Text
	if !strings.HasPrefix(line, e.lineIn(text.Chinese)) {
		t.Errorf("%s: %q is not %q in Chinese", id, line, e.fullName())
	}
	faults := c.Typed.faults
	if e.name == "list" {
		_, faults = b.listQuery(c, c.Typed.Args)
	}
	topic := c.Typed.Args.Get("topic")
	if len(faults) > 0 || c.Typed.left != "" || topic != "" && find(b.commands, topic) == nil {
		t.Errorf("%s: %q leaves %q, faults %v", id, line, c.Typed.left, faults)
	}
}

// chineseTexts returns the Chinese texts that name a command.
func chineseTexts(t *testing.T) map[string]string {
	t.Helper()
	found := localeTexts(t, text.Chinese)
	maps.DeleteFunc(found, func(_, s string) bool { return !strings.Contains(s, "{{.Command}} ") })
	return found
}

// examplesOf fills in what stands for values in a line of help: "[关联码 | 解除]"
// is either.
func examplesOf(line string) []string {
	if before, after, ok := strings.Cut(line, "["); ok {
		if inside, after, ok := strings.Cut(after, "]"); ok {
			var all []string
			for one := range strings.SplitSeq(inside, " | ") {
				if one == "字段：值 …" {
					one = "严重程度：高"
				}
				all = append(all, examplesOf(before+one+after)...)
			}
			return all
		}
	}
	return []string{strings.NewReplacer(
		"编号", "R-17", "{{.Key}}", "R-17", "<状态>", "已处理", "{{.Status}}", "处理中", "<名称>", "Payments", "{{.Module}}", "Payments",
		"关联码", "ABCD-EFGH", "{{.Code}}", "ABCD-EFGH", "<工作区>", "acme", "<原因>", "原因", "<节点>", "评审", "帮助 命令", "帮助 填报",
	).Replace(line)}
}

// untilProse cuts a line before the punctuation that ends the command. The colon
// after a field's key does not end it.
func untilProse(b *Bot, line string) string {
	if i := strings.IndexAny(line, "。；，）"); i >= 0 {
		line = line[:i]
	}
	for at := 0; ; {
		i := strings.Index(line[at:], "：")
		if i < 0 {
			return strings.TrimSpace(line)
		}
		words := strings.Fields(line[:at+i])
		if findKey(b.keys, words[len(words)-1]) == nil {
			return strings.TrimSpace(line[:at+i])
		}
		at += i + len("：")
	}
}
