package emulator

import "strconv"

// epoch is where Discord's snowflakes begin, in milliseconds of Unix time. See
// https://docs.discord.com/developers/reference#snowflakes.
const epoch = 1420070400000

// newID gives out the next snowflake: the clock's milliseconds, but always above
// the previous one.
func (g *guild) newID() string {
	for {
		n := max((g.opts.Now().UnixMilli()-epoch)<<22, g.lastID+1)
		g.lastID = n
		if id := strconv.FormatInt(n, 10); !g.reserved[id] {
			return id
		}
	}
}

// snowflake parses an ID; false if it is none.
func snowflake(id string) (int64, bool) {
	n, err := strconv.ParseInt(id, 10, 64)
	return n, err == nil && n > 0
}

// namedIDs returns the IDs in the options.
func (o Options) namedIDs() map[string]bool {
	ids := map[string]bool{o.GuildID: true, o.ApplicationID: true, o.BotUserID: true, o.OwnerID: true}
	for _, u := range o.Users {
		ids[u.ID] = true
	}
	for _, r := range o.Roles {
		ids[r.ID] = true
	}
	for _, c := range o.Channels {
		ids[c.ID] = true
	}
	return ids
}
