package slackbot

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// flood is a way to Slack whose answers hold a text of ever more letters.
type flood struct{ read int64 }

func (f *flood) RoundTrip(r *http.Request) (*http.Response, error) {
	endless := io.MultiReader(strings.NewReader(`{"ok":true,"team":"`), f)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(endless), Request: r}, nil
}

func (f *flood) Read(p []byte) (int, error) {
	if f.read += int64(len(p)); f.read > 4*maxAnswer {
		return 0, io.EOF // so that the test ends in any case
	}
	return copy(p, strings.Repeat("x", len(p))), nil
}

// TestAnswersAreReadUpToALimit: what answers in Slack's place cannot fill the
// memory.
func TestAnswersAreReadUpToALimit(t *testing.T) {
	t.Parallel()
	b, from := stand(t), &flood{}
	door, err := New(Config{
		Workspace: "acme", Token: "xoxb-1", Bot: b.bot, Noticed: b.engine.Noticed, Ended: b.engine.Ended,
		SigningSecrets: []string{"secret"}, Transport: from,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = door.api.AuthTestContext(t.Context())
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); !tooLong || from.read > 2*maxAnswer {
		t.Errorf("%d bytes were read: %v", from.read, err)
	}
}
