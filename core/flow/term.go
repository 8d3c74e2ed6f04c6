package flow

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"riskroom/core"
	"riskroom/core/text"
)

// Keywords lists the words that mean people by their relation to the risk. A person can't
// have one as a name.
func Keywords() []string { return []string{"submitter", "handlers", "lead", "administrators"} }

// keywords returns the keywords that lists of this scope can have.
func (s *scope) keywords() []string {
	words := Keywords()
	for _, w := range []string{OperatorsKeyword, NewHandlersKeyword} {
		if _, ok := s.lookup(w); ok {
			words = append(words, w)
		}
	}
	return words
}

// TermKind is the kind of a Term.
type TermKind string

// The kinds of Term.
const (
	KeywordTerm    TermKind = "keyword"    // one of Keywords, OperatorsKeyword or NewHandlersKeyword
	PersonTerm     TermKind = "person"     // a name from the config file
	GroupTerm      TermKind = "group"      // "@group", or "workspace:@group"
	AccountTerm    TermKind = "account"    // "workspace/user"
	ExpressionTerm TermKind = "expression" // "=expression"
	WorkspaceTerm  TermKind = "workspace"  // a workspace on its own
	ChannelTerm    TermKind = "channel"    // "workspace/channel"
	ModuleTerm     TermKind = "module"     // a module in a condition
)

// Term is something that a flow names and that the config file or the platform must have.
type Term struct {
	Path      string // as in Problem
	Offset    int    // as in Problem
	Kind      TermKind
	Text      string   // as written
	Ref       core.Ref // of a person, a group, an account
	Workspace string   // of a group ("" is the risk's home), an account, a workspace, a channel
	Operator  bool     // the operator of a set_group
}

// Terms lists everything that d refers to outside itself, in the order written, so that the
// caller can check whether it exists. Parts of d with problems are left out.
func (d Def) Terms() []Term {
	c, _ := compile(d)
	return c.terms
}

// term reads one entry of a people list.
func (c *compiler) term(path, s string) (Term, bool) {
	t := Term{Path: path, Text: s}
	switch {
	case slices.Contains(c.scope.keywords(), s):
		t.Kind = KeywordTerm
		return t, true
	case strings.HasPrefix(s, "="):
		t.Kind = ExpressionTerm
		return t, true
	}
	t, f := parseRef(s, 0)
	if f != nil {
		f.offset = -1
		c.flaw(path, RulePeople, f)
		return t, false
	}
	t.Path = path
	return t, true
}

// parseRef parses a name, a group or an account at an offset.
func parseRef(s string, offset int) (Term, *flaw) {
	t := Term{Offset: offset, Text: s, Ref: core.Ref(s)}
	bad := flawAt(offset, "%q is not a person: write a name from people, a keyword (%s), @group, workspace:@group or workspace/user",
		s, oneOf(Keywords()))
	if email.MatchString(s) {
		bad = flawAt(offset, "%q is an e-mail address: give the person a name under people, with this address, and write the name here", s)
	}
	if parts := Several(s); parts != nil {
		bad = flawAt(offset, "%q names several people: %s", s, AsList(parts))
	}
	if s == "" || strings.TrimSpace(s) != s || strings.ContainsFunc(s, unicode.IsControl) {
		return t, bad
	}
	if account, ok := t.Ref.Account(); ok && !strings.Contains(account.ID, "/") && !strings.ContainsAny(s, " :") {
		t.Kind, t.Workspace = AccountTerm, account.Workspace
		return t, nil
	}
	if workspace, name, ok := t.Ref.Group(); ok && !strings.ContainsAny(workspace+name, "@/:") {
		t.Kind, t.Workspace = GroupTerm, workspace
		return t, nil
	}
	if _, ok := t.Ref.Name(); ok {
		t.Kind = PersonTerm
		return t, nil
	}
	return t, bad
}

var email = regexp.MustCompile(`^[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+$`)

// separators are what people put between names in one text.
var separators = regexp.MustCompile(`\s*[,;，；、\n]\s*|\s+(?:and|&|和|与|及)\s+|\s+@`)

// Several returns the people that s names if it names more than one, as in
// "@oncall, lin". A list has an entry for each.
func Several(s string) []string {
	if strings.HasPrefix(s, "=") {
		return nil
	}
	var parts []string
	from := 0
	for _, m := range separators.FindAllStringIndex(s, -1) {
		parts = append(parts, s[from:m[0]])
		if from = m[1]; s[from-1] == '@' {
			from-- // part of the next name
		}
	}
	if len(parts) == 0 {
		return nil
	}
	parts = append(parts, s[from:])
	for _, part := range parts {
		ref := core.Ref(part)
		_, account := ref.Account()
		_, _, group := ref.Group()
		if _, name := ref.Name(); !account && !group && !name {
			return nil
		}
	}
	return parts
}

// AsList says how to write parts as a list.
func AsList(parts []string) text.Phrase {
	quoted := make([]string, len(parts))
	for i, part := range parts {
		quoted[i] = strconv.Quote(part)
	}
	return text.Phrasef("write a list: [%s]", strings.Join(quoted, ", "))
}
