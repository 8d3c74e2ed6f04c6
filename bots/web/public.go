package web

import (
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Route is a path that a platform calls: /<platform>/<workspace>/<kind>, with the
// names from the config file.
type Route struct{ Platform, Workspace, Kind string }

// Routes maps the calls of platforms to their handlers.
type Routes map[Route]http.Handler

// NewPublic returns the server that platforms call.
func NewPublic(routes Routes, log *slog.Logger) *http.Server {
	e := edge(log)
	e.POST("/:platform/:workspace/:kind", func(c echo.Context) error {
		h := routes[Route{Platform: c.Param("platform"), Workspace: c.Param("workspace"), Kind: c.Param("kind")}]
		if h == nil {
			return echo.ErrNotFound
		}
		h.ServeHTTP(c.Response(), c.Request())
		return nil
	})
	return server(e, log)
}
