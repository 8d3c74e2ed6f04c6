package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// The errors of calling the app for something that a person did.
var (
	ErrDeadline  = errors.New("emulator: the app did not answer in time")
	ErrUnreached = errors.New("emulator: the app cannot be reached")
)

// StatusError is the error of an answer other than success.
type StatusError struct {
	Status int
	Body   string
}

// Error returns the status and the body.
func (e *StatusError) Error() string {
	return fmt.Sprintf("emulator: the app answered with HTTP %d: %s", e.Status, e.Body)
}

// App is the bot's side, as a stand-in calls it.
type App struct {
	Handler  http.Handler  // if set, called in process; then only the path of a URL counts
	Client   *http.Client  // must not be nil if Handler is
	Deadline time.Duration // how long the app has to answer
}

// MaxBody is the size in bytes up to which a stand-in reads a request or an answer.
const MaxBody = 1 << 20

// MaxUpload is the same for a request with a file.
const MaxUpload = 12 << 20

// Post sends a body to the app and returns the answer. It doesn't follow redirects.
// It fails with ErrDeadline or ErrUnreached, or because the URL is invalid.
func (a App) Post(ctx context.Context, url string, header http.Header, body []byte) (status int, answered http.Header, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.Deadline)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("emulator: %w", err)
	}
	request.Header = header
	response, err := a.client().Do(request)
	if err != nil {
		return 0, nil, nil, Unanswered(ctx, err)
	}
	defer func() { _ = response.Body.Close() }() // only read from
	answer, err = io.ReadAll(io.LimitReader(response.Body, MaxBody))
	if err != nil {
		return 0, nil, nil, Unanswered(ctx, err)
	}
	return response.StatusCode, response.Header, answer, nil
}

func (a App) client() *http.Client {
	client := http.Client{}
	if a.Handler != nil {
		client.Transport = InProcess{Handler: a.Handler}
	} else {
		client = *a.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// Unanswered returns the error of a call without an answer: ErrDeadline if the
// deadline of ctx has passed, otherwise ErrUnreached.
func Unanswered(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ErrDeadline
	}
	return fmt.Errorf("%w: %w", ErrUnreached, err)
}

// SeenByPeople words an error as the platform's own client does, which knows only
// whether the app answered.
func SeenByPeople(err error) error {
	_, status := errors.AsType[*StatusError](err)
	switch {
	case errors.Is(err, ErrDeadline), errors.Is(err, ErrUnreached):
		return fmt.Errorf("%w: %w", ErrSilent, err)
	case status:
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return err
}
