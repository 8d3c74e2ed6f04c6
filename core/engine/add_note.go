package engine

import "riskroom/core"

// AddNote adds a note to a risk. Whoever may change its status may do so. The note is
// posted in the risk's item group.
type AddNote struct {
	Risk  core.RiskKey
	Text  string
	Quote *core.Quote // the message that becomes the note, nil if the person wrote it
}
