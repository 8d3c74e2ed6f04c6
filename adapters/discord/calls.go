package discord

import (
	"context"
	"net/http"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// Each function here is one operation of Discord's API that changes something,
// named by its operationId in https://github.com/discord/discord-api-spec.

// reasonOf returns the reason for the audit log.
func reasonOf(in core.Intent) string { return "riskroom " + in.Op }

// created is the part of a created object that the adapter reads.
type created struct {
	ID string `json:"id"`
}

func (c created) check() error {
	if !isID(c.ID) {
		return rest.ErrIncomplete
	}
	return nil
}

// createDM opens the direct conversation with a person, or returns the existing
// one.
func (a *Adapter) createDM(ctx context.Context, in core.Intent, user string) (string, error) {
	return effect.Write(ctx, a.writer, in, "create_dm", func(ctx context.Context) (string, error) {
		var out created
		err := a.client.Send(ctx, api.Request{
			Method: "create_dm", Verb: http.MethodPost, Path: []string{"users", "@me", "channels"},
			Body: map[string]string{"recipient_id": user},
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

// newChannel describes a channel or category to create.
type newChannel struct {
	Name       string      `json:"name"`
	Type       int         `json:"type"`
	Topic      string      `json:"topic,omitempty"`
	Parent     string      `json:"parent_id,omitempty"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

func (a *Adapter) createGuildChannel(ctx context.Context, in core.Intent, ch newChannel, reason string) (channel, error) {
	return effect.Write(ctx, a.writer, in, "create_guild_channel", func(ctx context.Context) (channel, error) {
		var out channel
		err := a.client.Send(ctx, api.Request{
			Method: "create_guild_channel", Verb: http.MethodPost, Path: []string{"guilds", a.guild, "channels"},
			Body: ch, Reason: reason,
		}, &out)
		if err == nil && !isID(out.ID) {
			err = rest.ErrIncomplete
		}
		return out, err
	})
}

// updateChannel changes only the given fields.
func (a *Adapter) updateChannel(ctx context.Context, in core.Intent, id string, fields map[string]any) error {
	return effect.Do(ctx, a.writer, in, "update_channel", func(ctx context.Context) error {
		var out created
		err := a.client.Send(ctx, api.Request{
			Method: "update_channel", Verb: http.MethodPatch, Path: []string{"channels", id}, Body: fields, Reason: reasonOf(in),
		}, &out)
		return err
	})
}

// deleteChannel deletes a channel for good.
func (a *Adapter) deleteChannel(ctx context.Context, in core.Intent, id string) error {
	return effect.Do(ctx, a.writer, in, "delete_channel", func(ctx context.Context) error {
		var out created
		err := a.client.Send(ctx, api.Request{
			Method: "delete_channel", Verb: http.MethodDelete, Path: []string{"channels", id}, Reason: reasonOf(in),
		}, &out)
		return effect.Unless(err, "10003")
	})
}

func (a *Adapter) setChannelPermissionOverwrite(ctx context.Context, in core.Intent, channel string, o overwrite) error {
	return effect.Do(ctx, a.writer, in, "set_channel_permission_overwrite", func(ctx context.Context) error {
		return a.client.Send(ctx, api.Request{
			Method: "set_channel_permission_overwrite", Verb: http.MethodPut, Path: []string{"channels", channel, "permissions", o.ID},
			Body: map[string]any{"type": o.Type, "allow": o.Allow, "deny": o.Deny}, Reason: reasonOf(in),
		}, nil)
	})
}

func (a *Adapter) deleteChannelPermissionOverwrite(ctx context.Context, in core.Intent, channel, id string) error {
	return effect.Do(ctx, a.writer, in, "delete_channel_permission_overwrite", func(ctx context.Context) error {
		err := a.client.Send(ctx, api.Request{
			Method: "delete_channel_permission_overwrite", Verb: http.MethodDelete,
			Path: []string{"channels", channel, "permissions", id}, Reason: reasonOf(in),
		}, nil)
		return effect.Unless(err, "10009")
	})
}

// sending is what only a new message has.
type sending struct {
	Nonce   string     `json:"nonce"` // identifies it for Discord
	Enforce bool       `json:"enforce_nonce"`
	ReplyTo *reference `json:"message_reference,omitempty"`
}

// reference names the message of the same channel that a message replies to.
type reference struct {
	Message   string `json:"message_id"`
	MustExist bool   `json:"fail_if_not_exists"` // or else the message replies to none
}

func newSending(m core.Message, op string) sending {
	p := sending{Nonce: op, Enforce: true}
	if !m.ReplyTo.IsZero() {
		p.ReplyTo = &reference{Message: m.ReplyTo.ID}
	}
	return p
}

// newMessage returns the body of a new message.
func (r Renderer) newMessage(m core.Message, op string) any {
	once := newSending(m, op)
	if l, ok := r.layout(m, op); ok {
		return struct {
			layout
			sending
		}{l, once}
	}
	return struct {
		Content
		sending
	}{r.Message(m, op), once}
}

// newContent returns the body of an edit. It carries no op, since probes look only for
// posted messages. Parts that a message no longer has are sent as empty.
func (r Renderer) newContent(m core.Message) any {
	if l, ok := r.layout(m, ""); ok {
		return edited{layout: l, Embeds: []any{}}
	}
	return r.Message(m, "")
}

// createMessage returns a PostedValue. It sends the op as a nonce, by which Discord itself
// rejects repeats for a few minutes.
func (a *Adapter) createMessage(ctx context.Context, in core.Intent, channel string, m core.Message) (string, error) {
	return a.newMessageIn(ctx, in, channel, a.render.newMessage(m, in.Op), nil)
}

// createMessageWith sends a message with a file.
func (a *Adapter) createMessageWith(ctx context.Context, in core.Intent, channel string, u core.Upload, content []byte) (string, error) {
	c := a.render.Message(u.Message, in.Op)
	body := struct { // a text display would hide the file
		Content
		sending
	}{c, newSending(u.Message, in.Op)}
	return a.newMessageIn(ctx, in, channel, body, &api.File{Name: u.File.Name, Content: content})
}

func (a *Adapter) newMessageIn(ctx context.Context, in core.Intent, channel string, body any, file *api.File) (string, error) {
	return effect.Write(ctx, a.writer, in, "create_message", func(ctx context.Context) (string, error) {
		var out struct {
			created
			Reference reference `json:"message_reference"`
		}
		err := a.client.Send(ctx, api.Request{
			Method: "create_message", Verb: http.MethodPost, Path: []string{"channels", channel, "messages"}, Body: body, File: file,
		}, &out)
		if err == nil {
			err = out.check()
		}
		return effect.PostedValue(out.ID, out.Reference.Message), err
	})
}

// updateMessage replaces everything that a message shows.
func (a *Adapter) updateMessage(ctx context.Context, in core.Intent, channel, id string, m core.Message) error {
	return effect.Do(ctx, a.writer, in, "update_message", func(ctx context.Context) error {
		var out created
		err := a.client.Send(ctx, api.Request{
			Method: "update_message", Verb: http.MethodPatch, Path: []string{"channels", channel, "messages", id},
			Body: a.render.newContent(m),
		}, &out)
		if err == nil {
			err = out.check()
		}
		return err
	})
}

// createPin pins a message. Pinning it again changes nothing.
func (a *Adapter) createPin(ctx context.Context, in core.Intent, channel, id string) error {
	return effect.Do(ctx, a.writer, in, "create_pin", func(ctx context.Context) error {
		return a.client.Send(ctx, api.Request{
			Method: "create_pin", Verb: http.MethodPut, Path: []string{"channels", channel, "messages", "pins", id}, Reason: reasonOf(in),
		}, nil)
	})
}

// deletePin unpins a message. Unpinning one that isn't pinned changes nothing.
func (a *Adapter) deletePin(ctx context.Context, in core.Intent, channel, id string) error {
	return effect.Do(ctx, a.writer, in, "delete_pin", func(ctx context.Context) error {
		err := a.client.Send(ctx, api.Request{
			Method: "delete_pin", Verb: http.MethodDelete, Path: []string{"channels", channel, "messages", "pins", id}, Reason: reasonOf(in),
		}, nil)
		return effect.Unless(err, "10008")
	})
}
