package flow

import (
	"strings"
	"testing"
)

// conditionOf compiles one condition. problem is "" if there is none.
func conditionOf(source string) (c *Condition, offset int, problem string) {
	comp := &compiler{scope: newScope(ownFields())}
	c = comp.condition("/if", source)
	for _, p := range comp.problems {
		return nil, p.Offset, p.Message.String()
	}
	return c, 0, ""
}

func TestConditionHolds(t *testing.T) {
	t.Parallel()
	full, empty := testEnv(t, "en"), emptyEnv(t, "en")
	for _, tt := range []struct {
		source      string
		full, empty bool
	}{
		{`status == "pending"`, true, true},
		{`status in ["pending", "in_progress"]`, true, true},
		{`status not in ["pending"]`, false, false},
		{`severity == "high" and module == "Payments"`, true, false},
		{`not (severity == "low") && true`, true, true},
		{`title matches "(?i)^ledger"`, true, false},
		{`title contains "off" or title startsWith "L" or title endsWith "x"`, true, true},
		{`len(title) > 5 ? lower(title) == trim(" ledger is off by one ") : upper(title) == "X"`, true, true},
		{`len(handlers) == 2 and "lin" in handlers`, true, false},
		{`submitter == "acme/U1" and lead == "wei"`, true, false},
		{`key == "R-17"`, true, true},

		{`discovered_at < now - duration("48h")`, true, false},
		{`now - discovered_at > duration("48h")`, true, false},
		{`duration("48h") < now - discovered_at`, true, false},
		{`now - discovered_at == duration("59h")`, true, false},
		{`discovered_at + duration("59h") == now`, true, false},
		{`duration("59h") + discovered_at <= now and discovered_at != now`, true, false},
		{`now - discovered_at > now - due_at`, true, false},
		{`due_at >= date("2026-03-10")`, true, false},
		{`due_at < date("2026-03-10")`, false, false},

		// Comparisons with a value that is not set are false.
		{`due_at < now`, false, false},
		{`due_at > now`, true, false},
		{`due_at <= now or due_at >= now or due_at == now`, true, false},
		{`due_at != now`, true, true},
		{`due_at == due_at`, true, false},
		{`now - due_at > duration("1h")`, false, false},
		{`due_at - now > duration("1h")`, true, false},
		{`due_at - duration("1h") < now`, false, false},
		{`not (due_at < now)`, true, true},
		{`fields.review_on < now`, false, false},
		{`fields.amount > 1000`, true, false},
		{`fields.amount < 1000`, false, false},
		{`fields.amount * 2 + 1 - 1 > 2400 and fields.amount / 2 < 601`, true, false},
		{`-fields.amount < 0`, true, false},
		{`fields.amount == 0`, false, false},
		{`fields.amount != 0`, true, true},
		{`fields.kind == "money"`, true, false},
		{`fields.kind == ""`, false, true},
		{`fields.customer == ""`, false, true},
		{`fields.customer | lower() == "acme"`, true, false},
		{`len(fields.reviewers) == 0`, false, true},
		{`"wei" in fields.reviewers`, true, false},
		{`filled(fields.amount) and filled(due_at) and filled(fields.reviewers) and filled(fields.customer)`, true, false},
		{`filled(fields.amount) or filled(due_at) or filled(lead) or filled(submitter)`, true, false},
		{`fields["amount"] > 1`, true, false},
		{`(filled(due_at) ? due_at : discovered_at) < now`, false, false},
	} {
		c, _, problem := conditionOf(tt.source)
		if problem != "" {
			t.Errorf("%s: %s", tt.source, problem)
			continue
		}
		for _, w := range []struct {
			env  Env
			name string
			want bool
		}{{full, "full", tt.full}, {empty, "empty", tt.empty}} {
			if got, err := c.Holds(w.env); err != nil || got != w.want {
				t.Errorf("%s (%s risk) = %v, %v, want %v", tt.source, w.name, got, err, w.want)
			}
		}
	}
}

func TestNoConditionAlwaysHolds(t *testing.T) {
	t.Parallel()
	var c *Condition
	if ok, err := c.Holds(Env{}); !ok || err != nil {
		t.Errorf("a nil condition = %v, %v", ok, err)
	}
}

func TestConditionProblems(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source string
		offset int
		says   string // a part of the message
	}{
		{`status == "pendign"`, 10, `status is never "pendign"; it is one of pending, in_progress, resolved, shelved`},
		{`"Pending" == status`, 0, "one of pending"},
		{`true and status != "待处理"`, 19, "one of pending"},
		{`status in ["pending", "open"]`, 22, "one of pending"},
		{`severity == "urgent"`, 12, "low, medium, high, critical"},
		{`severity == ""`, 12, "low, medium, high, critical"},
		{`fields.kind == "monney"`, 15, "fields.kind is never \"monney\"; it is one of legal, money"},
		{`state == "pending"`, 0, `there is no "state"; did you mean status? names are key, title, module, severity, status`},
		{`fields.amout > 1`, 0, `there is no "fields.amout"; did you mean fields.amount? names are key,`},
		{`amount > 1`, 0, `there is no "amount"; did you mean fields.amount? names`},
		{`nothing_like_it > 1`, 0, `there is no "nothing_like_it"; names are key,`},
		{`status == pending`, 10, `there is no "pending"; put text in quotes: "pending"`},
		{`fields == 1`, 0, "fields needs the key"},
		{`$env.status == "x"`, 0, "a part of a value can't be picked"},
		{`title.foo == "x"`, 0, "a part of a value can't be picked"},
		{`handlers[0] == "lin"`, 0, "a part of a value can't be picked"},
		{`title[0:2] == "Le"`, 5, "a part of a value can't be picked"},
		{`fields?.amount > 1`, -2, "a part of a value can't be picked"},
		{`let x = 1; x > 0`, 4, "let can't be used here"},
		{`true; false`, 0, "a sequence with ; can't"},
		{`1 in 1..3`, 6, ".. can't be used here"},
		{`len({"a": 1}) > 0`, 4, "a map can't be used here"},
		{`title + "x" == "y"`, 6, "text can't be joined with +"},
		{`2 ** 3 > 1`, 2, "** can't be used here"},
		{`len(title) % 2 == 0`, 11, "% can't be used here"},
		{`(due_at ?? now) < now`, 8, "?? can't be used here"},
		{`due_at == nil`, 10, "use filled(x)"},
		{`title matches module`, 14, "matches takes a text in quotes"},
		{`title matches "("`, 14, "a bracket of this pattern is not closed"},
		{`due_at < now - duration("2d")`, 24, `such as "48h"`},
		{`due_at < now - duration(title)`, 24, `such as "48h"`},
		{`due_at < date("1 May")`, 14, `such as "2026-05-01"`},
		{`map(handlers, #) == 1`, -2, ""},
		{`any(handlers, # == "lin")`, -2, ""},
		{`upper(title, 2) == "X"`, 0, "upper takes one value"},
		{`repeat(title, 9) == "x"`, 0, `there is no function "repeat"; functions are len, lower`},
		{`is_before(due_at, now)`, 0, "there is no function"},
		{`now.Unix() > 1`, 4, "a method"},
		{`title`, -1, "a condition must be true or false, but this is a text"},
		{`due_at`, -1, "this is a date"},
		{`due_at > 5`, 7, "a date is compared with a date"},
		{`status > `, -2, "the expression ends too early"},
		{`(status == "pending"`, -2, "perhaps a closing bracket"},
		{`due_at != null and due_at < now`, 10, "there is no null here: use filled(x)"},
		{`status <> "pending"`, 8, "two signs don't compare together; write ==, !="},
		{`status == "pending" 并且 severity == "high"`, 20, "write and, not 并且"},
		{`status IN ["pending"]`, 7, "write in, not IN"},
		{`status == "pending" and and severity == "high"`, -2, `"and" is not expected here`},
		{`status = "pending"`, 7, "= doesn't compare; write =="},
		{`status "pending"`, -2, `"pending" is not expected here`},
		{`status == “pending”`, 10, "“ can't be used here: write plain signs"},
		{`（true）`, 0, "（ can't be used here"},
		{`-title == "x"`, -2, "- doesn't work with a text"},
		{`(title ? true : false)`, -2, "the part before ? must be true or false, but this is a text"},
		{`status == "pending`, -2, "a quote is never closed"},
		{`handlers == "lin and wei"`, 9, `write "…" in the list`},
		{`handlers == "a@b"`, 12, "is not a person"},
		{`submitter == "lin"`, 13, `compare with "workspace/user"`},
		{`len(5) > 1`, -2, ""},
		{`(true ? due_at : 1) < now`, -2, "both sides of : must be of one type"},
		{`len(true ? title : handlers) > 1`, -2, "both sides of : must be of one type"},
		{`  `, -1, "empty"},
		{strings.Repeat("x", maxExpression+1), -1, "at most 1000"},
		{strings.Repeat("(", 400) + "true" + strings.Repeat(")", 400), -3, ""},
		{strings.Repeat("!", 300) + "true", -2, ""},
	} {
		_, offset, problem := conditionOf(tt.source)
		switch {
		case tt.offset == -3: // accepted or refused, both are fine
		case problem == "" || !strings.Contains(problem, tt.says):
			t.Errorf("%.60s: problem %q, want %q in it", tt.source, problem, tt.says)
		case tt.offset != -2 && offset != tt.offset:
			t.Errorf("%.60s: at %d, want %d (%s)", tt.source, offset, tt.offset, problem)
		}
		if strings.ContainsAny(problem, "\n") || strings.Contains(problem, "time.") || strings.Contains(problem, "flow.") {
			t.Errorf("%.60s: problem %q is not for people", tt.source, problem)
		}
	}
}
