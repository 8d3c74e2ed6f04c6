package emulator

import (
	"context"
	"errors"
	"fmt"
	"slices"

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

// Upload implements stage.Acts.
func (h hands) Upload(ctx context.Context, person, window, input, name string, content []byte) (string, error) {
	if len(content) > maxFile {
		return "", stage.ErrTooLarge
	}
	h.w.guild.Lock()
	m, err := h.w.interactions.openFor(person, window)
	var held []string
	if err == nil {
		held = slices.Clone(m.values[input])
	}
	h.w.guild.Unlock()
	if err != nil {
		return "", err
	}
	id := h.w.Upload(name, content)
	return id, h.Choose(ctx, person, window, input, append(held, id)...)
}

// Download implements stage.Acts.
func (h hands) Download(_ context.Context, person, room, post, file string) ([]byte, error) {
	g := h.w.guild
	g.Lock()
	defer g.Unlock()
	if u, ch := g.People.ByID(person), g.Channels.ByID(room); u != nil && ch != nil && g.permissionsIn(u, ch).Has(ViewChannel) {
		if m := g.Seen(person, ch, post); m != nil && slices.ContainsFunc(m.Body.files, func(f object) bool { return f["id"] == file }) {
			return g.posted[file], nil
		}
	}
	return nil, fmt.Errorf("emulator: %s sees no file %q", person, file)
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

// Offers implements stage.Acts.
func (h hands) Offers(person, room string) []stage.RoomAct { return h.w.guild.offers(person, room) }

// ByHand implements stage.Acts.
func (h hands) ByHand(_ context.Context, person, room string, act stage.RoomAct) error {
	if !slices.Contains(h.Offers(person, room), act) {
		return fmt.Errorf("emulator: %s cannot %s %q in %q", person, act.Do, act.To, room)
	}
	switch act.Do {
	case stage.DeleteRoom:
		return h.w.DeleteChannel(person, room)
	case stage.MoveRoom:
		return h.w.MoveByHand(person, room, act.To)
	case stage.AddMember:
		return h.w.SetOverwrite(person, room, Overwrite{ID: act.To, Member: true, Allow: ViewChannel})
	case stage.RemoveMember:
		return h.w.RemoveOverwrite(person, room, act.To)
	case stage.ArchiveRoom, stage.UnarchiveRoom: // Discord archives threads only
	}
	return nil
}

// Join implements stage.Acts.
func (h hands) Join(_ context.Context, name string) (string, error) {
	return h.w.JoinGuild(h.w.guild.newcomer(name))
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
