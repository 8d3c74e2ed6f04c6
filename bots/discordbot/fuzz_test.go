package discordbot

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/discord/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

const fuzzGuild = "80351110224678912"

// fuzzed is a Bot on top of a fake engine.
type fuzzed struct {
	discordbot *Bot
	key        ed25519.PrivateKey
	reached    atomic.Int64 // calls of the engine
}

// newFuzzed returns a fuzzed Bot, over HTTP or the gateway. Its guild refuses every
// call, and a call to any other host fails the test.
func newFuzzed(f *testing.F, overGateway bool) *fuzzed {
	f.Helper()
	cat, err := text.Load()
	if err != nil {
		f.Fatal(err)
	}
	w := &fuzzed{key: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	kept := &fakeEngine{risk: core.Risk{Key: "R-17", Version: 3, Title: "Ledger is off", Module: "Payments", Status: core.Pending}}
	kept.before = func(context.Context, string) error {
		w.reached.Add(1)
		kept.set(func() { kept.drafts, kept.changes, kept.noticed = map[string]engine.Draft{}, nil, nil })
		return nil
	}
	bot, err := bots.New(bots.Config{Filing: kept, Handling: kept, Persons: kept, Org: organisation(), Text: cat, Clock: core.ClockFunc(time.Now)})
	if err != nil {
		f.Fatal(err)
	}
	c := Config{
		GuildID: fuzzGuild, ApplicationID: "1",
		Org: organisation, Text: cat, Bot: bot, Forms: &fakeForms{}, Noticed: kept.Noticed, Missed: kept.Missed, Joined: kept.Joined,
		API: client(f, api.Config{Token: "token", URL: "https://api.example/api/v10/", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host != "api.example" || !strings.HasPrefix(r.URL.Path, "/api/v10/") {
				f.Errorf("%s is called", r.URL)
			}
			return &http.Response{StatusCode: http.StatusForbidden, Request: r, Body: io.NopCloser(strings.NewReader(`{"code":50001}`))}, nil
		})}),
	}
	if !overGateway {
		c.PublicKey = hex.EncodeToString(w.key.Public().(ed25519.PublicKey))
	}
	if w.discordbot, err = New(c); err != nil {
		f.Fatal(err)
	}
	return w
}

type roundTrip func(*http.Request) (*http.Response, error)

func (do roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return do(r) }

// post sends a request with the given signature.
func (w *fuzzed) post(body, timestamp, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", typeJSON)
	r.Header.Set("X-Signature-Timestamp", timestamp)
	r.Header.Set("X-Signature-Ed25519", signature)
	answer := httptest.NewRecorder()
	w.discordbot.Interactions().ServeHTTP(answer, r)
	return answer
}

// Interactions as Discord sends them, reduced to what riskroom reads.
const (
	by        = `"token":"tok","guild_id":"` + fuzzGuild + `","channel_id":"100000000000000003","locale":"en-GB","member":{"nick":"Ana","user":{"id":"100000000000000001","username":"ana"}}`
	aCommand  = `{"id":"9000000000000000001","type":2,` + by + `,"data":{"name":"risk","options":[{"name":"new","options":[{"name":"title","value":"Ledger is off"},{"name":"handlers","value":"<@100000000000000001> <@&5000000>"},{"name":"amount","value":1e3}]}]}}`
	aRelease  = `{"id":"9000000000000000006","type":2,` + by + `,"data":{"name":"risk","options":[{"name":"group","type":2,"options":[{"name":"release","type":1,"options":[{"name":"key","value":"R-17"}]}]}]}}`
	aPress    = `{"id":"9000000000000000002","type":3,` + by + `,"data":{"custom_id":"riskroom.resolve:R-17@3:abcdefghijklmnopqrst"}}`
	aReopen   = `{"id":"9000000000000000003","type":3,` + by + `,"data":{"custom_id":"reopen:abcdefghijklmnopqrst"}}`
	aModal    = `{"id":"9000000000000000004","type":5,` + by + `,"data":{"custom_id":"form:file:abcdefghijklmnopqrst:{\"module\":\"Payments\"}","components":[{"components":[{"custom_id":"title","value":"Ledger is off"}]},{"components":[{"custom_id":"rest","value":"module: Payments\namount: 3"}]}]}}`
	aPart     = `{"id":"9000000000000000010","type":5,` + by + `,"data":{"custom_id":"part:file:abcdefghijklmnopqrst:{}","resolved":{"roles":{"5000000":{}}},"components":[{"type":10},{"type":18,"component":{"type":21,"custom_id":"module","value":null}},{"type":18,"component":{"type":7,"custom_id":"fields.witness","values":["100000000000000001","5000000"]}},{"type":18,"component":{"type":4,"custom_id":"@handlers","value":"<@100000000000000001>, lin"}}]}}`
	aSubmit   = `{"id":"9000000000000000011","type":3,` + by + `,"data":{"custom_id":"submit:abcdefghijklmnopqrst:acme"}}`
	aSearch   = `{"id":"9000000000000000005","type":4,` + by + `,"data":{"name":"risk","options":[{"name":"show","options":[{"name":"risk","value":"R-1","focused":true}]}]}}`
	aMessage  = `{"id":"9000000000000000007","type":2,` + by + `,"data":{"type":3,"name":"File as risk","target_id":"100000000000000009","resolved":{"messages":{"100000000000000009":{"id":"100000000000000009","content":"<@100000000000000002> the ledger is off","timestamp":"2026-11-20T07:30:00.000000+00:00","author":{"id":"100000000000000002","username":"wei"},"embeds":[{"title":"t","description":"d"}]}}}}}`
	aPacked   = `{"id":"9000000000000000008","type":5,` + by + `,"data":{"custom_id":"form:file:9000000000000000007:{\"from\":\"AWNFeF2KAAMBY0V4XYoACQ\"}","components":[{"components":[{"custom_id":"title","value":"Ledger is off"}]}]}}`
	aDeletion = `{"op":0,"s":7,"t":"CHANNEL_DELETE","d":{"id":"100000000000000003","guild_id":"` + fuzzGuild + `"}}`
)

var interactions = []string{aCommand, aRelease, aPress, aReopen, aModal, aPart, aSubmit, aSearch, aMessage, aPacked, `{"type":1}`, `{}`, `[]`}

// FuzzRequest checks that an unsigned request never reaches the engine, and that a
// signed one gets an answer that Discord accepts.
func FuzzRequest(f *testing.F) {
	w := newFuzzed(f, false)
	now := strconv.FormatInt(time.Now().Unix(), 10)
	for i, s := range interactions {
		f.Add(s, []string{now, "", "x", "-1"}[i%4], []string{"", "zz", strings.Repeat("00", 64)}[i%3])
	}
	f.Fuzz(func(t *testing.T, body, timestamp, signature string) {
		before := w.reached.Load()
		if a := w.post(body, timestamp, signature); a.Code != http.StatusUnauthorized && a.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("unsigned, status %d: %s", a.Code, a.Body)
		}
		if w.reached.Load() != before {
			t.Error("a request that is not signed reaches the engine")
		}
		if len(body) > core.MaxBody {
			return
		}
		at := strconv.FormatInt(time.Now().Unix(), 10)
		answer := w.post(body, at, emulator.Sign(w.key, at, []byte(body)))
		switch answer.Code {
		case http.StatusOK:
			var got response
			if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || got.Type == 0 {
				t.Errorf("the answer is %s: %v", answer.Body, err)
			}
		case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		default:
			t.Errorf("status %d: %s", answer.Code, answer.Body)
		}
	})
}

// FuzzDispatch checks that any frame is handled without a panic, and that only
// Discord's API is called.
func FuzzDispatch(f *testing.F) {
	w := newFuzzed(f, true)
	for _, s := range interactions {
		f.Add([]byte(`{"op":0,"s":1,"t":"INTERACTION_CREATE","d":` + s + `}`))
	}
	f.Add([]byte(aDeletion))
	f.Add([]byte(`{"op":0,"t":"READY","d":{"session_id":"s","resume_gateway_url":"wss://gateway.example"}}`))
	f.Add([]byte(`{"op":0,"t":"GUILD_CREATE","d":{"id":"` + fuzzGuild + `","channels":[{"id":"1","permission_overwrites":[{"id":"2"}]}]}}`))
	f.Add([]byte(`{"op":0,"t":"GUILD_MEMBER_REMOVE","d":{"guild_id":"` + fuzzGuild + `","user":{"id":"2"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := readFrame(raw)
		if err != nil || in.Op != opDispatch {
			return
		}
		g := w.discordbot.gateway
		newConnection(g, nil, intentGuilds).dispatch(t.Context(), in)
		g.handling.Wait()
		if err := g.pass(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
