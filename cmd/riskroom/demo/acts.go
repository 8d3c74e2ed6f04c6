package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// act is a form that somebody fills in: the one thing that people do which
// leaves no trace in the workspace.
type act struct {
	at     time.Time
	who    string
	title  string // of the form
	fields []filled
	shown  string // the label of the field that appeared by choosing the module
}

// filled is a field of a form as it stands when it is submitted.
type filled struct{ label, value string }

// Keys of the form of a new risk.
const (
	titleKey      = "title"
	moduleKey     = "module"
	handlersKey   = "handlers"
	discoveredKey = "discovered_at"
)

// file has somebody file a risk through the form that the slash command opens.
// They type what values says, in the order of keys.
func (p *play) file(ctx context.Context, who string, keys []string, values map[string][]string) (core.RiskKey, error) {
	home := p.w.home()
	user := home.ids[who]
	reply, err := home.SlashCommand(ctx, user, home.general, p.w.cfg.Organisation.Command, "new")
	if err != nil {
		return "", fmt.Errorf("%s types %s new: %w", who, p.w.cfg.Organisation.Command, err)
	}
	view := reply.View
	if view == nil {
		return "", fmt.Errorf("%s gets no form: %s", who, answerIn(reply))
	}
	for _, key := range keys {
		reply, err := home.ChooseInView(ctx, user, view.ID, key, values[key]...)
		if err != nil {
			return "", fmt.Errorf("%s fills in %s: %w", who, key, err)
		}
		if reply.View != nil {
			view = reply.View
		}
	}
	if err := p.look(ctx); err != nil {
		return "", err
	}
	p.tell.act(p.w, act{at: p.w.clock.Now(), who: who, title: view.Title, fields: fieldsOf(view, p.words), shown: labelOf(view, handlersKey)})
	reply, err = home.SubmitView(ctx, user, view.ID, nil)
	if err != nil {
		return "", fmt.Errorf("%s submits the form: %w", who, err)
	}
	if len(reply.Errors) > 0 {
		return "", fmt.Errorf("%s cannot submit the form: %v", who, reply.Errors)
	}
	return p.filed(ctx, home, user, values[titleKey][0], values[moduleKey][0])
}

// filed returns the key of the risk that somebody has just filed.
func (p *play) filed(ctx context.Context, at *place, user, title, module string) (core.RiskKey, error) {
	by := core.Account{Workspace: at.name, ID: user}
	risks, _, err := p.w.db.Find(ctx, engine.Query{Who: []core.Ref{core.RefOf(by)}, Module: []string{module}, Limit: core.MaxListed})
	if err != nil {
		return "", err
	}
	for _, r := range risks {
		if r.Title == title {
			return r.Key, nil
		}
	}
	return "", errors.New("the risk is not there: " + title)
}

// resolve has somebody resolve a risk with the slash command: in its group,
// where the key may be left out, if it has one that they are in.
func (p *play) resolve(ctx context.Context, key core.RiskKey, who, note string) error {
	rec, err := p.w.db.Get(ctx, key)
	if err != nil {
		return err
	}
	at := p.w.home()
	room, line := at.general, "status "+string(key)+" resolved "+note
	if g := rec.Link.Group; rec.Link.State == engine.Bound && g.Workspace == at.name && slices.Contains(at.Members(g.ID), at.ids[who]) {
		room, line = g.ID, "status resolved "+note
	}
	_, err = at.SlashCommand(ctx, at.ids[who], room, p.w.cfg.Organisation.Command, line)
	if err != nil {
		return fmt.Errorf("%s resolves %s: %w", who, key, err)
	}
	if rec, err = p.w.db.Get(ctx, key); err == nil && rec.Risk.Status != core.Resolved {
		return fmt.Errorf("%s could not resolve %s", who, key)
	}
	return err
}

func answerIn(r emulator.Reply) string {
	if r.Message != nil {
		return r.Message.Plain
	}
	return r.Body
}

// fieldsOf returns what stands in a form, field by field; empty ones are left
// out.
func fieldsOf(v *emulator.View, words text.Printer) []filled {
	var out []filled
	for _, b := range v.Blocks {
		block, _ := b["block_id"].(string)
		for _, held := range v.Values[block] {
			if value := valueOf(held, words); value != "" {
				out = append(out, filled{textOf(b["label"]), value})
			}
		}
	}
	return out
}

// labelOf returns the label of a field, "" if the form has none such.
func labelOf(v *emulator.View, key string) string {
	_, block, ok := v.Action(key)
	if !ok {
		return ""
	}
	for _, b := range v.Blocks {
		if b["block_id"] == block {
			return textOf(b["label"])
		}
	}
	return ""
}

// valueOf reads the value of an input as Slack's payloads carry it. See
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
func valueOf(held map[string]any, words text.Printer) string {
	for _, key := range []string{"value", "selected_date"} {
		if s, ok := held[key].(string); ok && s != "" {
			return s
		}
	}
	if o, ok := held["selected_option"].(map[string]any); ok {
		return textOf(o["text"])
	}
	var chosen []string
	switch options := held["selected_options"].(type) {
	case []any:
		for _, o := range options {
			if o, ok := o.(map[string]any); ok {
				chosen = append(chosen, textOf(o["text"]))
			}
		}
	case []map[string]any:
		for _, o := range options {
			chosen = append(chosen, textOf(o["text"]))
		}
	}
	return words.List(chosen)
}

func textOf(v any) string {
	t, _ := v.(map[string]any)
	s, _ := t["text"].(string)
	return s
}
