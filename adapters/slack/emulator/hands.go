package emulator

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// Upload implements stage.Acts.
func (h hands) Upload(ctx context.Context, person, window, input, name string, content []byte) (string, error) {
	if len(content) > maxUpload {
		return "", stage.ErrTooLarge
	}
	held := h.w.team.entered(person, window, input)
	id := h.w.Upload(person, name, content)
	return id, h.Choose(ctx, person, window, input, append(held, id)...)
}

// Download implements stage.Acts.
func (h hands) Download(_ context.Context, person, room, post, file string) ([]byte, error) {
	t := h.w.team
	t.Lock()
	defer t.Unlock()
	if ch := t.Channels.ByID(room); ch != nil && ch.Has(person) {
		if m := t.Seen(person, ch, post); m != nil {
			for _, f := range m.Body.files {
				if f.id == file && !f.deleted {
					return f.content, nil
				}
			}
		}
	}
	return nil, fmt.Errorf("emulator: %s sees no file %q", person, file)
}

// Close implements stage.Acts.
func (h hands) Close(_ context.Context, person, window string) error {
	return h.w.CloseView(person, window)
}

// Offers implements stage.Acts.
func (h hands) Offers(person, room string) []stage.RoomAct { return h.w.team.offers(person, room) }

// ByHand implements stage.Acts. A restored channel is without the bot, as an archived
// one.
func (h hands) ByHand(_ context.Context, person, room string, act stage.RoomAct) error {
	if !slices.Contains(h.Offers(person, room), act) {
		return fmt.Errorf("emulator: %s cannot %s %q in %q", person, act.Do, act.To, room)
	}
	switch act.Do {
	case stage.ArchiveRoom:
		return h.w.ArchiveByHand(person, room)
	case stage.UnarchiveRoom:
		return h.w.UnarchiveByHand(person, room, false)
	case stage.DeleteRoom:
		return h.w.DeleteChannel(person, room)
	case stage.AddMember:
		return h.w.Add(person, room, act.To)
	case stage.RemoveMember:
		return h.w.Remove(person, room, act.To)
	case stage.MoveRoom: // Slack's sections are everybody's own
	}
	return nil
}

// Join implements stage.Acts.
func (h hands) Join(_ context.Context, name string) (string, error) {
	return h.w.JoinTeam(h.w.team.newcomer(name))
}
