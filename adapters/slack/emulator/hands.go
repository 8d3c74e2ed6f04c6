package emulator

import (
	"context"
	"fmt"
	"strings"

	"riskroom/adapters/stage"
)

// Hands returns the actions of people, in the form that the stage uses.
func (w *Workspace) Hands() stage.Acts { return hands{w} }

type hands struct{ w *Workspace }

// Say implements stage.Acts.
func (h hands) Say(_ context.Context, person, room, text string) error {
	_, err := h.w.Say(person, room, entitiesIn.Replace(text))
	return err
}

// entitiesIn escapes what somebody types for mrkdwn.
var entitiesIn = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Command implements stage.Acts.
func (h hands) Command(ctx context.Context, person, room, line string) error {
	command, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	_, err := h.w.SlashCommand(ctx, person, room, command, text)
	return stage.SeenByPeople(err)
}

// Press implements stage.Acts.
func (h hands) Press(ctx context.Context, person string, at stage.Spot, action string) error {
	var err error
	if at.Window != "" {
		_, err = h.w.PressInView(ctx, person, at.Window, action)
	} else {
		_, err = h.w.Press(ctx, person, at.Room, at.Post, action)
	}
	return stage.SeenByPeople(err)
}

// Choose implements stage.Acts.
func (h hands) Choose(ctx context.Context, person string, at stage.Spot, input string, values ...string) error {
	action, err := h.w.actionOf(person, at, input)
	if err != nil {
		return err
	}
	if at.Window != "" {
		_, err = h.w.ChooseInView(ctx, person, at.Window, action, values...)
	} else {
		_, err = h.w.Choose(ctx, person, at.Room, at.Post, action, values...)
	}
	return stage.SeenByPeople(err)
}

// Submit implements stage.Acts.
func (h hands) Submit(ctx context.Context, person, window string, values map[string][]string) (map[string]string, error) {
	typed := Values{}
	for input, v := range values {
		action, err := h.w.actionOf(person, stage.Spot{Window: window}, input)
		if err != nil {
			return nil, err
		}
		typed[action] = v
	}
	reply, err := h.w.SubmitView(ctx, person, window, typed)
	if err != nil || len(reply.Errors) == 0 || reply.View == nil {
		return nil, stage.SeenByPeople(err)
	}
	problems := map[string]string{}
	for _, b := range reply.View.Blocks {
		if wrong, ok := reply.Errors[stage.Str(b["block_id"])]; ok {
			for _, e := range interactive(b) {
				problems[inputID(stage.Str(b["block_id"]), e)] = wrong
			}
		}
	}
	return problems, nil
}

// Close implements stage.Acts.
func (h hands) Close(ctx context.Context, person, window string) error {
	_, err := h.w.CloseView(ctx, person, window)
	return stage.SeenByPeople(err)
}

// actionOf returns the action_id of an input of the stage.
func (w *Workspace) actionOf(person string, at stage.Spot, input string) (string, error) {
	w.team.Lock()
	defer w.team.Unlock()
	var blocks []object
	if at.Window != "" {
		_, v, err := w.dialogs.topmost(person, at.Window)
		if err != nil {
			return "", err
		}
		blocks = v.blocks()
	} else if ch := w.team.Channels.ByID(at.Room); ch != nil {
		if m := w.team.Seen(person, ch, at.Post); m != nil {
			blocks = m.Body.blocks
		}
	}
	for _, b := range blocks {
		for _, e := range interactive(b) {
			if inputID(stage.Str(b["block_id"]), e) == input {
				return stage.Str(e["action_id"]), nil
			}
		}
	}
	return "", fmt.Errorf("emulator: there is no input %q", input)
}
