package discord

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"riskroom/core"
)

// Discord's limits, see
// https://docs.discord.com/developers/resources/guild#create-guild-channel and
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json (30013).
const (
	maxInGuild    = 500 // channels, including categories
	maxInCategory = 50
)

// shelf names categories of one kind: "riskroom" and, once that is full,
// "riskroom-2", and so on.
type shelf string

// categoryFor returns the category on a shelf for a channel: the first that has room
// and is not in refused, or else one that it creates. list is the list of channels,
// whose cost is already paid. It has only the channels that the bot can view; if
// hidden ones fill a category, Discord refuses it. added is how many channels will be
// added to the guild.
func (a *Adapter) categoryFor(ctx context.Context, in core.Intent, on shelf, list []channel, refused []string, added int) (string, error) {
	if id, _ := on.find(list, refused); id != "" {
		return id, mayAdd(list, added)
	}
	select { // one call at a time, so that the others find its category
	case a.building <- struct{}{}:
		defer func() { <-a.building }()
	case <-ctx.Done():
		return "", a.writer.InTime(ctx, "create_guild_channel")
	}
	list, err := spend(ctx, a, "", "list_guild_channels", a.listGuildChannels)
	if err != nil {
		return "", err
	}
	id, next := on.find(list, refused)
	if id != "" {
		return id, mayAdd(list, added)
	}
	if err := mayAdd(list, added+1); err != nil {
		return "", err
	}
	self, err := a.whoAmI(ctx)
	if err != nil {
		return "", err
	}
	// People who see no channel in the category need not see it either.
	ch, err := spend(ctx, a, "", "create_guild_channel", func(ctx context.Context) (channel, error) {
		return a.createGuildChannel(ctx, in, newChannel{
			Name: next, Type: categoryChannel, Overwrites: []overwrite{hidden(a.guild), forBot(self)},
		}, "riskroom: room for groups")
	})
	return ch.ID, err
}

// mayAdd returns an error if the guild has no room for n more channels, without
// asking Discord.
func mayAdd(list []channel, n int) error {
	if len(list)+n <= maxInGuild {
		return nil
	}
	return &core.Error{Op: "discord: create_guild_channel", Kind: core.Denied, Detail: "guild_is_full:" + strconv.Itoa(maxInGuild)}
}

// find returns the category with the lowest number that has room, and the name of the
// next category to create.
func (s shelf) find(list []channel, refused []string) (id, next string) {
	children := make(map[string]int)
	for _, ch := range list {
		children[ch.Parent]++
	}
	lowest, highest := 0, 0
	for _, ch := range list {
		n := s.ordinal(ch)
		highest = max(highest, n)
		if n > 0 && children[ch.ID] < maxInCategory && !slices.Contains(refused, ch.ID) && (lowest == 0 || n < lowest) {
			id, lowest = ch.ID, n
		}
	}
	if highest == 0 {
		return id, string(s)
	}
	return id, string(s) + "-" + strconv.Itoa(highest+1)
}

// capacity returns how many more groups fit in the guild. Each 50 groups need a
// category, which counts as a channel itself.
func (a *Adapter) capacity(list []channel) int {
	left := max(0, maxInGuild-len(list))
	children := make(map[string]int)
	for _, ch := range list {
		children[ch.Parent]++
	}
	room := 0
	for _, ch := range list {
		if a.category.ordinal(ch) > 0 {
			room += max(0, maxInCategory-children[ch.ID])
		}
	}
	if left <= room {
		return left
	}
	left -= room
	return room + left/(maxInCategory+1)*maxInCategory + max(0, left%(maxInCategory+1)-1)
}

// ordinal returns 1 for the first category on the shelf, 2 for the one whose name ends
// in "-2", and so on, and 0 for any other channel.
func (s shelf) ordinal(ch channel) int {
	if ch.Type != categoryChannel {
		return 0
	}
	return s.number(ch.Name)
}

// number returns the ordinal of a category with a name.
func (s shelf) number(name string) int {
	if strings.EqualFold(name, string(s)) {
		return 1
	}
	head, number, _ := cutLast(name, "-")
	n, err := strconv.Atoi(number)
	if err != nil || n < 2 || !strings.EqualFold(head, string(s)) {
		return 0
	}
	return n
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
