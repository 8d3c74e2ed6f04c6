package emulator

import (
	"context"
	"fmt"
	"strings"

	"riskroom/adapters/stage"
)

// Hands returns people's actions as the stage calls them.
func (w *Workspace) Hands() stage.Acts { return hands{w} }

type hands struct{ w *Workspace }

// Say implements stage.Acts.
func (h hands) Say(_ context.Context, person, room, text string) error {
	_, err := h.w.Say(person, room, escaped.Replace(text))
	return err
}

// Command implements stage.Acts.
func (h hands) Command(ctx context.Context, person, room, line string) error {
	command, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	_, err := h.w.SlashCommand(ctx, person, room, command, text)
	return stage.SeenByPeople(err)
}

// Press implements stage.Acts.
func (h hands) Press(ctx context.Context, person, room, post, action string) error {
	_, err := h.w.Press(ctx, person, room, post, action)
	return stage.SeenByPeople(err)
}

// Choose implements stage.Acts.
func (h hands) Choose(ctx context.Context, person, window, input string, values ...string) error {
	blocks, err := h.w.blocksOf(person, window)
	if err != nil {
		return err
	}
	block, ok := blocks[input]
	if !ok {
		return fmt.Errorf("emulator: no input %q", input)
	}
	_, err = h.w.ChooseInView(ctx, person, window, actionOf(block), values...)
	return stage.SeenByPeople(err)
}

// Submit implements stage.Acts.
func (h hands) Submit(ctx context.Context, person, window string, values map[string][]string) (map[string]string, error) {
	blocks, err := h.w.blocksOf(person, window)
	if err != nil {
		return nil, err
	}
	typed := Values{}
	for input, v := range values {
		typed[actionOf(blocks[input])] = v
	}
	reply, err := h.w.SubmitView(ctx, person, window, typed)
	problems := map[string]string{}
	for input, b := range blocks {
		if wrong, ok := reply.Errors[stage.Str(b["block_id"])]; ok {
			problems[input] = wrong
		}
	}
	return problems, stage.SeenByPeople(err)
}

// Close implements stage.Acts.
func (h hands) Close(_ context.Context, person, window string) error {
	return h.w.CloseView(person, window)
}

// blocksOf returns the input blocks of an open modal by the stage's ID.
func (w *Workspace) blocksOf(person, window string) (map[string]object, error) {
	w.team.Lock()
	defer w.team.Unlock()
	_, v, err := w.dialogs.openView(person, window)
	if err != nil {
		return nil, err
	}
	out := map[string]object{}
	for _, b := range inputBlocks(v.blocks()) {
		out[inputID(b)] = b
	}
	return out, nil
}
