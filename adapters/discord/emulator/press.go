package emulator

import (
	"context"
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

// Press has a person press a button of a message, which may be one that only
// they see. A button that opens a link asks nothing of the app. See
// https://docs.discord.com/developers/components/reference#button.
func (w *Workspace) Press(ctx context.Context, userID, channelID, messageID, customID string) (Reply, error) {
	return w.interactions.act(ctx, userID, channelID, messageID, customID, nil)
}

// Choose has a person choose in a menu of a message: values or labels of
// options, people, roles or channels by ID or name.
func (w *Workspace) Choose(ctx context.Context, userID, channelID, messageID, customID string, values ...string) (Reply, error) {
	return w.interactions.act(ctx, userID, channelID, messageID, customID, append([]string{}, values...))
}

func (ix *interactions) act(ctx context.Context, userID, channelID, messageID, customID string, values []string) (Reply, error) {
	i, err := ix.action(userID, channelID, messageID, customID, values)
	if err != nil {
		return Reply{}, err
	}
	return ix.ask(ctx, i)
}

// action makes the interaction; values is nil for a button.
func (ix *interactions) action(userID, channelID, messageID, customID string, values []string) (*interaction, error) {
	ix.Lock()
	defer ix.Unlock()
	user, err := ix.person(userID)
	if err != nil {
		return nil, err
	}
	ch, err := ix.within(user, channelID)
	if err != nil {
		return nil, err
	}
	m := ix.Seen(user.ID, ch, messageID)
	if m == nil {
		return nil, fmt.Errorf("emulator: @%s sees no message %s there", user.Name, messageID)
	}
	c, ok := findComponent(m.Body.components, customID)
	if disabled, _ := c["disabled"].(bool); !ok || disabled {
		return nil, fmt.Errorf("emulator: the message has no %q that could be used", customID)
	}
	kind, _ := integer(c["type"])
	data := object{"component_type": kind, "custom_id": customID, "id": c["id"]}
	label := action(c).Label
	switch {
	case kind == button && values != nil:
		return nil, fmt.Errorf("emulator: %q is a button, nothing can be chosen", customID)
	case kind != button && values == nil:
		return nil, fmt.Errorf("emulator: %q is no button", customID)
	case kind != button:
		if err := ix.choose(data, c, kind, values); err != nil {
			return nil, err
		}
		label = fmt.Sprint(values)
	}
	i := ix.newInteraction(kindComponent, user, ch, data)
	i.source = m
	i.payload["message"] = ix.messageObject(m)
	ix.Publish(stage.ActionSent, user.ID, ch, m, label)
	return ix.made(i), nil
}

// choose puts what is chosen in a menu into an interaction's data.
func (ix *interactions) choose(data, c object, kind int64, values []string) error {
	least, has := integer(c["min_values"])
	if !has {
		least = 1
	}
	most, has := integer(c["max_values"])
	if !has {
		most = 1
	}
	if n := int64(len(values)); n < least || n > most {
		return fmt.Errorf("emulator: %d to %d can be chosen", least, most)
	}
	found := &resolved{guild: ix.guild}
	chosen := []string{}
	for _, v := range values {
		id, err := found.choice(c, kind, v)
		if err != nil {
			return err
		}
		chosen = append(chosen, id)
	}
	data["values"] = chosen
	if len(found.object) > 0 {
		data["resolved"] = found.object
	}
	return nil
}

func (r *resolved) choice(c object, kind int64, v string) (string, error) {
	if kind == stringSelect {
		options := stage.Objects(c["options"])
		i := slices.IndexFunc(options, func(o object) bool { return o["value"] == v || o["label"] == v })
		if i < 0 {
			return "", fmt.Errorf("emulator: %q is not among the options of %v", v, c["custom_id"])
		}
		return stage.Str(options[i]["value"]), nil
	}
	sort := map[int64]int64{userSelect: optionUser, roleSelect: optionRole, mentionableSelect: optionMentionable, channelSelect: optionChannel}
	id, err := r.entity(sort[kind], v)
	return stage.Str(id), err
}
