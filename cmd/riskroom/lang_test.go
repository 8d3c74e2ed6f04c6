package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckInChinese: --lang comes before the environment, and codes and places stay.
func TestCheckInChinese(t *testing.T) {
	t.Parallel()
	chinese := map[string]string{"LANG": "zh_CN.UTF-8"}
	english := program(t.Context(), nil, "", "check", "testdata/bad.yaml")
	for _, c := range []struct {
		env  map[string]string
		args []string
		han  bool
	}{
		{nil, []string{"--lang", "zh-CN"}, true},
		{nil, []string{"--lang=zh"}, true},
		{nil, []string{"--lang", "zh_cn"}, true},
		{chinese, nil, true},
		{map[string]string{"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, nil, false},
		{map[string]string{"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en_GB"}, nil, true},
		{chinese, []string{"--lang", "en"}, false},
	} {
		r := program(t.Context(), c.env, "", append([]string{"check", "testdata/bad.yaml"}, c.args...)...)
		if r.code != exitFailed || strings.Contains(r.stdout, "个错误") != c.han || strings.Count(r.stdout, "[") != strings.Count(english.stdout, "[") {
			t.Errorf("%v %v: exit %d\n%s", c.env, c.args, r.code, r.stdout)
		}
		if c.han {
			golden(t, "check-bad.chinese", r.stdout)
		}
	}
}

// TestMisuseInChinese checks errors in the command line.
func TestMisuseInChinese(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{
		{"check --lang zh-CN", "哪些文件？"},
		{"check --lang zh-CN testdata/absent.yaml testdata/none.yaml", "none.yaml: no such file"},
		{"serve --lang zh-CN", "哪个配置文件？"},
		{"check --lang cn x.yaml", `"cn" is not one of en, zh-CN`},
		{"--lang zh-CN runs nonsense", `没有命令 "nonsense"`},
	} {
		r := program(t.Context(), nil, "", strings.Fields(c.line)...)
		if r.code != exitMisused || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%s: exit %d, %q, want %q", c.line, r.code, r.stderr, c.want)
		}
	}
}

// TestSchemaWhereTheLineSays writes the schema where a file's editor line looks for it.
func TestSchemaWhereTheLineSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, name, says string }{
		{"# yaml-language-server: $schema=riskroom.schema.json\n", "riskroom.schema.json", "wrote"},
		{"version: 1\n", schemaName, "begin"},
		{"# yaml-language-server: $schema=../up.json\n", schemaName, "begin"},
		{"# yaml-language-server: $schema=https://example.com/x.json\n", schemaName, "begin"},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "a.yaml")
		if err := os.WriteFile(file, []byte(c.first), 0o600); err != nil {
			t.Fatal(err)
		}
		r := program(t.Context(), nil, "", "schema", file)
		if r.code != exitFine || !strings.Contains(r.stdout, c.says) || !strings.Contains(readFile(t, filepath.Join(dir, c.name)), "riskroom") {
			t.Errorf("%s: %+v", c.first, r)
		}
	}
}

// TestFlagErrorsInChinese checks errors that the library for the command line finds.
func TestFlagErrorsInChinese(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, english, chinese string }{
		{"check --frmat json x", "unknown flag: --frmat", "没有参数 --frmat"},
		{"check -z x", "unknown flag: -z", "没有参数 -z"},
		{"check x --format", "flag needs an argument: --format", "参数 --format 需要一个值"},
		{"runs list --limit many", `--limit: "many" is not a valid value`, `--limit：值 "many" 无效`},
		{"chek x", "unknown command \"chek\" for \"riskroom\"\n\nDid you mean this?\n\tcheck", "\"riskroom\" 没有命令 \"chek\"\n\n是不是想输入：\n\tcheck"},
		{"version now", `unknown command "now" for "riskroom version"`, `"riskroom version" 没有命令 "now"`},
	} {
		for lang, want := range map[string]string{"en": c.english, "zh-CN": c.chinese} {
			r := program(t.Context(), nil, "", strings.Fields("--lang="+lang+" "+c.line)...)
			if r.code != exitMisused || !strings.Contains(r.stderr, "riskroom: "+want+"\n") {
				t.Errorf("%s: exit %d, %q, want %q", c.line, r.code, r.stderr, want)
			}
		}
	}
}
