package core

import (
	"fmt"
	"strings"
)

// Account is one person on one platform. Only an account can receive a message or be
// mentioned.
type Account struct {
	Workspace string // the workspace's name in the config file
	ID        string // the platform's own user ID
}

// String returns "workspace/id", which ParseAccount reads.
func (a Account) String() string { return a.Workspace + "/" + a.ID }

// IsZero reports whether a is the zero Account.
func (a Account) IsZero() bool { return a == Account{} }

// ParseAccount reads what Account.String wrote.
func ParseAccount(s string) (Account, error) {
	w, id, ok := strings.Cut(s, "/")
	if !ok || w == "" || id == "" {
		return Account{}, fmt.Errorf("%q is not workspace/user", s)
	}
	return Account{Workspace: w, ID: id}, nil
}

// Ref is a reference to a person or a group of people, as somebody wrote it. Risks
// store Refs. They are resolved to accounts only when a step begins, so a person who
// has joined the group or changed accounts by then is included.
//
// It is one of: a name from the config file ("lin"), an account ("acme/U012"), or
// a user group or role in the risk's home ("@oncall") or in another workspace
// ("acme:@oncall").
type Ref string

// RefOf returns the Ref to account a.
func RefOf(a Account) Ref { return Ref(a.String()) }

// Account returns the account that r is, if it is one.
func (r Ref) Account() (Account, bool) {
	if strings.Contains(string(r), "@") {
		return Account{}, false
	}
	a, err := ParseAccount(string(r))
	return a, err == nil
}

// Group returns the workspace ("" for the risk's home) and the name of the user
// group or role that r is, if it is one.
func (r Ref) Group() (workspace, name string, ok bool) {
	s := string(r)
	if w, g, found := strings.Cut(s, ":@"); found && w != "" && g != "" {
		return w, g, true
	}
	if g, found := strings.CutPrefix(s, "@"); found && g != "" {
		return "", g, true
	}
	return "", "", false
}

// Name returns the name in the config file that r is, if it is one.
func (r Ref) Name() (string, bool) {
	if r == "" || strings.ContainsAny(string(r), "/@:") {
		return "", false
	}
	return string(r), true
}

// UserGroup is a user group or role on one platform.
type UserGroup struct {
	ID   string
	Name string // as people see it, without "@"; never a mention
}

// Profile is what a platform says about an account.
type Profile struct {
	Account Account
	Name    string // as people see it; never a mention
	Email   string // "" if the platform doesn't say
	Locale  string // BCP 47, "" if unknown
	Zone    string // IANA time zone, "" if unknown
	Guest   bool   // a guest, or from another organisation
	Gone    bool   // deactivated or deleted
	Bot     bool
}
