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
	synctest.Test(t, func(t *testing.T) {
		served := 0
		client := &http.Client{Transport: stage.InProcess{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
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
	})
}

// TestAnswerAfterGivingUp: a handler that answers because its caller has given up
// is not heard any more.
func TestAnswerAfterGivingUp(t *testing.T) {
	t.Parallel()
	answers := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://stand-in/", nil)
		if err != nil {
			t.Fatal(err)
		}
		go cancel()
		if _, err := (stage.InProcess{Handler: answers}).RoundTrip(r); !errors.Is(err, context.Canceled) {
			t.Fatalf("it hears %v", err)
		}
	}
}
