package people_test

import (
	"testing"

	"riskroom/core"
)

// TestZone: the config file comes first, then the account's profile, then another profile of
// the person. A time zone that can't be looked up is not known.
func TestZone(t *testing.T) {
	for name, c := range map[string]struct {
		file     map[string]string // by person
		profiles map[string]string // by account
		down     string
		of, want string
	}{
		"in the file":                       {file: map[string]string{"lin": "Asia/Shanghai"}, profiles: map[string]string{"acme/lin": "Europe/Berlin"}, of: "acme/lin", want: "Asia/Shanghai"},
		"in the file, by account":           {file: map[string]string{"wei": "Asia/Shanghai"}, of: "guild/wei", want: "Asia/Shanghai"},
		"in the file, while acme is down":   {file: map[string]string{"wei": "Asia/Shanghai"}, down: "acme", of: "acme/wei", want: "Asia/Shanghai"},
		"in the file, of a linked account":  {file: map[string]string{"mei": "Asia/Shanghai"}, of: "beta/cy", want: "Asia/Shanghai"},
		"of somebody else":                  {file: map[string]string{"lin": "Asia/Shanghai"}, of: "acme/wei"},
		"of a guest who gives that address": {file: map[string]string{"lin": "Asia/Shanghai"}, of: "acme/guest"},
		"in the profile":                    {profiles: map[string]string{"acme/ana": "Europe/Berlin"}, of: "acme/ana", want: "Europe/Berlin"},
		"in the profile of another account": {profiles: map[string]string{"acme/wei": "Europe/Berlin"}, of: "guild/wei", want: "Europe/Berlin"},
		"unknown":                           {of: "acme/ana"},
		"no such zone":                      {profiles: map[string]string{"acme/ana": "Mars/Olympus"}, of: "acme/ana"},
		"the machine's":                     {profiles: map[string]string{"acme/ana": "Local"}, of: "acme/ana"},
		"not now":                           {profiles: map[string]string{"acme/ana": "Europe/Berlin"}, down: "acme", of: "acme/ana"},
		"no such workspace":                 {of: "gone/ana"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.joins("acme/mei", "beta/cy")
			for who, zone := range c.file {
				p := b.org.People[who]
				p.Zone = zone
				b.org.People[who] = p
			}
			for who, zone := range c.profiles {
				a := account(who)
				p := b.on[a.Workspace].profiles[a.ID]
				p.Zone = zone
				b.on[a.Workspace].profiles[a.ID] = p
			}
			if c.down != "" {
				b.down(c.down)
			}
			got := ""
			if zone := b.dir.Zone(t.Context(), account(c.of)); zone != nil {
				got = zone.String()
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestZoneIsRemembered: a time zone is looked up once, and a failure isn't.
func TestZoneIsRemembered(t *testing.T) {
	b := setup(t)
	b.on["acme"].profiles["ana"] = core.Profile{Account: account("acme/ana"), Zone: "Europe/Berlin"}
	b.dir.Zone(t.Context(), account("acme/ana"))
	asked := b.on["acme"].asked
	b.dir.Zone(t.Context(), account("acme/ana"))
	if asked == 0 || b.on["acme"].asked != asked {
		t.Errorf("asked %d times, then %d", asked, b.on["acme"].asked)
	}
}
