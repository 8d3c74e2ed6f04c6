package core

// Refusal is the answer to what a person did wrong, or may not do. Its wording is the
// text "refusal.<Code>" with Args.
type Refusal struct {
	Kind  Kind // Invalid, NotFound, Conflict or Denied
	Code  string
	Field string         // of the form: title, module, severity, discovered_at, due_at, description, handlers, status, note, fields.<key>; "" for none
	Args  map[string]any // for the wording
	Also  []*Refusal     // further ones, for other fields
	Risk  *Risk          // how the risk stands, of a Conflict
}

// Refuse returns a Refusal. args are names and values in turn.
func Refuse(kind Kind, code, field string, args ...any) *Refusal {
	r := &Refusal{Kind: kind, Code: code, Field: field, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		r.Args[args[i].(string)] = args[i+1]
	}
	return r
}

// Error returns the code: what people read is worded by whoever shows it.
func (r *Refusal) Error() string { return "refused: " + r.Code }

// All returns r and the further refusals.
func (r *Refusal) All() []*Refusal { return append([]*Refusal{r}, r.Also...) }
