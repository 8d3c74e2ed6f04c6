package bots

import (
	"encoding/json"

	"riskroom/core"
	"riskroom/core/text"
)

// FileValue returns an uploaded file as a value of a form.
func FileValue(f core.File) string {
	b, _ := json.Marshal(f) // strings and a number: can't fail
	return string(b)
}

// filesOf reads what FileValue wrote, and skips anything else.
func filesOf(values []string) []core.File {
	var out []core.File
	for _, v := range values {
		var f core.File
		if json.Unmarshal([]byte(v), &f) == nil {
			out = append(out, f)
		}
	}
	return out
}

func fileValues(files []core.File) []string {
	var out []string
	for _, f := range files {
		out = append(out, FileValue(f))
	}
	return out
}

// filesField returns the field for attachments, which names those that are uploaded.
func filesField(p text.Printer, uploaded []string) Field {
	f := Field{Key: core.FilesField, Kind: FileKind, Label: p.Field(core.FilesField), Many: true, Max: core.MaxFiles, Initial: uploaded}
	f.Hint = p.S("commands.form.file.files", text.Args{"Max": core.MaxFiles, "Size": core.MaxFile >> 20})
	if len(uploaded) > 0 {
		f.Hint = p.S("commands.form.file.files.kept", text.Args{"Files": fileNames(p, filesOf(uploaded))})
	}
	return f
}

func fileNames(p text.Printer, files []core.File) string {
	var names []string
	for _, f := range files {
		names = append(names, core.FileName(f.Name))
	}
	return p.List(names)
}
