package bots

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

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
		{"several faults", "Ledger a:b module: severity:high severity:low", Values{"title": {"Ledger"}, "severity": {"high"}}, "unknown_key empty twice"},
		{"nothing", "  ", Values{}, ""},
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

// FuzzParseLine holds that no line breaks the parser, and that every letter
// typed is either in a value or told to be at fault.
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
