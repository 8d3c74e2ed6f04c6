package emulator

import (
	"bytes"
	"fmt"
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
	sent, err := multipart.NewReader(bytes.NewReader(a.raw), params["boundary"]).ReadForm(stage.MaxBody)
	if err != nil {
		return refuse(invalidForm)
	}
	a.raw = []byte(url.Values(sent.Value).Get("payload_json"))
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
	for _, name := range slices.Sorted(maps.Keys(sent.File)) {
		for _, part := range sent.File[name] {
			file := object{"filename": part.Filename, "size": part.Size, "content_type": part.Header.Get("Content-Type")}
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
		address := "https://cdn.discordapp.com/attachments/" + id + "/" + stage.Str(file["filename"])
		maps.Copy(file, object{"id": id, "url": address, "proxy_url": strings.Replace(address, "cdn.discordapp.com", "media.discordapp.net", 1)})
	}
	return files
}
