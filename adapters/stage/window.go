package stage

// Window is a dialog that somebody has open.
type Window struct {
	ID      string `json:"id"`
	Version string `json:"version"` // differs after every change of its content
	Person  string `json:"person"`  // who has it open
	Title   string `json:"title"`
	Submit  string `json:"submit,omitempty"` // the label of the button; "" if there is nothing to submit
	Close   string `json:"close,omitempty"`  // likewise; "" is the platform's own word
	Parts   []Part `json:"parts"`
}

// InputKind is a kind of input.
type InputKind string

// The kinds of input and their values. An empty list empties an input.
const (
	TextInput     InputKind = "text"      // one line
	LongTextInput InputKind = "long_text" // several
	NumberInput   InputKind = "number"    // digits
	SelectInput   InputKind = "select"    // values of Options
	DateInput     InputKind = "date"      // 2026-11-20
	MomentInput   InputKind = "moment"    // seconds of Unix time
	FileInput     InputKind = "file"      // what Acts.Upload returned
)

// Option is a choice.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Input is something that a person fills in or chooses from.
type Input struct {
	ID          string    `json:"id"` // unique in its window; an input with a new ID begins empty
	Kind        InputKind `json:"kind"`
	Label       string    `json:"label,omitempty"`
	Hint        string    `json:"hint,omitempty"`
	Placeholder string    `json:"placeholder,omitempty"`
	Required    bool      `json:"required,omitempty"`
	Many        bool      `json:"many,omitempty"`      // several options may be chosen
	Max         int       `json:"max,omitempty"`       // characters, or files; 0 is any number
	MaxBytes    int       `json:"max_bytes,omitempty"` // of a file
	Options     []Option  `json:"options,omitempty"`
	Values      []string  `json:"values,omitempty"` // what it holds
	Files       []File    `json:"files,omitempty"`  // those of Values, each with its value as the ID
	Problem     string    `json:"problem,omitempty"`
	Live        bool      `json:"live,omitempty"` // the bot receives a choice at once, and may change the window
}
