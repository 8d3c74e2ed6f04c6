package bots

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// parseLine reads a line of `new`, whose text outside of values is the title.
func parseLine(keys []Arg, line string) (Values, []fault) {
	values, title, faults := readLine(keys, line, false)
	switch {
	case title == "":
	case values["title"] != nil:
		faults = append(faults, outside("title", title))
	default:
		values["title"] = []string{title}
	}
	return values, faults
}

func TestParseLine(t *testing.T) {
	t.Parallel()
	keys := newBot(t, &fakeEngine{}).keys
	for _, c := range []struct {
		name   string
		line   string
		want   Values
		faults string // their codes
	}{
		{"title alone", "Ledger is off by one", Values{"title": {"Ledger is off by one"}}, ""},
		{"the example", "Ledger is off by one module:Payments discovered:yesterday severity:high due:2026-12-01 handlers:lin,@oncall amount:5",
			Values{"title": {"Ledger is off by one"}, "module": {"Payments"}, "discovered_at": {"yesterday"}, "severity": {"high"},
				"due_at": {"2026-12-01"}, "handlers": {"lin", "@oncall"}, "fields.amount": {"5"}}, ""},
		{"wide colons and Chinese keys", "账目不符 模块：Payments 发现日期：昨天 严重程度：高 处理人员：lin、@oncall 金额：5",
			Values{"title": {"账目不符"}, "module": {"Payments"}, "discovered_at": {"昨天"}, "severity": {"高"},
				"handlers": {"lin", "@oncall"}, "fields.amount": {"5"}}, ""},
		{"wide blanks", "账目不符\u3000模块：Payments", Values{"title": {"账目不符"}, "module": {"Payments"}}, ""},
		{"keys first", "MODULE:Payments Ledger", Values{"title": {"Ledger"}, "module": {"Payments"}}, ""},
		{"title around a key", "Ledger module:Payments is  off", Values{"title": {"Ledger is  off"}, "module": {"Payments"}}, ""},
		{"value after a blank", "Ledger module: Payments", Values{"title": {"Ledger"}, "module": {"Payments"}}, ""},
		{"module of two words", "Ledger module:Core Banking is off", Values{"title": {"Ledger is off"}, "module": {"Core Banking"}}, ""},
		{"unknown module takes one word", "Ledger module:Core Systems", Values{"title": {"Ledger Systems"}, "module": {"Core"}}, ""},
		{"dates of two words", "Ledger discovered:3d ago due:2026-12-01 14:30",
			Values{"title": {"Ledger"}, "discovered_at": {"3d ago"}, "due_at": {"2026-12-01 14:30"}}, ""},
		{"quotes", `Ledger due:"2026-11-20 14:30" description:"since the last: release"`,
			Values{"title": {"Ledger"}, "due_at": {"2026-11-20 14:30"}, "description": {"since the last: release"}}, ""},
		{"curly quotes", "Ledger 描述：“从上周 开始”", Values{"title": {"Ledger"}, "description": {"从上周 开始"}}, ""},
		{"quoted title words", `The "module:x" key`, Values{"title": {`The "module:x" key`}}, ""},
		{"quote within a word", `5" screen`, Values{"title": {`5" screen`}}, ""},
		{"list after commas", "x handlers:lin, @oncall ,wei y", Values{"title": {"x y"}, "handlers": {"lin", "@oncall", "wei"}}, ""},
		{"colons in prose", "Note: see https://example.com at 12:30 std::vector C:\\x", Values{"title": {"Note: see https://example.com at 12:30 std::vector C:\\x"}}, ""},
		{"newlines stay", "Ledger\nis off module:Payments", Values{"title": {"Ledger\nis off"}, "module": {"Payments"}}, ""},
		{"unknown key", "Ledger modul:Payments", Values{"title": {"Ledger"}}, "unknown_key"},
		{"empty value", "Ledger module:", Values{"title": {"Ledger"}}, "empty"},
		{"empty value before a key", "Ledger module: severity:high", Values{"title": {"Ledger"}, "severity": {"high"}}, "empty"},
		{"twice", "Ledger severity:high severity:low", Values{"title": {"Ledger"}, "severity": {"high"}}, "twice"},
		{"open quote", `Ledger description:"since`, Values{"title": {"Ledger"}}, "open_quote"},
		{"title twice", "Ledger title:Other", Values{"title": {"Other"}}, "outside"},
		{"several faults", "Ledger modul:b module: severity:high severity:low", Values{"title": {"Ledger"}, "severity": {"high"}}, "unknown_key empty twice"},
		{"nothing", "  ", Values{}, ""},

		{"German quotes", "Ledger description:„two words“", Values{"title": {"Ledger"}, "description": {"two words"}}, ""},
		{"Polish quotes", "Ledger description:„two words” x", Values{"title": {"Ledger x"}, "description": {"two words"}}, ""},
		{"low and straight quotes", `Ledger description:„two words" x`, Values{"title": {"Ledger x"}, "description": {"two words"}}, ""},
		{"French quotes", "Registre description:« deux mots » x", Values{"title": {"Registre x"}, "description": {"deux mots"}}, ""},
		{"guillemets turned inwards", "Ledger description:»two words« x", Values{"title": {"Ledger x"}, "description": {"two words"}}, ""},
		{"single guillemets", "Ledger description:‹two words› x", Values{"title": {"Ledger x"}, "description": {"two words"}}, ""},
		{"Swedish quotes", "Ledger description:”two words” x", Values{"title": {"Ledger x"}, "description": {"two words"}}, ""},
		{"a left mark twice", "Ledger description:“two words“ x", Values{"title": {"Ledger x"}, "description": {"two words"}}, ""},
		{"corner brackets", "账目 描述：「两 词」模块：『Core Banking』", Values{"title": {"账目"}, "description": {"两 词"}, "module": {"Core Banking"}}, ""},
		{"full-width quotes", "Ledger description：＂two words＂ kind:＇Loss of trust＇", Values{"title": {"Ledger"}, "description": {"two words"}, "fields.kind": {"Loss of trust"}}, ""},
		{"single quotes", `Ledger description:'it's two words' x`, Values{"title": {"Ledger x"}, "description": {"it's two words"}}, ""},
		{"curly single quotes", "Ledger description:‘it’s two words’ x", Values{"title": {"Ledger x"}, "description": {"it’s two words"}}, ""},
		{"low single quotes", "Ledger description:‚two words‘ x", Values{"title": {"Ledger x"}, "description": {"two words"}}, ""},
		{"backticks", "Ledger module:`Core Banking` x", Values{"title": {"Ledger x"}, "module": {"Core Banking"}}, ""},
		{"escaped quotes", `Ledger description:"say \"two words\" x" y`, Values{"title": {"Ledger y"}, "description": {`say "two words" x`}}, ""},
		{"a path in quotes", `Ledger description:"C:\my dir\" severity:high`, Values{"title": {"Ledger"}, "description": {`C:\my dir\`}, "severity": {"high"}}, ""},
		{"a share in quotes", `Ledger description:"\\server\my dir" x`, Values{"title": {"Ledger x"}, "description": {`\\server\my dir`}}, ""},
		{"quotes in quotes", "Ledger description:“a “b” c” x", Values{"title": {"Ledger x"}, "description": {"a “b” c"}}, ""},
		{"straight quotes in curly ones", `Ledger description:“a "b c" d” x`, Values{"title": {"Ledger x"}, "description": {`a "b c" d`}}, ""},
		{"straight quotes in straight ones", `Ledger description:"a "b c" d" x`, Values{"title": {"Ledger x"}, "description": {`a "b c" d`}}, ""},
		{"a lone mark in quotes", `Ledger description:"a 5" screen" module:"Payments" x`, Values{"title": {`Ledger screen" x`}, "module": {"Payments"}}, "open_quote"},
		{"a mark for an apostrophe", "Ledger description:“don”t stop” now", Values{"title": {"Ledger t stop” now"}}, "open_quote"},
		{"quotes after quotes", "Ledger description:“a b” (“c”) and “d e” 说“f g”", Values{"title": {"Ledger (“c”) and “d e” 说“f g”"}, "description": {"a b"}}, ""},
		{"inches after quotes", `Ledger description:"a b" on 5" screens`, Values{"title": {`Ledger on 5" screens`}, "description": {"a b"}}, ""},
		{"an apostrophe is no quote", "Don't use lin's module:Payments, it's the users' key", Values{"title": {"Don't use lin's it's the users' key"}, "module": {"Payments"}}, ""},
		{"open German quote", "Ledger description:„two words", Values{"title": {"Ledger"}}, "open_quote"},
		{"open single quote", "Ledger description:'two words", Values{"title": {"Ledger"}}, "open_quote"},
		{"open quote in a list", "Ledger handlers:lin, „wei x", Values{"title": {"Ledger"}}, "open_quote"},
		{"quoted title words of any kind", "The „module:x“ and 'due:x' keys", Values{"title": {"The „module:x“ and 'due:x' keys"}}, ""},
		{"punctuation after quotes", `Ledger module:"Payments", description:"x y".`, Values{"title": {"Ledger"}, "module": {"Payments"}, "description": {"x y"}}, ""},

		{"prose up to the next key", "Ledger is off description:since the last release, as lin said module:Payments",
			Values{"title": {"Ledger is off"}, "description": {"since the last release, as lin said"}, "module": {"Payments"}}, ""},
		{"prose before a title is a word", "description:short Ledger is off", Values{"title": {"Ledger is off"}, "description": {"short"}}, ""},
		{"title of several words", "title:Ledger is off module:Payments", Values{"title": {"Ledger is off"}, "module": {"Payments"}}, ""},

		{"day and time", "Ledger due:tomorrow at 14:30 discovered:2026-11-18 2pm x",
			Values{"title": {"Ledger x"}, "due_at": {"tomorrow at 14:30"}, "discovered_at": {"2026-11-18 2pm"}}, ""},
		{"Chinese time", "账目不符 截止日期：明天 下午2点 模块：Payments", Values{"title": {"账目不符"}, "due_at": {"明天 下午2点"}, "module": {"Payments"}}, ""},
		{"a number after a day", "Ledger due:tomorrow 3 servers down", Values{"title": {"Ledger 3 servers down"}, "due_at": {"tomorrow"}}, ""},
		{"an hour alone", "Ledger due:tomorrow 14 discovered:yesterday at 9", Values{"title": {"Ledger"}, "due_at": {"tomorrow 14"}, "discovered_at": {"yesterday at 9"}}, ""},
		{"no such time", "Ledger due:tomorrow 25:00", Values{"title": {"Ledger"}, "due_at": {"tomorrow 25:00"}}, ""},
		{"a vague time", "Ledger due:tomorrow at noonish discovered:yesterday evening", Values{"title": {"Ledger"}, "due_at": {"tomorrow at noonish"}, "discovered_at": {"yesterday evening"}}, ""},
		{"a vaguer time", "Ledger due:tomorrow at around 3ish discovered:today before noon x", Values{"title": {"Ledger x"}, "due_at": {"tomorrow at around 3ish"}, "discovered_at": {"today before noon"}}, ""},
		{"no vague time", "Ledger due:tomorrow at night at least about 14 servers", Values{"title": {"Ledger at least about 14 servers"}, "due_at": {"tomorrow at night"}}, ""},
		{"a zone", "Ledger due:tomorrow 14:30 CET", Values{"title": {"Ledger"}, "due_at": {"tomorrow 14:30 CET"}}, ""},
		{"thousands", "Ledger amount:1 000 000 is off", Values{"title": {"Ledger is off"}, "fields.amount": {"1 000 000"}}, ""},
		{"thousands by a narrow blank", "Ledger amount:1\u202f000 is off", Values{"title": {"Ledger is off"}, "fields.amount": {"1\u202f000"}}, ""},
		{"no thousands", "Ledger amount:1 0000 is off", Values{"title": {"Ledger is off"}, "fields.amount": {"1 0000"}}, ""},
		{"a percentage", "Ledger amount:5 % is off due:tomorrow EOD", Values{"title": {"Ledger is off"}, "fields.amount": {"5 %"}, "due_at": {"tomorrow EOD"}}, ""},
		{"a currency", "Ledger amount:1 000 € is off", Values{"title": {"Ledger is off"}, "fields.amount": {"1 000 €"}}, ""},
		{"several mentions", "handlers:@lin @ana Ledger", Values{"title": {"Ledger"}, "handlers": {"@lin", "@ana"}}, ""},
		{"several names", "handlers:lin wei Ledger witness:lin and wei", Values{"title": {"Ledger"}, "handlers": {"lin", "wei"}, "fields.witness": {"lin", "wei"}}, ""},
		{"mentions and words between", "Ledger handlers:@lin, @ana and @wei ＆ ＠bob are late", Values{"title": {"Ledger are late"}, "handlers": {"@lin", "@ana", "@wei", "＠bob"}}, ""},
		{"quoted names", `Ledger handlers:"lin", 'wei' x`, Values{"title": {"Ledger x"}, "handlers": {"lin", "wei"}}, ""},
		{"semicolons in a list", "Ledger handlers:lin；wei; @ana", Values{"title": {"Ledger"}, "handlers": {"lin", "wei", "@ana"}}, ""},

		{"full-width keys", "Ledger ｍｏｄｕｌｅ：Payments ＡＭＯＵＮＴ：５", Values{"title": {"Ledger"}, "module": {"Payments"}, "fields.amount": {"５"}}, ""},
		{"invisible characters", "\ufeffLedger\u00a0is off \u200bmodule:\u200bPayments \u2060due\u00ad:\u200etomorrow",
			Values{"title": {"Ledger\u00a0is off"}, "module": {"Payments"}, "due_at": {"\u200etomorrow"}}, ""},
		{"keys after punctuation", "账目不符；模块：Payments；严重程度：高，截止：明天", Values{"title": {"账目不符"}, "module": {"Payments"}, "severity": {"高"}, "due_at": {"明天"}}, ""},
		{"a key after a sentence", "账目不符。模块：Payments", Values{"title": {"账目不符。"}, "module": {"Payments"}}, ""},
		{"keys after commas", "Ledger is off, module:Payments, severity:high; due:tomorrow.",
			Values{"title": {"Ledger is off"}, "module": {"Payments"}, "severity": {"high"}, "due_at": {"tomorrow."}}, ""},
		{"blank before the colon", "Registre module : Payments severity\u00a0: high", Values{"title": {"Registre"}, "module": {"Payments"}, "severity": {"high"}}, ""},
		{"an emoji is no value", "The module :fire: burns", Values{"title": {"The module :fire: burns"}}, ""},
		{"titles stay as typed", "Ｌｅｄｇｅｒ “is” ｏｆｆ　１２：３０", Values{"title": {"Ｌｅｄｇｅｒ “is” ｏｆｆ　１２：３０"}}, ""},

		{"colons that mean no field", `aws:ec2 code:500 TICKET-12:34 std::vector module::load C:\path http://x.example:80/a 注意：余额 错误:空 time:5 mode:dark case:1`,
			Values{"title": {`aws:ec2 code:500 TICKET-12:34 std::vector module::load C:\path http://x.example:80/a 注意：余额 错误:空 time:5 mode:dark case:1`}}, ""},
		{"slips in keys", "Ledger modlue:a sevrity:b dscription:c 截至日期:d handelrs:e duee:f", Values{"title": {"Ledger"}},
			"unknown_key unknown_key unknown_key unknown_key unknown_key unknown_key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, faults := parseLine(keys, c.line)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			var codes []string
			for _, f := range faults {
				codes = append(codes, f.code)
			}
			if s := strings.Join(codes, " "); s != c.faults {
				t.Errorf("faults %q, want %q", s, c.faults)
			}
		})
	}
}

// FuzzParseLine: every line can be parsed, and every letter is in a value or in a text
// that is reported.
func FuzzParseLine(f *testing.F) {
	for _, s := range []string{
		"Ledger is off module:Payments", "a：b", `x:"`, `"" :`, "module:module:x", "handlers:,,，、", "title::", "“”:", "\xff:\xfe", "due:3d\u3000ago",
	} {
		f.Add(s)
	}
	keys := (&Bot{org: organisation(), clock: clockAt(now), text: catalogue(f)}).fieldArgs()
	f.Fuzz(func(t *testing.T, line string) {
		values, faults := parseLine(keys, line)
		letters := func(s string) (n int) {
			for _, r := range s {
				if unicode.IsLetter(r) {
					n++
				}
			}
			return n
		}
		kept := 0
		for field, vs := range values {
			if len(vs) == 0 && field != "handlers" && field != "fields.witness" {
				t.Errorf("%s holds nothing", field)
			}
			for _, v := range vs {
				kept += letters(v)
			}
		}
		if len(faults) == 0 && len(values) == 0 && letters(line) > 0 {
			t.Errorf("%q: nothing kept and nothing at fault", line)
		}
		if kept > letters(line) {
			t.Errorf("%q: more kept than typed: %v", line, values)
		}
	})
}
