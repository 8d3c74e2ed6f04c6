package slackbot

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/bots"
	"riskroom/core"
)

// view is the part of a modal in a payload that riskroom reads. See
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
type view struct {
	Type            string `json:"type"` // "modal", or "home" for the Home tab
	ID              string `json:"id"`
	Hash            string `json:"hash"`
	CallbackID      string `json:"callback_id"`
	PrivateMetadata string `json:"private_metadata"`
	Blocks          []struct {
		Type    string `json:"type"`
		BlockID string `json:"block_id"`
	} `json:"blocks"`
	State struct {
		// Values are by block_id, then action_id.
		Values map[string]map[string]input `json:"values"`
	} `json:"state"`
}

// input is the state of one input.
type input struct {
	Type            string   `json:"type"`
	Value           string   `json:"value"`
	SelectedOption  *option  `json:"selected_option"`
	SelectedOptions []option `json:"selected_options"`
	SelectedUsers   []string `json:"selected_users"`
	SelectedDate    string   `json:"selected_date"`
	SelectedMoment  int64    `json:"selected_date_time"`
	Files           []file   `json:"files"`
}

// file is the part of an uploaded file that riskroom reads.
type file struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

type option struct {
	Value string `json:"value"`
}

// filled reads a modal that this package rendered.
func (b *Bot) filled(v view) (bots.Filled, error) {
	f := bots.Filled{Form: v.CallbackID, State: map[string]string{}, Values: bots.Values{}}
	if len(v.PrivateMetadata) > maxMetadata {
		return bots.Filled{}, fmt.Errorf("its metadata has %d bytes", len(v.PrivateMetadata))
	}
	if v.PrivateMetadata != "" {
		if err := json.Unmarshal([]byte(v.PrivateMetadata), &f.State); err != nil {
			return bots.Filled{}, fmt.Errorf("its metadata: %w", err)
		}
	}
	for _, block := range slices.Sorted(maps.Keys(v.State.Values)) {
		for key, in := range v.State.Values[block] {
			f.Values[key] = append(f.Values[key], in.values(b.workspace)...) // a field may have two inputs
		}
	}
	if kept := f.State[core.FilesField]; kept != "" {
		if len(f.Values[core.FilesField]) == 0 {
			f.Values[core.FilesField] = strings.Split(kept, betweenFiles)
		}
		delete(f.State, core.FilesField)
	}
	return f, nil
}

// values returns the content of an input as in bots.Values.
func (in input) values(workspace string) []string {
	var out []string
	switch {
	case in.Value != "":
		out = append(out, in.Value)
	case in.SelectedDate != "":
		out = append(out, in.SelectedDate)
	case in.SelectedMoment != 0:
		out = append(out, time.Unix(in.SelectedMoment, 0).UTC().Format(time.RFC3339))
	case in.SelectedOption != nil && in.SelectedOption.Value != "":
		out = append(out, in.SelectedOption.Value)
	}
	for _, o := range in.SelectedOptions {
		out = append(out, o.Value)
	}
	for _, f := range in.Files {
		out = append(out, bots.FileValue(core.File{Workspace: workspace, ID: f.ID, Name: core.FileName(f.Name), Size: f.Size}))
	}
	for _, id := range in.SelectedUsers {
		out = append(out, string(core.RefOf(core.Account{Workspace: workspace, ID: id})))
	}
	return out
}

// errors returns a form's errors by block. Slack only accepts errors for inputs,
// so an error that concerns none goes to the first. A view without inputs gets none.
func (v view) errors(errs []bots.FieldError) map[string]string {
	out := make(map[string]string, len(errs))
	for _, e := range errs {
		id := v.blockOf(e.Field)
		if id == "" {
			continue
		}
		if before := out[id]; before != "" {
			out[id] = before + " " + e.Text
			continue
		}
		out[id] = e.Text
	}
	return out
}

// blockOf returns the input block of a field, or the first input block.
func (v view) blockOf(field string) string {
	first := ""
	for _, b := range v.Blocks {
		if b.Type != "input" {
			continue
		}
		if first == "" {
			first = b.BlockID
		}
		if field != "" && (b.BlockID == field || v.holds(b.BlockID, field)) {
			return b.BlockID
		}
	}
	return first
}

// holds reports whether a block is a variant of a field.
func (v view) holds(block, field string) bool {
	if _, ok := v.State.Values[block][field]; ok {
		return true
	}
	rest, ok := strings.CutPrefix(block, field+".")
	return ok && len(rest) == 8
}
