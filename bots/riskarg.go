package bots

import (
	"context"
	"errors"
	"maps"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// riskName is the name of the argument for a risk.
const riskName = "risk"

// riskArg returns the argument for a risk's key. In the risk's own group it is optional.
func (b *Bot) riskArg() Arg {
	return Arg{
		Name: riskName, Option: "key", Help: helpText("options.key"), suggest: b.suggestRisk,
		take: func(line string) (value []string, rest string, ok bool) {
			first, rest := cutPhrase(line, 1)
			key, err := b.parseKey(first)
			return []string{string(key)}, rest, err == nil
		},
	}
}

func (b *Bot) parseKey(typed string) (core.RiskKey, error) {
	return core.ParseRiskKey(b.org.KeyPrefix, text.Fold(typed))
}

// riskOf returns the risk that a command names, or else the risk of the group it was
// typed in. Without either, wrong says what is missing.
func (b *Bot) riskOf(ctx context.Context, c Command) (key core.RiskKey, wrong Reply, err error) {
	if typed := c.Typed.Args.Get(riskName); typed != "" {
		if key, err = b.parseKey(typed); err != nil {
			return "", b.noKey(c, typed), nil
		}
		return key, Reply{}, nil
	}
	if !c.Channel.IsZero() {
		if key, err = b.handling.RiskOf(ctx, c.Channel); !notFound(err) {
			return key, Reply{}, err
		}
	}
	if c.Typed.left != "" {
		return "", b.noKey(c, c.Typed.left), nil
	}
	if first, _ := cutWord(c.Typed.after); b.isTopicKey(first) {
		return "", b.noKey(c, first), nil
	}
	return "", undone(b.printer(c).S("commands.which_risk", text.Args{"Line": b.lineWithKey(c, b.exampleKey())})), nil
}

// lineWithKey returns the line to type to send c again with a key.
func (b *Bot) lineWithKey(c Command, key string) string {
	if t := *c.Typed; len(t.Path) > 0 {
		t.Args = Values{riskName: {key}}
		maps.Copy(t.Args, c.Typed.Args)
		c.Typed = &t
		return b.typedLine(c)
	}
	line := []string{b.org.Command, c.Typed.command(b.printer(c).Lang()), key, c.Typed.after}
	return strings.TrimSpace(strings.Join(line, " "))
}

// onlyRisk is riskOf for a command without other arguments.
func (b *Bot) onlyRisk(ctx context.Context, c Command) (key core.RiskKey, wrong Reply, err error) {
	key, wrong, err = b.riskOf(ctx, c)
	switch left := c.Typed.left; {
	case key == "" || left == "":
		return key, wrong, err
	case c.Typed.Args[riskName] == nil:
		return "", b.noKey(c, left), nil
	default:
		return "", b.tooMuch(c, key), nil
	}
}

// tooMuch replies to a text after a key where nothing can follow.
func (b *Bot) tooMuch(c Command, key core.RiskKey) Reply {
	p := b.printer(c)
	line := strings.Join([]string{b.org.Command, c.Typed.command(p.Lang()), string(key)}, " ")
	return undone(p.S("commands.only_key", text.Args{"Line": line, "Text": c.Typed.left}))
}

// subjectArgs takes the key of a risk, or of a topic group.
func (b *Bot) subjectArgs() []Arg {
	key := b.riskArg()
	key.take = b.takeGroupKey
	return []Arg{key}
}

// onlySubject is onlyRisk for a command that is about topic groups with keys of their own
// too.
func (b *Bot) onlySubject(ctx context.Context, c Command) (key core.RiskKey, wrong Reply, err error) {
	typed := c.Typed.Args.Get(riskName)
	if key, topic := b.org.ParseTopicKey(text.Fold(typed)); topic {
		if c.Typed.left != "" {
			return "", b.tooMuch(c, key), nil
		}
		return key, Reply{}, nil
	}
	key, wrong, err = b.onlyRisk(ctx, c)
	if key != "" || err != nil || typed != "" || c.Typed.left != "" {
		return key, wrong, err
	}
	here, err := b.handling.Topics(ctx, c.Actor, "", c.Channel)
	if len(here) == 1 {
		return here[0].Key, Reply{}, err
	}
	return "", wrong, err
}

// noKey replies to a text that is no key.
func (b *Bot) noKey(c Command, typed string) Reply {
	first, _ := cutWord(typed)
	if b.isTopicKey(first) {
		return undone(b.printer(c).S("commands.topic_key", text.Args{"Key": strings.ToUpper(text.Fold(first)), "Line": b.typedLine(c)}))
	}
	return undone(b.printer(c).S("commands.no_key", text.Args{"Word": first, "Example": b.exampleKey(), "Line": b.typedLine(c)}))
}

func (b *Bot) isTopicKey(word string) bool {
	_, ok := b.org.ParseTopicKey(text.Fold(word))
	return ok
}

func (b *Bot) exampleKey() string { return string(core.MakeRiskKey(b.org.KeyPrefix, 17)) }

func notFound(err error) bool {
	if r, ok := errors.AsType[*core.Refusal](err); ok {
		return r.Kind == core.NotFound
	}
	return core.KindOf(err) == core.NotFound
}
