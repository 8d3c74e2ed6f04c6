package discordbot

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/bots"
	"riskroom/core"
)

func TestEndpointIsVerified(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.VerifyURL(t.Context()); err != nil {
		t.Error(err)
	}
	b.risk(t, lin, "new", emulator.Values{"title": "Ledger", "module": "Payments"})
	if status, err := b.Replay(t.Context()); err != nil || status != http.StatusUnauthorized {
		t.Errorf("a replay: %d %v", status, err)
	}
	b.draft(t)
	ping := []byte(`{"id":"1","type":1}`)
	elsewhere, err := json.Marshal(map[string]any{"id": "9", "type": 2, "token": "t", "guild_id": "99999", "member": map[string]any{"user": map[string]any{"id": lin}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		body   []byte
		at     time.Time
		status int
		count  string
	}{
		{"old", ping, time.Now().Add(-6 * time.Minute), 401, outcomeStale},
		{"from the future", ping, time.Now().Add(6 * time.Minute), 401, outcomeStale},
		{"no JSON", []byte("{"), time.Now(), 400, outcomeMalformed},
		{"too large", bytes.Repeat([]byte(" "), core.MaxBody+1), time.Now(), 413, bots.OutcomeTooLarge},
		{"of another guild", elsewhere, time.Now(), 403, outcomeWrongGuild},
		{"without a user", []byte(`{"id":"8","type":2,"token":"t","guild_id":"` + b.GuildID() + `"}`), time.Now(), 400, outcomeMalformed},
	} {
		before := b.counted("interactions " + c.count)
		status, _, err := b.SendSigned(t.Context(), c.body, c.at)
		if err != nil || status != c.status || b.counted("interactions "+c.count) != before+1 {
			t.Errorf("%s: %d %v, counted %v", c.name, status, err, b.counts)
		}
	}
	if b.counted("interactions bad_signature") != 1 || b.counted("interactions replay") != 1 {
		t.Errorf("counted %v", b.counts)
	}
}

func TestUnsignedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, signature := range []string{"", "zz", strings.Repeat("0", 128)} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"type":1}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Signature-Timestamp", "1")
		r.Header.Set("X-Signature-Ed25519", signature)
		w := httptest.NewRecorder()
		b.discordbot.Interactions().ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized {
			t.Errorf("signature %q: %d", signature, w.Code)
		}
	}
}
