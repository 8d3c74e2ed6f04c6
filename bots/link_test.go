package bots

import (
	"context"
	"slices"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/people"
)

func linking(t *testing.T, f *fakeEngine) *Bot {
	return newBot(t, f, func(c *Config) {
		c.Org.Workspaces["guild"] = core.Workspace{Name: "guild"}
	})
}

func TestLinkShowsACode(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{accounts: []people.Known{{Account: lin.Account, Name: "Lin"}, other}}
	b := linking(t, f)
	wants(t, words(ask(t, b, typed("link"))), code, "15:40", "guild: /risk link "+code, "Lin Chen in guild, linked")
	f.before = func(_ context.Context, call string) error {
		if call == "Accounts" {
			return down
		}
		return nil
	}
	r := ask(t, b, typed("关联"))
	wants(t, words(r), code)
	if len(r.List) != 0 {
		t.Errorf("a list that can't be read: %v", r.List)
	}
}

func TestLinkIsAskedAboutFirst(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := linking(t, f)
	r := ask(t, b, typed("link abcd efgh"))
	wants(t, words(r), "Lin Chen in guild", "/risk link abcdefgh yes")
	if r.Form == nil || r.Form.ID != formLink || !r.Form.Warn || r.Form.Submit == "" || !strings.Contains(core.Text(r.Form.Notice), "Lin Chen in guild") {
		t.Fatalf("form %+v", r.Form)
	}
	c := Command{Op: "form", Actor: lin, Filled: &Filled{Form: r.Form.ID, State: r.Form.State}}
	r = ask(t, b, c)
	if r.Form == nil || !strings.Contains(core.Text(r.Form.Notice), "now linked with Lin Chen in guild") {
		t.Errorf("answer %+v", r)
	}
	wants(t, words(ask(t, b, typed("link "+code+" YES"))), "Your account is now linked with")
	if want := []string{"Offered abcdefgh", "Link abcdefgh", "Link " + code}; !slices.Equal(f.linked, want) {
		t.Errorf("asked %q, want %q", f.linked, want)
	}
}

func TestUnlink(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"link remove": "Unlink ", "link REMOVE here": "Unlink ", "link 解除 此处": "Unlink ",
		"link remove guild": "Unlink guild/80351110224678912", "link remove lin": "Unlink lin",
		"link remove acme/U0WEI": "Unlink acme/U0WEI", "link remove @wei": "Unlink wei",
	} {
		f := &fakeEngine{accounts: []people.Known{{Account: lin.Account}, other}}
		b := linking(t, f)
		wants(t, words(ask(t, b, typed(line))), "Lin Chen in guild is no longer linked with any other")
		if len(f.linked) != 1 || f.linked[0] != want {
			t.Errorf("%s: asked %q, want %q", line, f.linked, want)
		}
	}
	f := &fakeEngine{}
	wants(t, words(ask(t, linking(t, f), typed("link remove nemo"))), `No user named "nemo"`)
	if len(f.linked) != 0 {
		t.Errorf("asked %q", f.linked)
	}
	c := typed("link remove @Wei")
	c.Typed.Mentions = map[string]core.Ref{"@Wei": "acme/U0WEI"}
	ask(t, linking(t, f), c)
	if len(f.linked) != 1 || f.linked[0] != "Unlink acme/U0WEI" {
		t.Errorf("a mention: asked %q", f.linked)
	}
}

func TestLinkIsRefusedInWords(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{before: func(context.Context, string) error {
		return &core.Refusal{Kind: core.NotFound, Code: "link_code", Field: "code", Args: map[string]any{"Count": 1}}
	}}
	b := linking(t, f)
	wants(t, words(ask(t, b, typed("link zzzz"))), "That code doesn't work", "You have 1 try left", "/risk link zzzz")
	r := ask(t, b, Command{Op: "form", Actor: lin, Filled: &Filled{Form: formLink, State: map[string]string{"code": "zzzz"}}})
	if len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Text, "That code doesn't work") {
		t.Errorf("form: %+v", r)
	}
	f.before = func(context.Context, string) error { return &core.Error{Kind: core.Unknown} }
	wants(t, words(ask(t, b, typed("link remove"))), "/risk link shows what is linked")
	wants(t, words(ask(t, b, typed("help link"))), "link remove", "ABCD-EFGH")
}
