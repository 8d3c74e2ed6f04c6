// Package web contains the HTTP servers, with their routes, timeouts, logging and
// metrics. Handlers come from elsewhere.
//
// Except for the program itself, no other package knows the web framework. The
// interface is net/http's.
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

// Time limits of a connection. Platforms give up after three seconds.
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
	// Don't trust addresses in headers.
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) { fail(log, err, c) }
	e.Use(logged(log), recovered(log), limited)
	return e
}

// fail answers a request that no handler has answered, with the status only.
func fail(log *slog.Logger, err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	code := http.StatusInternalServerError
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		code = he.Code
	}
	if err := c.String(code, http.StatusText(code)+"\n"); err != nil {
		log.Debug("web: an answer could not be sent", "error", err)
	}
}

// logged logs a line for each request, without body, query and headers, which may
// contain secrets.
func logged(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began := time.Now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			if !log.Enabled(c.Request().Context(), slog.LevelDebug) {
				return nil
			}
			log.Debug("web: request", "method", c.Request().Method, "route", c.Path(), "status", c.Response().Status,
				"remote", c.RealIP(), "took", time.Since(began))
			return nil
		}
	}
}

// recovered turns a handler's panic into an error.
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

// limited limits the time and the body of every request. Reading a longer body
// fails with *http.MaxBytesError.
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
