package web

import (
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Routes are the ways in, by workspace. Names of workspaces are those of the
// config file.
type Routes struct {
	Slack   map[string]Slack
	Discord map[string]http.Handler // what takes a guild's interactions
}

// Slack is what one Slack workspace sends to.
type Slack struct {
	Commands     http.Handler
	Interactions http.Handler
	Events       http.Handler
}

// NewPublic returns the server that platforms reach:
// /slack/<workspace>/commands, /interactions and /events, and
// /discord/<workspace>/interactions. The caller gives it a listener.
func NewPublic(routes Routes, log *slog.Logger) *http.Server {
	e := edge(log)
	e.POST("/slack/:workspace/:kind", func(c echo.Context) error {
		h := routes.Slack[c.Param("workspace")].handler(c.Param("kind"))
		if h == nil {
			return echo.ErrNotFound
		}
		h.ServeHTTP(c.Response(), c.Request())
		return nil
	})
	e.POST("/discord/:workspace/interactions", func(c echo.Context) error {
		h := routes.Discord[c.Param("workspace")]
		if h == nil {
			return echo.ErrNotFound
		}
		h.ServeHTTP(c.Response(), c.Request())
		return nil
	})
	return server(e, log)
}

// handler returns what takes requests of a kind, nil if there is no such kind.
func (s Slack) handler(kind string) http.Handler {
	switch kind {
	case "commands":
		return s.Commands
	case "interactions":
		return s.Interactions
	case "events":
		return s.Events
	}
	return nil
}
