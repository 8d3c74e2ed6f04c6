// Package web is the HTTP edge: which paths there are, how long anything may
// take, what is logged and counted. What a request means is the business of the
// handlers that are mounted here.
//
// It is the only package, besides the program itself, that knows the web
// framework; everything handed in and out is net/http's.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"riskroom/core"
)

// How long a connection may take over anything. Platforms give up after three
// seconds; an answer needs less.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 10 * time.Second
	handleTimeout  = 10 * time.Second
	writeTimeout   = 15 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
)

// server returns a server for e with every timeout set; the framework sets none.
func server(e *echo.Echo, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: e, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// edge returns an echo without routes.
func edge(log *slog.Logger) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	// Whoever connects is who they are: a header can claim anything.
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) { fail(log, err, c) }
	e.Use(logged(log), recovered(log), limited)
	return e
}

// fail answers what no handler answered, with the status and nothing else.
func fail(log *slog.Logger, err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	code := http.StatusInternalServerError
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		code = he.Code
	}
	if err := c.String(code, http.StatusText(code)+"\n"); err != nil {
		log.Debug("web: an answer did not arrive", "error", err)
	}
}

// logged logs a line for each request: no body, no query, no header, where
// secrets would be.
func logged(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began := time.Now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			log.Debug("web: request", "method", c.Request().Method, "route", c.Path(), "status", c.Response().Status,
				"remote", c.RealIP(), "took", time.Since(began))
			return nil
		}
	}
}

// recovered answers a panic of a handler with an error.
func recovered(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if e, ok := p.(error); ok && errors.Is(e, http.ErrAbortHandler) {
					panic(p)
				}
				log.Error("web: a handler panicked", "route", c.Path(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				err = echo.NewHTTPError(http.StatusInternalServerError)
			}()
			return next(c)
		}
	}
}

// limited bounds the time and the body of every request. Reading further fails
// with *http.MaxBytesError, so that the handler can tell.
func limited(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), handleTimeout)
		defer cancel()
		r := c.Request().WithContext(ctx)
		c.SetRequest(r)
		r.Body = http.MaxBytesReader(c.Response(), r.Body, core.MaxBody)
		return next(c)
	}
}
