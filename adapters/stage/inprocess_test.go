package stage_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/adapters/stage"
)

func TestInProcessKeepsWhatMattersOfTheNetwork(t *testing.T) {
	t.Parallel()
	for _, waits := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) { keepsWhatMatters(t, waits) })
	}
}

func keepsWhatMatters(t *testing.T, waits bool) {
	t.Helper()
	served := 0
	client := &http.Client{Transport: stage.InProcess{Waits: waits, Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch string(body) {
		case "cut":
			panic(http.ErrAbortHandler)
		case "slow":
			time.Sleep(time.Hour)
		}
		served++
		rw.Header().Set("X-Path", r.URL.Path)
		rw.WriteHeader(http.StatusTeapot)
		_, _ = rw.Write(body)
	})}}
	post := func(ctx context.Context, body string) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://nowhere.invalid/x", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		return client.Do(request)
	}
	response, err := post(t.Context(), "hello")
	if err != nil || response.StatusCode != http.StatusTeapot || response.Header.Get("X-Path") != "/x" {
		t.Fatalf("%v %v", response, err)
	}
	if body, _ := io.ReadAll(response.Body); string(body) != "hello" {
		t.Errorf("answered %q", body)
	}
	if _, err := post(t.Context(), "cut"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a cut connection is %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := post(ctx, "slow"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("given up with %v", err)
	}
	time.Sleep(2 * time.Hour)
	synctest.Wait() // orders what the handler wrote before what is read here
	if served != 2 {
		t.Errorf("served %d: who gives up does not end the handler", served)
	}
}

// givingUp is the context of a caller who gives up just as the answer comes.
type givingUp struct {
	context.Context
	cancel   context.CancelFunc
	answered chan struct{}
}

// Done implements context.Context.
func (c givingUp) Done() <-chan struct{} {
	<-c.answered
	c.cancel()
	return c.Context.Done()
}

// TestAnswerAfterGivingUp: a caller that has given up gets no answer.
func TestAnswerAfterGivingUp(t *testing.T) {
	t.Parallel()
	for range 1000 {
		c := givingUp{answered: make(chan struct{})}
		c.Context, c.cancel = context.WithCancel(t.Context())
		late := stage.InProcess{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(c.answered) })}
		r, err := http.NewRequestWithContext(c, http.MethodGet, "http://nowhere.invalid/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := late.RoundTrip(r); !errors.Is(err, context.Canceled) {
			t.Fatalf("it gets %v", err)
		}
	}
}
