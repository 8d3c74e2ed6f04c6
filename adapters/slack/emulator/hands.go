package emulator

import (
	"context"
	"errors"
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
	if _, refused := errors.AsType[*refusal](err); refused {
		return fmt.Errorf("%w: %w", stage.ErrReadOnly, err)
	}
	return err
}

// Command implements stage.Acts.
func (h hands) Command(ctx context.Context, person, room, line string) error {
	command, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	_, err := h.w.SlashCommand(ctx, person, room, command, text)
	return stage.SeenByPeople(err)
}

// Visit implements stage.Acts.
func (h hands) Visit(_ context.Context, person, _ string) error { return h.w.OpenHome(person) }

// Press implements stage.Acts.
func (h hands) Press(ctx context.Context, person, room, post, action string) error {
	if isHome(room) {
		_, err := h.w.PressHome(ctx, person, action)
		return stage.SeenByPeople(err)
	}
	_, err := h.w.Press(ctx, person, room, post, action)
	return stage.SeenByPeople(err)
}

// Shortcut implements stage.Acts.
func (h hands) Shortcut(ctx context.Context, person, room, post, entry string) error {
	var err error
	if post == "" {
		_, err = h.w.GlobalShortcut(ctx, person, entry)
	} else {
		_, err = h.w.MessageShortcut(ctx, person, room, post, entry)
	}
	return stage.SeenByPeople(err)
}

// Choose implements stage.Acts.
func (h hands) Choose(ctx context.Context, person, window, input string, values ...string) error {
	_, err := h.w.ChooseInView(ctx, person, window, input, values...)
	return stage.SeenByPeople(err)
}

// Submit implements stage.Acts.
func (h hands) Submit(ctx context.Context, person, window string, values map[string][]string) (map[string]string, error) {
	reply, err := h.w.SubmitView(ctx, person, window, values)
	return reply.Errors, stage.SeenByPeople(err)
}

// Close implements stage.Acts.
func (h hands) Close(_ context.Context, person, window string) error {
	return h.w.CloseView(person, window)
}
