package core

// Refusal is the answer to a person's mistake, or to a request that the person isn't
// allowed to make. Its wording is the text "refusal.<Code>" with Args.
type Refusal struct {
	Kind  Kind // Invalid, NotFound, Conflict or Denied
	Code  string
	Field string         // the form's field: title, module, severity, discovered_at, due_at, description, handlers, status, note, node, fields.<key>; "" for none
	Args  map[string]any // for the wording
	Also  []*Refusal     // more of them, for other fields
	Risk  *Risk          // the current risk, for a Conflict
	Left  []string       // fields of the form that the person left as they saw them and that have changed since, for a Conflict
}

// Refuse returns a Refusal. args alternate between names and values.
func Refuse(kind Kind, code, field string, args ...any) *Refusal {
	r := &Refusal{Kind: kind, Code: code, Field: field, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		r.Args[args[i].(string)] = args[i+1]
	}
	return r
}

// Error returns the code. The caller that shows a refusal to a person words it.
func (r *Refusal) Error() string { return "refused: " + r.Code }

// All returns r and those in Also.
func (r *Refusal) All() []*Refusal { return append([]*Refusal{r}, r.Also...) }
