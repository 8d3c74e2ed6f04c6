package discordbot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	adapter "riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/bots"
	"riskroom/core"
)

// Types of interactions and of answers, see
// https://docs.discord.com/developers/interactions/receiving-and-responding.
const (
	typePing         = 1
	typeCommand      = 2
	typeComponent    = 3
	typeAutocomplete = 4
	typeModal        = 5

	answerPong     = 1
	answerMessage  = 4
	answerDeferred = 5
	answerUpdate   = 7
	answerChoices  = 8
	answerModal    = 9
)

// interaction is the part of an interaction that riskroom reads. The rest may
// change without breaking anything.
type interaction struct {
	ID            string `json:"id"`
	ApplicationID string `json:"application_id"`
	Type          int    `json:"type"`
	Token         string `json:"token"`
	GuildID       string `json:"guild_id"`
	ChannelID     string `json:"channel_id"`
	Channel       struct {
		Type     int    `json:"type"`
		ParentID string `json:"parent_id"`
	} `json:"channel"`
	Locale string `json:"locale"`
	Member member `json:"member"` // in the guild
	User   user   `json:"user"`   // in a direct message, where there is no guild
	Data   struct {
		Type       int         `json:"type"`
		Name       string      `json:"name"`
		Options    []option    `json:"options"`
		CustomID   string      `json:"custom_id"`
		Components []component `json:"components"`
		TargetID   string      `json:"target_id"`
		Resolved   struct {
			Messages map[string]target          `json:"messages"`
			Roles    map[string]json.RawMessage `json:"roles"`
			Files    map[string]attachment      `json:"attachments"`
		} `json:"resolved"`
	} `json:"data"`
}

// attachment is the part of an uploaded file that riskroom reads.
type attachment struct {
	ID   string `json:"id"`
	Name string `json:"filename"`
	Size int64  `json:"size"`
	URL  string `json:"url"`
}

// Types of threads, see
// https://docs.discord.com/developers/resources/channel#channel-object-channel-types.
const (
	firstThread = 10
	lastThread  = 12
)

// place returns the channel of an interaction: for a thread, the channel that it is in.
func (in interaction) place() string {
	if t := in.Channel.Type; firstThread <= t && t <= lastThread && in.Channel.ParentID != "" {
		return in.Channel.ParentID
	}
	return in.ChannelID
}

// member is the part of a guild member that riskroom reads.
type member struct {
	Nick string `json:"nick"`
	User user   `json:"user"`
}

type user struct {
	ID         string `json:"id"`
	Name       string `json:"username"`
	GlobalName string `json:"global_name"`
}

func (m member) name() string { return cmp.Or(m.Nick, m.User.GlobalName, m.User.Name) }

// option is a subcommand, or an option with its value.
type option struct {
	Type    int             `json:"type"`
	Name    string          `json:"name"`
	Value   json.RawMessage `json:"value"`
	Options []option        `json:"options"`
	Focused bool            `json:"focused"`
}

// component is a part of a modal, or an input in it.
type component struct {
	Type       int         `json:"type"`
	CustomID   string      `json:"custom_id"`
	Value      string      `json:"value"`  // of a text or a radio group
	Values     []string    `json:"values"` // of other inputs
	Component  *component  `json:"component"`
	Components []component `json:"components"`
}

// response is the first answer to an interaction.
type response struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// Interactions handles everything that people do, over HTTP.
func (b *Bot) Interactions() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived := time.Now()
		body, no := b.read(w, r)
		if no != nil {
			b.reject(w, r, *no)
			return
		}
		var in interaction
		if err := json.Unmarshal(body, &in); err != nil {
			b.reject(w, r, rejection{http.StatusBadRequest, outcomeMalformed})
			return
		}
		answer, outcome, no := b.takeInteraction(r.Context(), request{arrived: arrived}, in)
		if no != nil {
			b.reject(w, r, *no)
			return
		}
		b.observe(kindInteraction, outcome)
		b.write(w, answer)
	})
}

// write answers a request with JSON.
func (b *Bot) write(w http.ResponseWriter, answer response) {
	body, err := json.Marshal(answer)
	if err != nil {
		b.log.Error("discordbot: an answer could not be encoded", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", typeJSON)
	if _, err := w.Write(body); err != nil {
		b.log.Warn("discordbot: an answer could not be sent", "error", err)
	}
}

// takeInteraction answers an interaction and returns its outcome, or why it is
// rejected.
func (b *Bot) takeInteraction(ctx context.Context, req request, in interaction) (response, string, *rejection) {
	if in.Type == typePing {
		return response{Type: answerPong}, outcomeOK, nil
	}
	to := b.addressee(ctx, in)
	if to == nil {
		return response{}, "", &rejection{http.StatusForbidden, outcomeWrongGuild}
	}
	return to.takeOwn(ctx, req, in)
}

// takeOwn is takeInteraction for an interaction of this guild.
func (b *Bot) takeOwn(ctx context.Context, req request, in interaction) (response, string, *rejection) {
	direct := in.GuildID == ""
	if direct {
		in.Member = member{User: in.User}
	}
	user := in.Member.User.ID
	switch {
	case in.ID == "" || in.Token == "" || user == "":
		return response{}, "", &rejection{http.StatusBadRequest, outcomeMalformed}
	case !b.replays.Add(in.ID):
		return response{}, "", &rejection{http.StatusUnauthorized, outcomeReplay}
	}
	if direct && !b.findMember(ctx, &req, &in) {
		return b.tell(in, "options.members_only"), outcomeWrongGuild, nil
	}
	c := bots.Command{
		Op:    core.MakeOp("discord", b.guild, "interaction", in.ID),
		Actor: core.Actor{Account: core.Account{Workspace: b.workspace, ID: user}, Name: in.Member.name()},
		Lang:  in.Locale,
	}
	if id := in.place(); id != "" {
		c.Channel = core.GroupRef{Workspace: b.workspace, ID: id}
	}
	switch in.Type {
	case typeAutocomplete:
		return b.suggest(ctx, req, c, in), outcomeOK, nil
	case typeCommand:
		if in.Data.Type == typeMessageCommand {
			if name, ok := b.shortcutNamed(in.Data.Name); ok {
				m, ok := b.messageOf(ctx, req, in)
				if !ok {
					return response{}, "", &rejection{http.StatusBadRequest, outcomeMalformed}
				}
				c.Shortcut = &bots.Shortcut{Name: name, Message: m}
				return b.answer(ctx, req, c, in, nil), outcomeOK, nil
			}
		} else if "/"+in.Data.Name == b.org().Command {
			typed := b.typed(ctx, req, in.Locale, in.Data.Options)
			c.Typed = &typed
			return b.answer(ctx, req, c, in, nil), outcomeOK, nil
		}
	case typeComponent:
		if op, _, submit, ok := parseKept(in.Data.CustomID); ok {
			return b.resume(ctx, req, c, in, op, submit), outcomeOK, nil
		}
		if s, ok := b.filled(ctx, req, in); ok { // a form without inputs
			return b.fill(ctx, req, c, in, s), outcomeOK, nil
		}
		if button, ok := adapter.ParseButton(in.Data.CustomID); ok {
			c.Pressed = &bots.Pressed{Press: button.Press, Risk: button.Risk, Seen: button.Version}
			return b.answer(ctx, req, c, in, nil), outcomeOK, nil
		}
		if turned, _, ok := parseTurn(in.Data.CustomID); ok {
			c.Turned = &turned
			return b.answer(ctx, req, c, in, nil), outcomeOK, nil
		}
	case typeModal:
		if s, ok := b.filled(ctx, req, in); ok {
			return b.fill(ctx, req, c, in, s), outcomeOK, nil
		}
	}
	// From another version of riskroom, or not ours. Without an answer, Discord
	// shows a failure.
	c.Pressed = &bots.Pressed{}
	return b.answer(ctx, req, c, in, nil), outcomeUnknown, nil
}

// tell answers an interaction with a text that only the person sees.
func (b *Bot) tell(in interaction, id string) response {
	return only(b.private(core.Message{Text: []core.Span{core.Plain(b.text.In(in.Locale).S(id))}}))
}

// findMember looks up the guild member who pressed a button in a direct message, and
// reports whether the person may be one. If Discord doesn't answer, the request is
// treated as one too many.
func (b *Bot) findMember(ctx context.Context, req *request, in *interaction) bool {
	m, err := b.memberNow(ctx, in.User.ID)
	switch {
	case err == nil:
		in.Member = m
	case core.KindOf(err) == core.NotFound, core.DetailOf(err) == codeUnknownGuild:
		return false
	default:
		b.log.WarnContext(ctx, "discordbot: a member could not be looked up", "error", err)
		req.overloaded = true
	}
	return true
}

// memberFor is how long to wait for a member's lookup.
const memberFor = time.Second

// memberNow looks up a guild member. Cards in direct messages still work after
// their reader has left the guild, so membership must be checked.
func (b *Bot) memberNow(ctx context.Context, user string) (member, error) {
	ctx, cancel := context.WithTimeout(ctx, memberFor)
	defer cancel()
	var m member
	err := b.paced(ctx, api.Request{Method: "get_guild_member", Verb: http.MethodGet, Path: []string{"guilds", b.guild, "members", user}}, &m)
	if err == nil && m.User.ID != user {
		err = errors.New("discordbot: get_guild_member: the answer is about another user")
	}
	return m, err
}

// Discord's limits for choices of autocomplete.
const (
	maxChoices = 25
	maxChoice  = 100
)

// suggest returns completions for what a person is typing.
func (b *Bot) suggest(ctx context.Context, req request, c bots.Command, in interaction) response {
	type choice struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	choices := []choice{}
	ctx, cancel := context.WithDeadline(ctx, req.arrived.Add(suggestFor))
	defer cancel()
	option, typed, ok := focused(in.Data.Options)
	if ok && !req.overloaded {
		path, _ := used(in.Data.Options)
		c.Typed = &bots.Typed{Path: path}
		for _, s := range b.bot.Suggest(ctx, c, option, typed) {
			if s.Key != "" && utf8.RuneCountInString(s.Key) <= maxChoice && len(choices) < maxChoices {
				choices = append(choices, choice{Name: core.Shorten(s.Label, maxChoice), Value: s.Key})
			}
		}
	}
	return response{Type: answerChoices, Data: map[string]any{"choices": choices}}
}

// focused returns the option that a person is typing into.
func focused(options []option) (name, typed string, ok bool) {
	for _, o := range options {
		if o.Focused {
			return o.Name, o.text(), true
		}
		if name, typed, ok = focused(o.Options); ok {
			return name, typed, true
		}
	}
	return "", "", false
}

// text returns an option's value as people would type it.
func (o option) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) == nil {
		return s
	}
	if v := string(o.Value); v != "null" {
		return v // a number, true or false
	}
	return ""
}
