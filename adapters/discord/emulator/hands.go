package emulator

import (
	"context"
	"errors"
	"fmt"

	"riskroom/adapters/stage"
)

// Hands returns people's actions as the stage calls them. It is a stage.Suggester
// too.
func (w *Workspace) Hands() stage.Acts { return hands{w} }

type hands struct{ w *Workspace }

var _ stage.Suggester = hands{}

// Say implements stage.Acts.
func (h hands) Say(_ context.Context, person, room, text string) error {
	_, err := h.w.Say(person, room, text)
	if _, refused := errors.AsType[*refusal](err); refused {
		return fmt.Errorf("%w: %w", stage.ErrReadOnly, err)
	}
	return err
}

// Command implements stage.Acts: the line contains options by their names, such as
// "/risk new module:Payments".
func (h hands) Command(ctx context.Context, person, room, line string) error {
	t := h.w.interactions.readLine(line)
	i, err := h.w.interactions.commandInteraction(person, room, t.command, t.subcommand(), t.values())
	if err != nil {
		return fmt.Errorf("%w: %w", stage.ErrMistyped, err)
	}
	_, err = h.w.interactions.ask(ctx, i)
	return seenByPeople(err)
}

// Visit implements stage.Acts. No room on Discord is one that the bot makes.
func (h hands) Visit(_ context.Context, _, room string) error {
	return fmt.Errorf("emulator: no room %q that the app makes", room)
}

// Press implements stage.Acts.
func (h hands) Press(ctx context.Context, person, room, post, action string) error {
	_, err := h.w.Press(ctx, person, room, post, action)
	return seenByPeople(err)
}

// Shortcut implements stage.Acts. Only posts have a menu, which names commands.
func (h hands) Shortcut(ctx context.Context, person, room, post, entry string) error {
	_, err := h.w.MessageCommand(ctx, person, room, post, entry)
	return seenByPeople(err)
}

// Choose implements stage.Acts. The bot learns what a window holds when it is
// submitted.
func (h hands) Choose(_ context.Context, person, window, input string, values ...string) error {
	h.w.guild.Lock()
	defer h.w.guild.Unlock()
	m, err := h.w.interactions.openFor(person, window)
	if err != nil {
		return err
	}
	return h.w.guild.fill(m, map[string][]string{input: values})
}

// Submit implements stage.Acts.
func (h hands) Submit(ctx context.Context, person, window string, values map[string][]string) (map[string]string, error) {
	h.w.guild.Lock()
	_, err := h.w.interactions.openFor(person, window)
	h.w.guild.Unlock()
	if err != nil {
		return nil, err
	}
	reply, err := h.w.interactions.submit(ctx, person, func(*modal) map[string][]string { return values })
	return reply.Errors, seenByPeople(err)
}

// Close implements stage.Acts.
func (h hands) Close(_ context.Context, person, window string) error {
	h.w.guild.Lock()
	defer h.w.guild.Unlock()
	if _, err := h.w.interactions.openFor(person, window); err != nil {
		return err
	}
	h.w.guild.CloseDialog(person)
	return nil
}

// openFor finds a modal that a person has open.
func (ix *interactions) openFor(person, window string) (*modal, error) {
	m := ix.Dialogs.Of(person)
	if m == nil || m.from.id != window {
		return nil, fmt.Errorf("emulator: %s has no modal %q open", person, window)
	}
	return m, nil
}

// seenByPeople words an error as Discord's own client does, for which an app that is
// not connected is one that did not answer.
func seenByPeople(err error) error {
	if errors.Is(err, ErrNobody) {
		return fmt.Errorf("%w: %w", stage.ErrSilent, err)
	}
	return stage.SeenByPeople(err)
}
