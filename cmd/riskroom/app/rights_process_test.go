package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	discord "riskroom/adapters/discord/emulator"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/engine"
)

// mover is how people move risks through a process.
type mover interface {
	frontend
	pass(ctx context.Context, as role, key core.RiskKey) (string, error)
	pressPass(ctx context.Context, as role, key core.RiskKey) (string, error)
	back(ctx context.Context, as role, key core.RiskKey) (string, error)
	// pressBack sends a risk back with the button and its form, if it opens.
	pressBack(ctx context.Context, as role, r core.Risk) error
	// forgeBack submits a form that was never opened.
	forgeBack(ctx context.Context, as role, key core.RiskKey) error
}

// rightsProcess is a process whose first node a member operates who is otherwise not
// involved.
const rightsProcess = `process:
  first: { operators: home/MEMBER }
  second: { operators: "@oncall" }
`

// movesOf contains who may move a risk, by policy and node.
var movesOf = []struct {
	name, read    string
	first, second []role
}{
	{"open", "[everyone, PARTNER]", []role{member, lead, administrator}, []role{onCall, lead, administrator}},
	{"involved", "involved", []role{member, lead, administrator}, []role{onCall, lead, administrator}},
	{"named", `["@oncall"]`, []role{administrator}, []role{onCall, administrator}},
}

// TestWhoMayMoveRisks checks the rows of docs/security.md about the process, with commands,
// buttons and forms.
func TestWhoMayMoveRisks(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) frontend{
		"slack":   func(t *testing.T) frontend { return newSlackFrontend(t, false) },
		"discord": func(t *testing.T) frontend { return newDiscordFrontend(t, true) },
	} {
		for _, policy := range movesOf {
			t.Run(name+", "+policy.name, func(t *testing.T) {
				t.Parallel()
				f := open(t).(mover)
				b := &moverBundle{startRights(t, f, "everyone", policy.read, rightsProcess), f}
				for _, who := range []role{submitter, handler, onCall, lead, administrator, member, guest, partner} {
					if f.id(who) != "" {
						b.checkMoves(t, who, slices.Contains(policy.first, who), slices.Contains(policy.second, who))
					}
				}
			})
		}
	}
}

// moverBundle is a rightsBundle with a process.
type moverBundle struct {
	*rightsBundle
	mover mover
}

// checkMoves tries every way to move a risk and to resolve it, in a role. first and second
// report whether it may be moved from these nodes.
func (b *moverBundle) checkMoves(t *testing.T, who role, first, second bool) {
	t.Helper()
	ctx := t.Context()
	key := b.filed(t, who, "Payments")
	admin := core.Actor{Account: core.Account{Workspace: "home", ID: b.mover.id(administrator)}, Name: "adm"}
	at := func(node string) {
		t.Helper()
		for b.riskOf(t, key).Node != node {
			var o engine.Operation = engine.PassOn{Risk: key}
			if node == "first" {
				o = engine.SendBack{Risk: key, Reason: "again"}
			}
			if _, err := b.app.Engine().Do(ctx, core.MakeOp("test", string(key), node, time.Now().String()), admin, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	try := func(what, from, to string, may bool, do func() error) {
		t.Helper()
		at(from)
		if err := do(); err != nil {
			t.Errorf("%s, %s: %v", who, what, err)
		}
		for end := time.Now().Add(time.Minute); may && b.riskOf(t, key).Node != to && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		if got := b.riskOf(t, key).Node; (got == to) != may {
			t.Errorf("%s, %s: it is at %s, allowed is %v", who, what, got, may)
		}
	}
	said := func(do func(context.Context, role, core.RiskKey) (string, error)) func() error {
		return func() error { _, err := do(ctx, who, key); return err }
	}
	try("a press", "first", "second", first, said(b.mover.pressPass))
	try("pass", "first", "second", first, said(b.mover.pass))
	try("back", "second", "first", second, said(b.mover.back))
	try("a press and a form", "second", "first", second, func() error { return b.mover.pressBack(ctx, who, b.riskOf(t, key)) })
	try("a form that was not opened", "second", "first", second, func() error { return b.mover.forgeBack(ctx, who, key) })

	for node, may := range map[string]bool{"first": who == administrator, "second": second} {
		at(node)
		if _, err := b.change(ctx, who, key, core.Resolved); err != nil {
			t.Errorf("%s resolves: %v", who, err)
		}
		if got := b.statusOf(t, key, core.Resolved, may); (got == core.Resolved) != may {
			t.Errorf("%s, status at %s: it is %s, allowed is %v", who, node, got, may)
		}
		if may {
			reopen := engine.ChangeStatus{Risk: key, To: core.Pending}
			if _, err := b.app.Engine().Do(ctx, core.MakeOp("test", string(key), "reopen", node), admin, reopen); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (b *moverBundle) riskOf(t *testing.T, key core.RiskKey) core.Risk {
	t.Helper()
	rec, err := b.db.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return rec.Risk
}

func (s *slackFrontend) pass(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.command(ctx, as, "pass "+string(key)+" checked")
}

func (s *slackFrontend) pressPass(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.press(ctx, as, key, core.PressPass)
}

func (s *slackFrontend) back(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.command(ctx, as, "back "+string(key)+" first because")
}

func (s *slackFrontend) pressBack(ctx context.Context, as role, r core.Risk) error {
	option := fmt.Sprintf("riskroom.back:%s@%d", r.Key, r.Version)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		for _, m := range s.Messages(slackLobby) {
			if raw, err := json.Marshal(m.Blocks); err != nil || !strings.Contains(string(raw), `"`+option+`"`) {
				continue
			}
			user := s.id(as)
			before := len(s.Ephemerals(user))
			if _, err := s.Press(ctx, user, slackLobby, m.TS, "riskroom.more/"+option); err != nil {
				return err
			}
			return s.answerBack(ctx, user, before)
		}
	}
	return fmt.Errorf("%s has no card with the button", r.Key)
}

// answerBack fills in the form that asks for a reason, if it opens instead of another reply.
func (s *slackFrontend) answerBack(ctx context.Context, user string, before int) error {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		view, open := s.OpenView(user)
		switch {
		case open && view.CallbackID == "back":
			_, err := s.SubmitView(ctx, user, view.ID, emulator.Values{"node": {"first"}, "note": {"wrong"}})
			return err
		case open:
			return s.CloseView(user, view.ID)
		case len(s.Ephemerals(user)) > before:
			return nil
		}
	}
	return errors.New("there is no reply")
}

func (s *slackFrontend) forgeBack(ctx context.Context, as role, key core.RiskKey) error {
	return s.submit(ctx, as, "back", map[string]string{"risk": string(key), "seen": "0"}, map[string]any{
		"note": map[string]any{"note": map[string]any{"type": "plain_text_input", "value": "forged"}},
	})
}

func (d *discordFrontend) pass(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.command(ctx, as, "pass", discord.Values{"key": string(key), "note": "checked"})
}

func (d *discordFrontend) pressPass(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.press(ctx, as, key, core.PressPass)
}

func (d *discordFrontend) back(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.command(ctx, as, "back", discord.Values{"key": string(key), "node": "first", "reason": "because"})
}

func (d *discordFrontend) pressBack(ctx context.Context, as role, r core.Risk) error {
	button := fmt.Sprintf("riskroom.back:%s@%d", r.Key, r.Version)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		for _, m := range d.Messages(discordLobby) {
			if raw, err := json.Marshal(m.Components); err != nil || !strings.Contains(string(raw), `"`+button+`"`) {
				continue
			}
			reply, err := d.Press(ctx, d.id(as), discordLobby, m.ID, button)
			if err == nil && reply.Modal != nil {
				_, err = d.SubmitModal(ctx, d.id(as), discord.Values{"note": "wrong"})
			}
			return err
		}
	}
	return fmt.Errorf("%s has no card with the button", r.Key)
}

func (d *discordFrontend) forgeBack(ctx context.Context, as role, key core.RiskKey) error {
	return d.submit(ctx, as, "back", `{"risk":"`+string(key)+`","seen":"0"}`, map[string]string{"note": "forged"})
}
