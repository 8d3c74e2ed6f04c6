package core

import (
	"context"
	"path"
	"strings"
	"unicode"
)

// The limits on files that people upload in forms. MaxFile is what every platform accepts
// from a bot.
const (
	MaxFiles    = 5
	MaxFile     = 10 << 20 // bytes of one file
	maxFileName = 80       // characters
)

// FilesField is the key of the field that takes files.
const FilesField = "files"

// File is a file that somebody uploaded in a form. The platform keeps it; riskroom stores
// only where it is. It may delete it after a while.
type File struct {
	Workspace string `json:"workspace"`
	ID        string `json:"id"`
	Name      string `json:"name"`          // see FileName
	Size      int64  `json:"size"`          // in bytes, as the platform says
	URL       string `json:"url,omitempty"` // where to fetch it, if that can't be looked up by ID
}

// FileName returns the name of a file as it is shown and posted: without a path and
// without control characters, and short enough for every platform.
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, name)
	if name == "" || name == "." || name == "/" {
		return "file"
	}
	if all := []rune(name); len(all) > maxFileName {
		end := []rune(path.Ext(name))
		if len(end) > maxFileName/2 {
			end = nil
		}
		name = string(all[:maxFileName-len(end)]) + string(end)
	}
	return name
}

// Upload is a file to be posted.
type Upload struct {
	File    File
	Message Message // next to it: a text, and About
	// Content fetches what is in it: at most MaxFile bytes. It is called each time that
	// the file is uploaded.
	Content func(ctx context.Context) ([]byte, error)
}
