package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	adapter "riskroom/adapters/slack"
	"riskroom/bots"
	"riskroom/core"
)

// Homes remembers for some time who has opened the app's Home tab.
type Homes interface {
	OpenedHome(ctx context.Context, a core.Account) error
	// Homes returns them, the last one first.
	Homes(ctx context.Context, workspace string) ([]core.Account, error)
}

// The parts of a Home in its view. The details of a risk are the button of a card.
const (
	typeHome    = "home"
	homeTab     = "home" // in app_home_opened
	newRiskID   = "riskroom.shortcut"
	homeOpened  = "app_home_opened"
	maxHomeText = 3000 // of a section, see https://docs.slack.dev/reference/block-kit/blocks/section-block
)

// How often homes are brought up to date, and how long one may take.
const (
	homesEvery = time.Minute
	homeWithin = 20 * time.Second
)

// published remembers what is on each Home, in this process only: after a restart, every
// home is published once more.
type published struct {
	mu sync.Mutex
	by map[string]shownHome // by user
}

// shownHome is a Home that was published.
type shownHome struct {
	view string    // as JSON
	made time.Time // as Home.At
}

func (h *published) get(user string) shownHome {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.by[user]
}

func (h *published) set(user string, s shownHome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.by == nil {
		h.by = make(map[string]shownHome)
	}
	h.by[user] = s
}

// keep forgets all but some.
func (h *published) keep(accounts []core.Account) {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.by
	h.by = make(map[string]shownHome, len(accounts))
	for _, a := range accounts {
		if s, ok := all[a.ID]; ok {
			h.by[a.ID] = s
		}
	}
}

// openedHome publishes the home of a person who has opened it, in the background. If that
// fails, the person sees the old one until KeepHomes has published it.
func (b *Bot) openedHome(ctx context.Context, user string) error {
	a := core.Account{Workspace: b.workspace, ID: user}
	if err := b.homes.OpenedHome(ctx, a); err != nil {
		return err
	}
	select {
	case b.slots <- struct{}{}:
	default:
		return nil
	}
	b.showing.Go(func() {
		defer func() { <-b.slots }()
		ctx := context.WithoutCancel(ctx)
		b.readers.of(ctx, user)
		b.published.set(user, shownHome{}) // Slack may have forgotten it
		b.bringHome(ctx, a)
	})
	return nil
}

// KeepHomes keeps the homes up to date of those who have opened theirs, until ctx ends.
// One replica does so at a time. Nothing is lost in a crash or a failure: a home that was
// not published is outdated in the next pass.
func (b *Bot) KeepHomes(ctx context.Context, lead core.Leadership) {
	if b.homes == nil {
		return
	}
	tick := time.NewTicker(b.homesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// The term ends by itself, before this replica asks for the next.
		term, err := lead.Claim(ctx, b.homesEvery*9/10)
		if err != nil || !term.Mine {
			continue
		}
		if err := b.bringHomes(ctx); err != nil && ctx.Err() == nil {
			b.log.WarnContext(ctx, "slackbot: it is unknown whose App Home to bring up to date", "error", err)
		}
	}
}

func (b *Bot) bringHomes(ctx context.Context) error {
	all, err := b.homes.Homes(ctx, b.workspace)
	if err != nil {
		return err
	}
	b.published.keep(all)
	outdated, err := b.bot.Outdated(ctx, all, func(a core.Account) time.Time { return b.published.get(a.ID).made })
	if err != nil {
		return err
	}
	for _, a := range outdated {
		if ctx.Err() != nil {
			return nil
		}
		b.bringHome(ctx, a)
	}
	return nil
}

// bringHome publishes a home unless it is up to date.
func (b *Bot) bringHome(ctx context.Context, a core.Account) {
	ctx, cancel := context.WithTimeout(ctx, homeWithin)
	defer cancel()
	// Languages are looked up anew when people open their homes.
	req := request{overloaded: b.readers.known(a.ID) != (reader{})}
	h, err := b.bot.Home(ctx, b.by(ctx, req, a.ID, "", ""))
	var view slack.HomeTabViewRequest
	var raw []byte
	if err == nil {
		view = homeView(h)
		raw, err = json.Marshal(view)
	}
	if err == nil && string(raw) != b.published.get(a.ID).view {
		err = b.publish(ctx, a.ID, view)
	}
	if err == nil {
		b.published.set(a.ID, shownHome{string(raw), h.At})
	}
	switch {
	case core.DetailOf(err) == "not_enabled":
		b.log.WarnContext(ctx, "slackbot: the Home tab is off: switch it on on the app's App Home page, or remove app_home from the file", "user", a.ID)
	case err != nil && !errors.Is(err, context.Canceled):
		b.log.WarnContext(ctx, "slackbot: an App Home was not published", "user", a.ID, "error", err)
	}
}

// publish: https://docs.slack.dev/reference/methods/views.publish
func (b *Bot) publish(ctx context.Context, user string, view slack.HomeTabViewRequest) error {
	return b.view(ctx, "views.publish", func(ctx context.Context) (*slack.ViewResponse, error) {
		return b.api.Web().PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
	})
}

// homeView renders a home. Its texts are plain, so nobody is mentioned in it.
func homeView(h bots.Home) slack.HomeTabViewRequest {
	add := slack.NewButtonBlockElement(newRiskID, bots.NewRisk().Name, plain(h.New, maxOptionText))
	add.Style = slack.StylePrimary
	blocks := []slack.Block{slack.NewActionBlock("new", add)}
	for _, s := range h.Sections {
		blocks = append(blocks, slack.NewHeaderBlock(plain(s.Title, maxHeader)))
		for _, l := range s.Lines {
			var open *slack.Accessory
			if l.Open != "" {
				button := adapter.Button{Press: core.PressDetails, Risk: l.Risk}
				open = slack.NewAccessory(slack.NewButtonBlockElement(button.ActionID(), button.Value(), plain(l.Open, maxOptionText)))
			}
			blocks = append(blocks, slack.NewSectionBlock(plain(l.Text, maxHomeText), nil, open))
		}
		if s.Note != "" {
			blocks = append(blocks, slack.NewContextBlock("", plain(s.Note, maxHomeText)))
		}
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks[:min(len(blocks), maxBlocks)]}}
}
