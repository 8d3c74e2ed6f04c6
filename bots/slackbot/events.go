package slackbot

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"riskroom/core"
)

// event is the part of a delivery that riskroom reads. See
// https://docs.slack.dev/apis/events-api.
type event struct {
	Type           string `json:"type"`
	Challenge      string `json:"challenge"`
	TeamID         string `json:"team_id"`
	EventID        string `json:"event_id"`
	Authorizations []struct {
		TeamID string `json:"team_id"`
	} `json:"authorizations"`
	Event struct {
		Type    string          `json:"type"`
		Subtype string          `json:"subtype"`
		Channel json.RawMessage `json:"channel"` // an ID, or an object with one
		// ChannelID is where pin_removed has the ID.
		ChannelID string `json:"channel_id"`
		User      ident  `json:"user"`
		ActorID   string `json:"actor_id"`
		Tab       string `json:"tab"` // of app_home_opened
	} `json:"event"`
}

// ident is the ID of a person: as it is, or in an object with the whole person.
type ident string

// UnmarshalJSON implements json.Unmarshaler. Anything else is no ID.
func (i *ident) UnmarshalJSON(b []byte) error {
	var id string
	var whole thing
	switch {
	case json.Unmarshal(b, &id) == nil:
		*i = ident(id)
	case json.Unmarshal(b, &whole) == nil:
		*i = ident(whole.ID)
	}
	return nil
}

// Events handles events. An event about a group only makes riskroom check the
// group, because events arrive late, twice, out of order or never. How a group
// ended, according to Slack, is passed on as well.
func (b *Bot) Events() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, no := b.read(w, r, typeJSON)
		if no != nil {
			b.reject(w, r, kindEvent, *no)
			return
		}
		var e event
		if err := json.Unmarshal(body, &e); err != nil {
			b.reject(w, r, kindEvent, rejection{http.StatusBadRequest, outcomeMalformed})
			return
		}
		if e.Type == "url_verification" {
			b.observe(kindEvent, outcomeOK)
			b.write(w, response{body: map[string]string{"challenge": e.Challenge}})
			return
		}
		outcome, no := b.takeEvent(r.Context(), e, retry{attempt: r.Header.Get("X-Slack-Retry-Num"), reason: r.Header.Get("X-Slack-Retry-Reason")})
		if no != nil {
			b.reject(w, r, kindEvent, *no)
			return
		}
		b.observe(kindEvent, outcome)
		if outcome == outcomeFailed {
			// Slack delivers it again, at once, in a minute and in five.
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		}
	})
}

// retry is Slack's attempt number and reason when it delivers something again.
type retry struct{ attempt, reason string }

// takeEvent forwards an event and returns its outcome, or why it is rejected.
func (b *Bot) takeEvent(ctx context.Context, e event, a retry) (string, *rejection) {
	ctx, cancel := context.WithTimeout(ctx, b.answerWithin)
	defer cancel()
	// Slack may send the end of an installation without a team.
	if team := b.teamOf(ctx, e); team != "" || !slices.Contains(endEvents, e.Event.Type) {
		if no := b.admit(ctx, team); no != nil {
			return "", no
		}
	}
	if a.attempt != "" {
		b.log.Info("slackbot: an event is delivered again", "event_id", e.EventID, "retry", a.attempt, "reason", a.reason)
	}
	return b.forward(ctx, e), nil
}

// teamOf returns the team that an event was sent for. In shared channels, team_id
// may be the other team's.
func (b *Bot) teamOf(ctx context.Context, e event) string {
	id, err := b.whoAmI(ctx)
	if err != nil {
		return e.TeamID
	}
	for _, a := range e.Authorizations {
		if a.TeamID == id {
			return id
		}
	}
	return e.TeamID
}

// forward passes an event on and returns its outcome. An event that couldn't be
// passed on is not remembered, so its next delivery is handled.
func (b *Bot) forward(ctx context.Context, e event) string {
	switch {
	case e.Type != "event_callback":
		return outcomeUnknown
	case e.EventID != "" && b.events.Has(e.EventID):
		return outcomeReplay
	}
	switch {
	case slices.Contains(endEvents, e.Event.Type):
		b.log.Error("slackbot: the workspace has removed the app or its token: nothing works there until it is installed again",
			"event", e.Event.Type)
	case e.Event.Type == homeOpened:
		if b.homes == nil || e.Event.Tab != homeTab || !account.MatchString(string(e.Event.User)) {
			return outcomeUnknown
		}
		if err := b.openedHome(ctx, string(e.Event.User)); err != nil {
			b.log.Warn("slackbot: an event could not be passed on", "event", e.Event.Type, "error", err)
			return outcomeFailed
		}
	case e.Event.Type == teamJoin:
		if err := b.joined(ctx, b.workspace); err != nil {
			b.log.Warn("slackbot: an event could not be passed on", "event", e.Event.Type, "error", err)
			return outcomeFailed
		}
	default:
		channel := e.channel()
		if !e.concernsGroup() || channel == "" {
			b.log.Debug("slackbot: an event was ignored", "event", e.Event.Type)
			return outcomeUnknown
		}
		if err := b.passOn(ctx, e, core.GroupRef{Workspace: b.workspace, ID: channel}); err != nil {
			b.log.Warn("slackbot: an event could not be passed on", "event", e.Event.Type, "error", err)
			return outcomeFailed
		}
	}
	if e.EventID != "" {
		b.events.Add(e.EventID)
	}
	return outcomeOK
}

// passOn reports that something happened to a group, how it ended if it did, and who
// unarchived it. For the end of a private channel, this event is the only source:
// Slack's API answers as if the bot were not in the channel.
func (b *Bot) passOn(ctx context.Context, e event, g core.GroupRef) error {
	if ended := e.ending(); ended != "" {
		return b.ended(ctx, g, ended)
	}
	if e.Event.Type == "channel_unarchive" || e.Event.Type == "group_unarchive" {
		return b.unarchived(ctx, g, b.actor(e))
	}
	return b.noticed(ctx, g)
}

// actor returns the person that an event names, or a zero Account. channel_unarchive
// names a user. For group_unarchive, Slack's page names nobody, and its types an
// actor_id.
func (b *Bot) actor(e event) core.Account {
	id := cmp.Or(string(e.Event.User), e.Event.ActorID)
	if !account.MatchString(id) {
		return core.Account{}
	}
	return core.Account{Workspace: b.workspace, ID: id}
}

// ending returns how a group has ended according to the event, "" if it hasn't.
func (e event) ending() core.Ending {
	switch e.Event.Type {
	case "channel_archive", "group_archive":
		return core.Archived
	case "channel_deleted", "group_deleted":
		return core.Deleted
	}
	return ""
}

// groupEvents may change a group, as do deleted messages. After endEvents the app
// can't do anything in the workspace.
var (
	groupEvents = []string{
		"channel_archive", "channel_unarchive", "channel_deleted", "channel_rename", "channel_left",
		"group_archive", "group_unarchive", "group_deleted", "group_rename", "group_left", "group_close",
		"member_joined_channel", "member_left_channel", "pin_removed",
	}
	endEvents = []string{"app_uninstalled", "tokens_revoked"}
)

// teamJoin is the event that somebody joined the workspace, and so may be added to groups:
// https://docs.slack.dev/reference/events/team_join. That an account is active again is
// noticed by the periodic check: user_change also comes for every change of a status.
const teamJoin = "team_join"

// concernsGroup reports whether the event may change a group. See
// https://docs.slack.dev/reference/events.
func (e event) concernsGroup() bool {
	if e.Event.Type == "message" {
		return e.Event.Subtype == "message_deleted"
	}
	return slices.Contains(groupEvents, e.Event.Type)
}

func (e event) channel() string {
	var id string
	if json.Unmarshal(e.Event.Channel, &id) == nil {
		return id
	}
	var c thing
	if json.Unmarshal(e.Event.Channel, &c) == nil {
		return c.ID
	}
	return e.Event.ChannelID
}
