package emulator

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"riskroom/adapters/stage"
)

// readFiles reads a multipart body: the object in payload_json, and the files as the
// attachments of the message in it. See
// https://docs.discord.com/developers/reference#uploading-files.
func (a *args) readFiles(r *http.Request) error {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return refuse(invalidForm)
	}
	form, err := multipart.NewReader(bytes.NewReader(a.raw), params["boundary"]).ReadForm(stage.MaxUpload)
	if err != nil {
		return refuse(invalidForm)
	}
	a.raw = []byte(url.Values(form.Value).Get("payload_json"))
	body := object{}
	if len(a.raw) > 0 {
		v, err := decode(a.raw)
		if body, _ = v.(object); err != nil || body == nil {
			return refuse(invalidJSON)
		}
	}
	a.body = body
	if answer, ok := body["data"].(object); ok {
		body = answer
	}
	var files []object
	for _, name := range slices.Sorted(maps.Keys(form.File)) {
		for _, part := range form.File[name] {
			if part.Size > maxFile {
				return refuse(fileTooLarge)
			}
			content, err := readAll(part)
			if err != nil {
				return refuse(invalidForm)
			}
			file := object{
				"filename": part.Filename, "size": part.Size, "content_type": part.Header.Get("Content-Type"), sentContent: &sent{content},
			}
			for _, described := range stage.Objects(body["attachments"]) {
				if name == fmt.Sprintf("files[%v]", described["id"]) && described["description"] != nil {
					file["description"] = described["description"]
				}
			}
			files = append(files, file)
		}
	}
	if len(files) > 0 {
		body["attachments"] = files
	}
	return nil
}

// sentContent is the key of a file's content in a request's attachments, as *sent, which
// logs don't show.
const sentContent = "sent"

type sent struct{ content []byte }

func readAll(part *multipart.FileHeader) ([]byte, error) {
	f, err := part.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	return io.ReadAll(f)
}

// uploaded returns the files that came with a message, nil if none did.
func (g *guild) uploaded(f *form, body object) []object {
	files, ok := body["attachments"].([]object)
	if !ok {
		f.unsupported("", body, "attachments") // those that an edit keeps
	}
	if len(files) > maxFiles {
		f.fail("attachments", "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", maxFiles))
	}
	for _, file := range files {
		id := g.newID()
		if s, ok := file[sentContent].(*sent); ok {
			g.posted[id] = s.content
			delete(file, sentContent)
		}
		address := "https://cdn.discordapp.com/attachments/" + id + "/" + stage.Str(file["filename"])
		maps.Copy(file, object{"id": id, "url": address, "proxy_url": strings.Replace(address, "cdn.discordapp.com", "media.discordapp.net", 1)})
	}
	return files
}

// maxFile is the limit of one file in a server without boosts:
// https://docs.discord.com/developers/reference#uploading-files.
const maxFile = 10 << 20

// upload is a file that a person uploaded in a modal.
type upload struct {
	object  object // as payloads carry it
	content []byte
	gone    bool
}

// Upload has a person upload a file in the modal that they fill in, and returns its ID: a
// value of a file input.
func (w *Workspace) Upload(name string, content []byte) string {
	w.guild.Lock()
	defer w.guild.Unlock()
	id := w.guild.newID()
	address := w.guild.host.URL() + "/ephemeral-attachments/" + w.guild.opts.ApplicationID + "/" + id + "/" + url.PathEscape(name) + "?ex=1&hm=" + id
	w.guild.files[id] = &upload{content: content, object: object{
		"id": id, "filename": name, "size": len(content), "content_type": "application/octet-stream", "ephemeral": true,
		"url": address, "proxy_url": address,
	}}
	return id
}

// UploadURL returns the URL of a file that a person uploaded.
func (w *Workspace) UploadURL(id string) string {
	w.guild.Lock()
	defer w.guild.Unlock()
	if f := w.guild.files[id]; f != nil {
		return stage.Str(f.object["url"])
	}
	return ""
}

// shownFile returns a file as people see it.
func shownFile(file object) stage.File {
	n, _ := integer(file["size"])
	return stage.File{ID: stage.Str(file["id"]), Name: stage.Str(file["filename"]), Size: int(n)}
}

// ExpireUpload deletes a file that a person uploaded, as Discord does after a while.
func (w *Workspace) ExpireUpload(id string) {
	w.guild.Lock()
	defer w.guild.Unlock()
	if f := w.guild.files[id]; f != nil {
		f.gone = true
	}
}

// serveUpload answers a download of a file that was uploaded in a modal. It needs the
// signature in the URL, and no token.
func (g *guild) serveUpload(rw http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	g.host.Take(rw, r, stage.Call{Method: "attachment", Args: id, At: g.opts.Now()}, func(_ stage.Met, entry *stage.Call) stage.Answer {
		g.Lock()
		defer g.Unlock()
		f := g.files[id]
		if f == nil || f.gone || r.URL.Query().Get("hm") != id || r.Header.Get("Authorization") != "" {
			entry.Code = "404"
			return stage.Answer{Status: http.StatusNotFound, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("This content is no longer available.")}
		}
		return stage.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/octet-stream"}}, Body: f.content}
	})
}
