package store_test

import (
	"fmt"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/people"
)

var (
	acme  = core.Account{Workspace: "acme", ID: "U1"}
	beta  = core.Account{Workspace: "beta", ID: "U2"}
	guild = core.Account{Workspace: "guild", ID: "80351110224678912"}
)

func (b *bench) offer(a core.Account, hash string) {
	b.Helper()
	b.ok(b.s.OfferLink(b.ctx, people.Offer{Hash: hash, Account: a, Until: b.clock.Now().Add(10 * time.Minute)}))
}

func (b *bench) try(op string, by core.Account, hash string) people.Tried {
	b.Helper()
	got, err := b.s.TryCode(b.ctx, people.Try{Op: op, By: by, Hash: hash, Window: 10 * time.Minute, Most: 5, MostInAll: 7})
	b.ok(err)
	return got
}

func testOffers(t *testing.T, open opener) {
	b := setup(t, open)
	b.offer(acme, "one")
	b.offer(guild, "other")
	b.same("found", b.try("1", beta, "one").Offer.Account, acme)
	b.same("until", b.try("1", beta, "one").Offer.Until, b.clock.Now().Add(10*time.Minute))
	b.offer(acme, "two")
	b.same("replaced", b.try("2", beta, "one").Offer.Account, core.Account{})
	b.same("replaced by", b.try("3", beta, "two").Offer.Account, acme)
	b.same("another's", b.try("4", beta, "other").Offer.Account, guild)
	b.clock.pass(10 * time.Minute)
	b.same("over", b.try("5", beta, "two").Offer.Account, core.Account{})
	b.is(b.s.OfferLink(b.ctx, people.Offer{Hash: "x"}), core.Invalid, "offer")
}

func testTries(t *testing.T, open opener) {
	b := setup(t, open)
	b.offer(acme, "code")
	for i := range 5 {
		got := b.try(fmt.Sprint("wrong", i), guild, "wrong")
		b.same("left", got.Left, 4-i)
		b.clock.pass(time.Minute)
	}
	b.same("a repeat is not counted", b.try("wrong4", guild, "wrong").Left, 0)
	late := b.try("right", guild, "code")
	b.same("too many", fmt.Sprint(late.Offer.Account.IsZero(), late.Left, late.Wait), "true 0 5m0s")
	b.same("others have their own", b.try("right", beta, "code").Offer.Account, acme)
	b.same("in all", b.try("6", beta, "wrong").Left, 1)
	b.same("in all", b.try("7", beta, "wrong").Left, 0)
	b.same("in all", b.try("8", beta, "code").Offer.Account, core.Account{})
	b.clock.pass(5 * time.Minute)
	b.offer(acme, "code")
	b.same("later", b.try("9", guild, "code").Offer.Account, acme)
	_, err := b.s.TryCode(b.ctx, people.Try{})
	b.is(err, core.Invalid, "try")
}

func testJoins(t *testing.T, open opener) {
	b := setup(t, open)
	joined := func(a core.Account) []core.Account {
		t.Helper()
		list, err := b.s.Joined(b.ctx, a)
		b.ok(err)
		return list
	}
	notice := engine.RunID{Risk: "R-0", Flow: "notice", Occurrence: "n1"}
	both := []core.Account{acme, guild}
	link := engine.Join{
		Join: people.Join{Op: "op", Hash: "code", Subject: acme,
			Groups: []people.Joined{{Account: acme, To: both}, {Account: guild, To: both}}},
		Under:  "R-0",
		Timers: []engine.TimerChange{{Do: engine.ArmTimer, Run: notice, Due: b.clock.Now()}},
		Events: []engine.Event{{Kind: "linked"}},
	}
	b.is(b.s.Join(b.ctx, link), core.NotFound, "code")
	b.offer(acme, "code")
	b.ok(b.s.Join(b.ctx, link))
	b.same("joined", joined(guild), both)
	b.same("other side", joined(acme), both)
	b.same("nobody", len(joined(beta)), 0)
	by, err := b.s.JoinedBy(b.ctx, "op")
	b.ok(err)
	b.same("by", by, acme)
	b.same("used up", b.try("1", beta, "code").Offer.Account, core.Account{})
	b.same("notice", b.load(notice).State, engine.Armed)

	b.ok(b.s.Join(b.ctx, link)) // a repeat
	trail, err := b.s.Trail(b.ctx, "R-0", "", 10)
	b.ok(err)
	b.same("events", len(trail), 1)

	three := []core.Account{acme, beta, guild}
	more := engine.Join{Under: "R-0", Join: people.Join{Op: "more", Subject: beta, Groups: []people.Joined{
		{Account: acme, Was: both, To: three}, {Account: beta, To: three}, {Account: guild, To: three}}}}
	b.is(b.s.Join(b.ctx, more), core.Conflict, "moved")
	b.same("nothing of it", fmt.Sprint(joined(acme), joined(beta)), fmt.Sprint(both, []core.Account(nil)))
	more.Groups[2].Was = both
	b.ok(b.s.Join(b.ctx, more))
	b.ok(b.s.Join(b.ctx, engine.Join{Under: "R-0", Join: people.Join{Op: "away", Subject: acme, Groups: []people.Joined{
		{Account: acme, Was: three}, {Account: beta, Was: three}, {Account: guild, Was: three}}}}))
	b.same("released", fmt.Sprint(joined(acme), joined(beta), joined(guild)), "[] [] []")
	b.is(b.s.Join(b.ctx, engine.Join{Under: "R-1", Join: people.Join{Op: "x", Subject: acme}}), core.Invalid, "under")
}
