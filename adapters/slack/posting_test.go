package slack_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

const admin = "xoxp-stand-in"

// topicGroup creates a group in a workspace with an administrator's token.
func topicGroup(t *testing.T, c slack.Config) (*emulator.Workspace, *slack.Adapter, core.GroupRef) {
	t.Helper()
	o := emulator.Options{Users: slices.Clone(people), AdminToken: admin}
	o.Users = append(o.Users, emulator.User{ID: "U00000ADMIN", Name: "admin", Admin: true})
	w := start(t, o)
	a := connect(t, w, c)
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf("U0000000LIN", "U0000000WEI", "U00000ADMIN"))
	if err != nil {
		t.Fatal(err)
	}
	return w, a, g.Ref
}

// TestRestrictedPosting checks that what an administrator set by hand is restored, and
// that the bot and administrators can post meanwhile.
func TestRestrictedPosting(t *testing.T) {
	t.Parallel()
	for name, byHand := range map[string][]string{"everyone": nil, "one person": {"U0000000LIN", "U0000000BOT"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, a, g := topicGroup(t, slack.Config{End: "restrict"})
			if err := w.RestrictByHand("U00000ADMIN", g.ID, nil, byHand); err != nil {
				t.Fatal(err)
			}
			ended, err := a.SetGroup(t.Context(), newOnce(), g, core.GroupChange{State: core.Ended})
			_, err2 := w.Say("U0000000LIN", g.ID, "one more thing")
			_, err3 := a.SendGroupMessage(t.Context(), newOnce(), g, text("It has ended"))
			if err := errors.Join(err, err3); err != nil || err2 == nil || !strings.Contains(err2.Error(), "restricted_action") {
				t.Errorf("%v; a person gets %v", err, err2)
			}
			if !w.MayWrite("U00000ADMIN", g.ID) {
				t.Error("an administrator can't post")
			}
			_, err = a.SetGroup(t.Context(), newOnce(), g, core.GroupChange{
				State: core.Discussing, Posting: core.Posting{State: core.Ended, Saved: ended.Saved},
			})
			if err != nil || !w.MayWrite("U0000000LIN", g.ID) || w.MayWrite("U0000000WEI", g.ID) != (byHand == nil) {
				t.Errorf("%v; lin can post: %v, wei: %v", err, w.MayWrite("U0000000LIN", g.ID), w.MayWrite("U0000000WEI", g.ID))
			}
		})
	}
}

// TestRefusedAdminToken checks that an administrator's token which Slack refuses fails
// only what needs it.
func TestRefusedAdminToken(t *testing.T) {
	t.Parallel()
	w, _, g := topicGroup(t, slack.Config{})
	a := connect(t, w, slack.Config{End: "restrict", API: client(t, api.Config{
		Token: w.BotToken(), Admin: "xoxp-another", URL: w.URL() + "/api/", Transport: w.Client().Transport,
	})})
	report, err := a.SetGroup(t.Context(), newOnce(), g, core.GroupChange{Topic: new("It has ended"), State: core.Ended})
	want := core.Outcome{Part: core.PartState, Kind: core.Denied, Detail: "admin_token:invalid_auth"}
	if err != nil || !slices.Equal(report.Failed(), []core.Outcome{want}) {
		t.Errorf("%v, failed %v", err, report.Failed())
	}
	wantError(t, a.CheckAdminToken(t.Context()), core.Unauthorized, "invalid_auth")
}

// TestArchiving checks that a channel which the bot no longer sees counts as archived
// only after an attempt of its own.
func TestArchiving(t *testing.T) {
	t.Parallel()
	w, a, g := topicGroup(t, slack.Config{})
	if err := w.KickBot("U0000000LIN", g.ID); err != nil {
		t.Fatal(err)
	}
	_, err := a.SetGroup(t.Context(), newOnce(), g, core.GroupChange{State: core.Ended})
	wantError(t, err, core.NotFound, "channel_not_found")

	w, a, g = topicGroup(t, slack.Config{})
	if _, err := a.SetGroup(t.Context(), newOnce(), g, core.GroupChange{State: core.Ended}); err != nil {
		t.Fatal(err)
	}
	if err := w.Hands().Say(t.Context(), "U0000000LIN", g.ID, "one more thing"); !errors.Is(err, stage.ErrReadOnly) || !strings.Contains(err.Error(), "is_archived") {
		t.Errorf("a person gets %v", err)
	}
	was := core.Posting{State: core.Ended}
	report, err := a.SetGroup(t.Context(), newOnce(), g, core.GroupChange{Dissolve: core.DissolveArchive, Posting: was})
	if err != nil || len(report.Failed()) > 0 {
		t.Errorf("dissolving it: %v, failed %v", err, report.Failed())
	}
	reopen := core.GroupChange{State: core.Discussing, Posting: was}
	report, err = a.SetGroup(t.Context(), newOnce(), g, reopen)
	want := core.Outcome{Part: core.PartState, Kind: core.Unsupported, Detail: core.ByHand}
	if err != nil || !slices.Equal(report.Failed(), []core.Outcome{want}) {
		t.Errorf("%v, failed %v", err, report.Failed())
	}
	if err := w.UnarchiveByHand("U0000000LIN", g.ID, true); err != nil {
		t.Fatal(err)
	}
	if report, err = a.SetGroup(t.Context(), newOnce(), g, reopen); err != nil || len(report.Failed()) > 0 {
		t.Errorf("after a person has unarchived it: %v, failed %v", err, report.Failed())
	}
}

func TestMembersOfChannels(t *testing.T) {
	t.Parallel()
	w, a, g := topicGroup(t, slack.Config{})
	want := []core.Account{account("U0000000LIN"), account("U0000000WEI"), account("U00000ADMIN")}
	if got, err := a.Members(t.Context(), g, 3); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	_, err := a.Members(t.Context(), g, 2)
	wantError(t, err, core.Conflict, "too_many")
	if err := w.KickBot("U0000000LIN", g.ID); err != nil {
		t.Fatal(err)
	}
	_, err = a.Members(t.Context(), g, 3)
	wantError(t, err, core.NotFound, "channel_not_found")
}

// TestCapabilitiesFollowSettings checks that a flow is checked against what the adapter
// of the workspace can do.
func TestCapabilitiesFollowSettings(t *testing.T) {
	t.Parallel()
	for _, v := range append(slack.Settings().Variants, core.Variant{}) {
		a := slack.New(slack.Config{End: v.Settings[slack.TopicEndKey], API: client(t, api.Config{
			Token: "xoxb-1", Admin: v.Settings[slack.AdminTokenKey], URL: "http://127.0.0.1:1/api/",
		})})
		if diff := cmp.Diff(a.Capabilities(), slack.Settings().With(v.Settings)); diff != "" {
			t.Errorf("%q: the adapter and the settings differ:\n%s", v.Name, diff)
		}
	}
}

// TestClash checks that posting can't be restricted without an administrator's token.
func TestClash(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]string{"": "", "archive": "", "restrict": slack.TopicEndKey, "announce": ""} {
		if key, why := slack.Settings().Clash(map[string]string{slack.TopicEndKey: end}); key != want || (why == "") != (want == "") {
			t.Errorf("%q: %q, %q", end, key, why)
		}
		if key, _ := slack.Settings().Clash(map[string]string{slack.TopicEndKey: end, slack.AdminTokenKey: "set"}); key != "" {
			t.Errorf("%q with a token: %q", end, key)
		}
	}
}
