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
	maxInGuild    = 500 // channels, categories among them
	maxInCategory = 50
)

// categoryFor returns the category for a new channel: the first of those called like
// ours that has room and is not among the refused ones, else one that it makes.
// Of the list given, whose cost is paid, only channels that the bot can view are
// seen; where others fill a category, Discord refuses it.
func (a *Adapter) categoryFor(ctx context.Context, in core.Intent, list []channel, refused []string) (string, error) {
	if id, _ := a.findCategory(list, refused); id != "" {
		return id, mayAdd(list, 1)
	}
	select { // one at a time: the others then find it
	case a.building <- struct{}{}:
		defer func() { <-a.building }()
	case <-ctx.Done():
		return "", a.writer.InTime(ctx, "create_guild_channel")
	}
	list, err := spend(ctx, a, "", "list_guild_channels", a.listGuildChannels)
	if err != nil {
		return "", err
	}
	id, next := a.findCategory(list, refused)
	if id != "" {
		return id, mayAdd(list, 1)
	}
	if err := mayAdd(list, 2); err != nil {
		return "", err
	}
	self, err := a.whoAmI(ctx)
	if err != nil {
		return "", err
	}
	// Whoever sees no channel in it need not see the category.
	ch, err := spend(ctx, a, "", "create_guild_channel", func(ctx context.Context) (channel, error) {
		return a.createGuildChannel(ctx, in, newChannel{
			Name: next, Type: categoryChannel, Overwrites: []overwrite{hidden(a.guild), forBot(self)},
		}, "riskroom: room for groups")
	})
	return ch.ID, err
}

// mayAdd refuses before Discord would where there is no room for n channels more.
func mayAdd(list []channel, n int) error {
	if len(list)+n <= maxInGuild {
		return nil
	}
	return &core.Error{Op: "discord: create_guild_channel", Kind: core.Denied, Detail: "guild_is_full:" + strconv.Itoa(maxInGuild)}
}

// findCategory looks for a category with room, the lowest number first, and names
// the one to make next.
func (a *Adapter) findCategory(list []channel, refused []string) (id, next string) {
	children := make(map[string]int)
	for _, ch := range list {
		children[ch.Parent]++
	}
	lowest, highest := 0, 0
	for _, ch := range list {
		n := a.ordinal(ch)
		highest = max(highest, n)
		if n > 0 && children[ch.ID] < maxInCategory && !slices.Contains(refused, ch.ID) && (lowest == 0 || n < lowest) {
			id, lowest = ch.ID, n
		}
	}
	if highest == 0 {
		return id, a.category
	}
	return id, a.category + "-" + strconv.Itoa(highest+1)
}

// capacity tells how many more groups the guild takes: behind each 50 that fill a
// category comes a category of their own.
func (a *Adapter) capacity(list []channel) int {
	left := max(0, maxInGuild-len(list))
	children := make(map[string]int)
	for _, ch := range list {
		children[ch.Parent]++
	}
	room := 0
	for _, ch := range list {
		if a.ordinal(ch) > 0 {
			room += max(0, maxInCategory-children[ch.ID])
		}
	}
	if left <= room {
		return left
	}
	left -= room
	return room + left/(maxInCategory+1)*maxInCategory + max(0, left%(maxInCategory+1)-1)
}

// ordinal is 1 for our category, 2 for the one called "-2" after it and so on; 0
// for everything else.
func (a *Adapter) ordinal(ch channel) int {
	if ch.Type != categoryChannel {
		return 0
	}
	if strings.EqualFold(ch.Name, a.category) {
		return 1
	}
	head, number, _ := cutLast(ch.Name, "-")
	n, err := strconv.Atoi(number)
	if err != nil || n < 2 || !strings.EqualFold(head, a.category) {
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
