package discord

import (
	"context"
	"net/http"

	"riskroom/core"
)

// Each function here is one operation of Discord's API that changes something,
// named by its operationId in https://github.com/discord/discord-api-spec.

// reasonOf is what the audit log says of an effect.
func reasonOf(in core.Intent) string { return "riskroom " + in.Op }

// created is what is read of the answer to a call that makes something.
type created struct {
	ID string `json:"id"`
}

func (c created) check() error {
	if !isID(c.ID) {
		return errHollow
	}
	return nil
}

// createDM opens the direct conversation with a person, or finds it open.
func (a *Adapter) createDM(ctx context.Context, in core.Intent, user string) (string, error) {
	return write(ctx, a, in, "create_dm", func(ctx context.Context) (string, error) {
		var out created
		err := a.send(ctx, request{
			method: "create_dm", verb: http.MethodPost, path: []string{"users", "@me", "channels"},
			body: map[string]string{"recipient_id": user},
		}, &out)
		if err == nil {
			err = out.check()
		}
		return out.ID, err
	})
}

// Types of channels, see
// https://docs.discord.com/developers/resources/channel#channel-object-channel-types.
const (
	textChannel     = 0
	categoryChannel = 4
	forumChannel    = 15
	mediaChannel    = 16
)

// newChannel is what a channel or category is made from.
type newChannel struct {
	Name       string      `json:"name"`
	Type       int         `json:"type"`
	Topic      string      `json:"topic,omitempty"`
	Parent     string      `json:"parent_id,omitempty"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

func (a *Adapter) createGuildChannel(ctx context.Context, in core.Intent, ch newChannel, reason string) (channel, error) {
	return write(ctx, a, in, "create_guild_channel", func(ctx context.Context) (channel, error) {
		var out channel
		err := a.send(ctx, request{
			method: "create_guild_channel", verb: http.MethodPost, path: []string{"guilds", a.guild, "channels"},
			body: ch, reason: reason,
		}, &out)
		if err == nil && !isID(out.ID) {
			err = errHollow
		}
		return out, err
	})
}

// updateChannel changes what fields names and nothing else.
func (a *Adapter) updateChannel(ctx context.Context, in core.Intent, id string, fields map[string]any) error {
	return done(write(ctx, a, in, "update_channel", func(ctx context.Context) (created, error) {
		var out created
		err := a.send(ctx, request{
			method: "update_channel", verb: http.MethodPatch, path: []string{"channels", id}, body: fields, reason: reasonOf(in),
		}, &out)
		return out, err
	}))
}

func (a *Adapter) setChannelPermissionOverwrite(ctx context.Context, in core.Intent, channel string, o overwrite) error {
	return done(write(ctx, a, in, "set_channel_permission_overwrite", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, a.send(ctx, request{
			method: "set_channel_permission_overwrite", verb: http.MethodPut, path: []string{"channels", channel, "permissions", o.ID},
			body: map[string]any{"type": o.Type, "allow": o.Allow, "deny": o.Deny}, reason: reasonOf(in),
		}, nil)
	}))
}

func (a *Adapter) deleteChannelPermissionOverwrite(ctx context.Context, in core.Intent, channel, id string) error {
	return done(write(ctx, a, in, "delete_channel_permission_overwrite", func(ctx context.Context) (struct{}, error) {
		err := a.send(ctx, request{
			method: "delete_channel_permission_overwrite", verb: http.MethodDelete,
			path: []string{"channels", channel, "permissions", id}, reason: reasonOf(in),
		}, nil)
		return struct{}{}, unless(err, 10009)
	}))
}

// createMessage has Discord itself tell a repetition, for the few minutes that
// it remembers nonces.
func (a *Adapter) createMessage(ctx context.Context, in core.Intent, channel string, m core.Message) (string, error) {
	body := struct {
		Content
		Nonce   string `json:"nonce"`
		Enforce bool   `json:"enforce_nonce"`
	}{a.render.Message(m, in.Op), in.Op, true}
	return write(ctx, a, in, "create_message", func(ctx context.Context) (string, error) {
		var out created
		err := a.send(ctx, request{
			method: "create_message", verb: http.MethodPost, path: []string{"channels", channel, "messages"}, body: body,
		}, &out)
		if err == nil {
			err = out.check()
		}
		return out.ID, err
	})
}

// updateMessage replaces all that a message shows: what it had and does not have
// now is sent empty. It carries no op, by which only its posting is looked for.
func (a *Adapter) updateMessage(ctx context.Context, in core.Intent, channel, id string, m core.Message) error {
	return done(write(ctx, a, in, "update_message", func(ctx context.Context) (created, error) {
		var out created
		err := a.send(ctx, request{
			method: "update_message", verb: http.MethodPatch, path: []string{"channels", channel, "messages", id},
			body: a.render.Message(m, ""),
		}, &out)
		if err == nil {
			err = out.check()
		}
		return out, err
	}))
}

// createPin pins a message; one that is pinned already stays so.
func (a *Adapter) createPin(ctx context.Context, in core.Intent, channel, id string) error {
	return done(write(ctx, a, in, "create_pin", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, a.send(ctx, request{
			method: "create_pin", verb: http.MethodPut, path: []string{"channels", channel, "messages", "pins", id}, reason: reasonOf(in),
		}, nil)
	}))
}

// done drops the answer of a call that returns nothing worth keeping.
func done[T any](_ T, err error) error { return err }
