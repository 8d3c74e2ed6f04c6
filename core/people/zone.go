package people

import (
	"context"
	"time"

	"riskroom/core"
)

// Zone returns the time zone of the person with an account: the one in the config file, or
// else that of a profile of theirs. It returns nil if neither is known, or if the directory
// can't be asked now.
func (d *Directory) Zone(ctx context.Context, a core.Account) *time.Location {
	for _, person := range d.org.People { // even if the directory is down
		if zone := zoneNamed(person.Zone); zone != nil && person.Accounts[a.Workspace] == a.ID {
			return zone
		}
	}
	all, err := d.AccountsOf(ctx, a)
	if err != nil {
		all = []core.Account{a}
	}
	if name, _, err := d.oneName(ctx, all); err == nil {
		if zone := zoneNamed(d.org.People[name].Zone); zone != nil {
			return zone
		}
	}
	for _, x := range all {
		if prof, err := d.Profile(ctx, x); err == nil {
			if zone := zoneNamed(prof.Zone); zone != nil {
				return zone
			}
		}
	}
	return nil
}

// zoneNamed loads a time zone, which a platform may have named. It returns nil if there is
// none of that name.
func zoneNamed(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}
