package emulator

import (
	"strconv"
	"time"
)

// epoch is where Discord's snowflakes begin, in milliseconds of Unix time. See
// https://docs.discord.com/developers/reference#snowflakes.
const epoch = 1420070400000

// Snowflake returns the smallest ID of the instant t, as used in after and
// before.
func Snowflake(t time.Time) string {
	return strconv.FormatInt(max(t.UnixMilli()-epoch, 0)<<22, 10)
}

// SnowflakeTime returns the instant that an ID holds; the zero time for what is
// no ID.
func SnowflakeTime(id string) time.Time {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 0 {
		return time.Time{}
	}
	return time.UnixMilli(n>>22 + epoch).UTC()
}

// newID gives out the next snowflake: the clock's milliseconds, and above the
// one before in any case.
func (g *guild) newID() string {
	for {
		n := max((g.opts.Now().UnixMilli()-epoch)<<22, g.lastID+1)
		g.lastID = n
		if id := strconv.FormatInt(n, 10); !g.reserved[id] {
			return id
		}
	}
}

// snowflake reads an ID; false for what is none.
func snowflake(id string) (int64, bool) {
	n, err := strconv.ParseInt(id, 10, 64)
	return n, err == nil && n > 0
}

// namedIDs are the IDs that the options give.
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
