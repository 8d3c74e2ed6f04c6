package emulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"

	"riskroom/adapters/stage"
)

// file is a file, or an upload that is not complete. See
// https://docs.slack.dev/reference/objects/file-object and
// https://docs.slack.dev/messaging/working-with-files.
type file struct {
	id, name, user string
	length         int // that was announced
	content        []byte
	ticket         string // of the upload's URL, "" once it was used
	complete       bool
	deleted        bool
	title          string
	shares         map[string][]string // timestamps by channel
}

// Upload has a person upload a file in the form that they fill in, and returns its ID: a
// value of a file input.
func (w *Workspace) Upload(userID, name string, content []byte) string {
	w.team.Lock()
	defer w.team.Unlock()
	f := w.team.newFile(userID, name, len(content))
	f.content, f.complete, f.ticket = content, true, ""
	return f.id
}

// DeleteFile has a person delete a file that they uploaded.
func (w *Workspace) DeleteFile(id string) {
	w.team.Lock()
	defer w.team.Unlock()
	if f := w.team.files[id]; f != nil {
		f.deleted = true
	}
}

// FileContent returns the content of a file, nil if there is none.
func (w *Workspace) FileContent(id string) []byte {
	w.team.Lock()
	defer w.team.Unlock()
	if f := w.team.files[id]; f != nil && f.complete {
		return f.content
	}
	return nil
}

func (t *team) newFile(user, name string, length int) *file {
	f := &file{id: t.newID("F"), name: name, title: name, user: user, length: length, shares: map[string][]string{}}
	f.ticket = "up" + f.id
	t.files[f.id] = f
	return f
}

// shown returns a file as people see it.
func (f *file) shown() stage.File { return stage.File{ID: f.id, Name: f.title, Size: len(f.content)} }

// fileObject is a file as payloads and answers carry it.
func (t *team) fileObject(f *file) object {
	shares := object{"public": object{}, "private": object{}}
	for id, stamps := range f.shares {
		kind := "private"
		if ch := t.Channels.ByID(id); ch != nil && !ch.Extra.private && !ch.IsDirect() {
			kind = "public"
		}
		var list []object
		for _, ts := range stamps {
			list = append(list, object{"ts": ts})
		}
		shares[kind].(object)[id] = list
	}
	at := t.opts.TeamID + "-" + f.id
	return object{
		"id": f.id, "name": f.name, "title": f.title, "user": f.user, "size": len(f.content), "mode": "hosted", "is_external": false,
		"filetype": strings.TrimPrefix(path.Ext(f.name), "."), "url_private": t.host.URL() + "/files-pri/" + at + "/" + f.id,
		"permalink": t.siteURL() + "/files/" + f.user + "/" + f.id, "shares": shares,
	}
}

func filesInfo(a *api, c *call) (object, error) {
	f := a.files[c.str("file")]
	switch {
	case f == nil || !f.complete:
		return nil, refuse("file_not_found")
	case f.deleted:
		return nil, refuse("file_deleted")
	}
	return object{"file": a.fileObject(f)}, nil
}

// maxUpload is far above what riskroom sends; Slack's own limit is 1 GB.
const maxUpload = stage.MaxUpload

func filesGetUploadURLExternal(a *api, c *call) (object, error) {
	n, err := strconv.Atoi(c.str("length"))
	switch {
	case c.str("filename") == "":
		return nil, refuse("missing_argument")
	case err != nil || n <= 0:
		return nil, invalid("invalid_arguments", "[ERROR] length must be above 0")
	case n > maxUpload:
		return nil, refuse("file_upload_size_restricted")
	}
	for _, arg := range []string{"alt_txt", "snippet_type"} {
		if c.str(arg) != "" {
			return nil, unsupported(arg)
		}
	}
	f := a.newFile(botUserID, c.str("filename"), n)
	c.changed = true
	return object{"upload_url": a.host.URL() + "/upload/v1/" + f.ticket, "file_id": f.id}, nil
}

// serveUpload takes the content of a file. It is logged, and faults apply to it, under the
// name "upload_url".
func (t *team) serveUpload(rw http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxUpload))
	entry := stage.Call{Method: "upload_url", Write: true, Args: fmt.Sprintf("bytes=%d", len(content)), At: t.opts.Now()}
	t.host.Take(rw, r, entry, func(_ stage.Met, entry *stage.Call) stage.Answer {
		t.Lock()
		defer t.Unlock()
		for _, f := range t.files {
			if f.ticket != "" && f.ticket == r.PathValue("ticket") && err == nil && len(content) == f.length {
				f.content, f.ticket, entry.Effect = content, "", true
				return stage.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain"}}, Body: fmt.Appendf(nil, "OK - %d", len(content))}
			}
		}
		entry.Code = "bad_upload"
		return stage.Answer{Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("invalid upload")}
	})
}

// filesCompleteUploadExternal posts one uploaded file in one channel.
func filesCompleteUploadExternal(a *api, c *call) (object, error) {
	var list []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(c.str("files")), &list); err != nil || len(list) == 0 {
		return nil, invalid("invalid_arguments", "[ERROR] files must be a list")
	}
	for _, arg := range []string{"thread_ts", "channels", "blocks"} {
		if c.str(arg) != "" {
			return nil, unsupported(arg)
		}
	}
	if len(list) > 1 {
		return nil, unsupported("several files")
	}
	f := a.files[list[0].ID]
	if f == nil || f.user != botUserID || f.content == nil || f.complete {
		return nil, refuse("file_not_found")
	}
	ch, err := a.target(c.str("channel_id"))
	if err != nil {
		return nil, err
	}
	f.complete = true
	if list[0].Title != "" {
		f.title = list[0].Title
	}
	m := a.write(ch, &message{Author: botUserID, Body: content{text: c.str("initial_comment"), files: []*file{f}}})
	f.shares[ch.ID] = append(f.shares[ch.ID], m.ID)
	c.changed = true
	return object{"files": []object{{"id": f.id, "title": f.title}}}, nil
}

// serveFile answers a download. Without the right to see the file, Slack leads to the page
// where people sign in.
func (t *team) serveFile(rw http.ResponseWriter, r *http.Request) {
	entry := stage.Call{Method: "url_private", Args: r.PathValue("id"), At: t.opts.Now()}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t.host.Take(rw, r, entry, func(_ stage.Met, entry *stage.Call) stage.Answer {
		t.Lock()
		defer t.Unlock()
		f := t.files[r.PathValue("id")]
		switch {
		case token != t.opts.BotToken || t.need("files:read") != nil:
			entry.Code = "not_authed"
			return stage.Answer{Status: http.StatusFound, Header: http.Header{"Location": {t.siteURL() + "/?redir="}}}
		case f == nil || !f.complete || f.deleted:
			entry.Code = "file_not_found"
			return stage.Answer{Status: http.StatusNotFound, Header: http.Header{"Content-Type": {"text/html"}}}
		}
		return stage.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/octet-stream"}}, Body: f.content}
	})
}
