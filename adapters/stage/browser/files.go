package browser

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"

	"riskroom/adapters/stage"
)

// upload uploads the request's body for an input of a window.
func (s *Stage) upload(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, stage.MaxUpload))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		err = stage.ErrTooLarge
	}
	var out done
	if q := r.URL.Query(); err == nil {
		out.Value, err = s.place(q.Get("place")).Acts.Upload(r.Context(), q.Get("as"), q.Get("window"), q.Get("input"), q.Get("name"), content)
	}
	if err != nil {
		out = done{Error: s.worded(doing{Lang: r.URL.Query().Get("lang")}, err)}
	}
	writeJSON(w, out)
}

// shown are the types that a browser may show instead of saving them, by the ending of a
// file's name. None of them can run anything.
var shown = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
	".txt": plainText, ".log": plainText, ".csv": plainText, ".md": plainText, ".json": plainText, ".yaml": plainText,
}

const plainText = "text/plain; charset=utf-8"

// file serves a file of a post.
func (s *Stage) file(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p := s.place(q.Get("place"))
	content, err := p.Acts.Download(r.Context(), q.Get("as"), q.Get("room"), q.Get("post"), q.Get("file"))
	f, ok := fileOf(p.Platform.View(), q.Get("room"), q.Get("post"), q.Get("file"))
	if err != nil || !ok {
		http.NotFound(w, r)
		return
	}
	kind, how := shown[strings.ToLower(path.Ext(f.Name))], "inline"
	if kind == "" {
		kind, how = "application/octet-stream", "attachment"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox") // browsers style what they show
	_, _ = w.Write(content)                                                                    // the browser is gone
}

// fileOf returns a file of a post.
func fileOf(v stage.View, room, post, file string) (stage.File, bool) {
	for _, p := range v.Posts {
		if p.Room != room || p.ID != post {
			continue
		}
		parts := p.Flat()
		if i := slices.IndexFunc(parts, func(x stage.Part) bool { return x.File != nil && x.File.ID == file }); i >= 0 {
			return *parts[i].File, true
		}
	}
	return stage.File{}, false
}
