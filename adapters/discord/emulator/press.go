package emulator

import (
	"context"
	"fmt"

	"riskroom/adapters/stage"
)

// Press has a person press a button of a message, which may be one that only they
// see. See https://docs.discord.com/developers/components/reference#button.
func (w *Workspace) Press(ctx context.Context, userID, channelID, messageID, customID string) (Reply, error) {
	i, err := w.interactions.press(userID, channelID, messageID, customID)
	if err != nil {
		return Reply{}, err
	}
	return w.interactions.ask(ctx, i)
}

func (ix *interactions) press(userID, channelID, messageID, customID string) (*interaction, error) {
	ix.Lock()
	defer ix.Unlock()
	user, ch, err := ix.within(userID, channelID)
	if err != nil {
		return nil, err
	}
	m := ix.Seen(user.ID, ch, messageID)
	if m == nil {
		return nil, fmt.Errorf("emulator: @%s sees no message %s there", user.Name, messageID)
	}
	c, ok := findComponent(m.Body.components, customID)
	if disabled, _ := c["disabled"].(bool); !ok || disabled {
		return nil, fmt.Errorf("emulator: the message has no button %q that can be pressed", customID)
	}
	i := ix.newInteraction(kindComponent, user, ch, object{"component_type": button, "custom_id": customID, "id": c["id"]})
	i.source = m
	i.payload["message"] = ix.messageObject(m)
	ix.Publish(stage.ActionSent, user.ID, ch, m, stage.Str(c["label"]))
	return ix.made(i), nil
}
