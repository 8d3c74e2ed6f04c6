package core

import (
	"fmt"
	"strings"
)

// Account is one person on one platform: the only thing a message can be sent
// to or a mention made of.
type Account struct {
	Workspace string // the workspace's name in the config file
	ID        string // the platform's own user ID
}

// String returns "workspace/id", which ParseAccount reads.
func (a Account) String() string { return a.Workspace + "/" + a.ID }

// IsZero tells whether a names nobody.
func (a Account) IsZero() bool { return a == Account{} }

// ParseAccount reads what Account.String wrote.
func ParseAccount(s string) (Account, error) {
	w, id, ok := strings.Cut(s, "/")
	if !ok || w == "" || id == "" {
		return Account{}, fmt.Errorf("%q is not workspace/user", s)
	}
	return Account{Workspace: w, ID: id}, nil
}

// Ref is a person or a group of people as somebody meant it. Risks store Refs;
// they are resolved to accounts when a step begins, so that a person who joins
// the group or changes accounts meanwhile is not missed.
//
// It is one of: a name from the config file ("lin"), an account ("acme/U012"),
// a user group or role at the risk's home ("@oncall") or elsewhere
// ("acme:@oncall").
type Ref string

// RefOf returns the Ref that means exactly account a.
func RefOf(a Account) Ref { return Ref(a.String()) }

// Account returns the account that r names, if it names one.
func (r Ref) Account() (Account, bool) {
	if strings.Contains(string(r), "@") {
		return Account{}, false
	}
	a, err := ParseAccount(string(r))
	return a, err == nil
}

// Group returns the workspace ("" is the risk's home) and the name of the user
// group or role that r means, if it means one.
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

// Name returns the name from the config file that r is, if it is one.
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

// Profile is what a platform says of an account.
type Profile struct {
	Account Account
	Name    string // as people see it; never a mention
	Email   string // "" if the platform does not tell
	Locale  string // BCP 47, "" if unknown
	Zone    string // IANA time zone, "" if unknown
	Guest   bool   // a guest, or from another organisation
	Gone    bool   // deactivated or deleted: cannot be reached
	Bot     bool
}
