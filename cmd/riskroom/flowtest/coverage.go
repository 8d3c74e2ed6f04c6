package flowtest

import (
	"slices"
	"sync"

	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// Coverage is what the tests of a config file have tried of its flows.
type Coverage struct {
	Config string

	mu    sync.Mutex
	parts []Part // in the file's order
}

// Part is a part of a flow that tests can try.
type Part struct {
	Flow      string `json:"flow"`
	Step      string `json:"step,omitempty"` // "" for the flow itself
	What      Trial  `json:"what"`
	Condition string `json:"condition,omitempty"` // of all but Acts: a part of an if or until, as simulate has them
	Covered   bool   `json:"covered"`
}

// Trial is what can be tried of a part.
type Trial string

// The trials.
const (
	Acts       Trial = "acts"        // the flow or step is carried out
	IfTrue     Trial = "if_true"     // its condition is true
	IfFalse    Trial = "if_false"    // its condition is false
	UntilTrue  Trial = "until_true"  // the condition that ends its repeats is true
	UntilFalse Trial = "until_false" // that condition is false
)

// NewCoverage returns the parts of a config file's flows, of which nothing was tried.
func NewCoverage(name string, cfg *config.Config) *Coverage {
	c := &Coverage{Config: name}
	for _, f := range cfg.Flows {
		c.add(f.Name, "", f.If)
		if t, ok := f.Trigger.(flow.DateTrigger); ok && t.Repeat != nil {
			c.addCondition(f.Name, "", t.Repeat.Until, UntilTrue, UntilFalse)
		}
		for _, s := range f.Steps {
			c.add(f.Name, s.Key(), s.If)
		}
	}
	return c
}

func (c *Coverage) add(flow, step string, condition *flow.Condition) {
	c.parts = append(c.parts, Part{Flow: flow, Step: step, What: Acts})
	c.addCondition(flow, step, condition, IfTrue, IfFalse)
}

func (c *Coverage) addCondition(flow, step string, condition *flow.Condition, whether ...Trial) {
	for _, source := range condition.PartSources() {
		for _, what := range whether {
			c.parts = append(c.parts, Part{Flow: flow, Step: step, What: what, Condition: source})
		}
	}
}

// Parts returns all parts.
func (c *Coverage) Parts() []Part {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.parts)
}

// Percent returns how much was tried. It is 100 only if everything was.
func (c *Coverage) Percent() int {
	all := c.Parts()
	if len(all) == 0 {
		return 100
	}
	done := 0
	for _, p := range all {
		if p.Covered {
			done++
		}
	}
	return done * 100 / len(all)
}

// cover notes that a part was tried.
func (c *Coverage) cover(p Part) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.parts, p); i >= 0 {
		c.parts[i].Covered = true
	}
}

// evaluated notes the value of a condition.
func (c *Coverage) evaluated(e engine.Evaluation) {
	parts, err := e.Condition.Parts(e.Env)
	if err != nil {
		return // the run fails, too
	}
	for _, p := range parts {
		what := IfFalse
		switch {
		case e.Until && p.Holds:
			what = UntilTrue
		case e.Until:
			what = UntilFalse
		case p.Holds:
			what = IfTrue
		}
		c.cover(Part{Flow: e.Run.Flow, Step: e.Step, What: what, Condition: p.Source})
	}
}

// done notes that a step was carried out.
func (c *Coverage) done(run engine.RunID, step string) {
	c.cover(Part{Flow: run.Flow, What: Acts})
	c.cover(Part{Flow: run.Flow, Step: step, What: Acts})
}

// Says describes a part that wasn't tried.
func (p Part) Says() text.Phrase {
	where := text.Phrasef("%s", p.Flow)
	if p.Step != "" {
		where = text.Phrasef("%s, step %s", p.Flow, p.Step)
	}
	switch p.What {
	case IfTrue:
		return text.Phrasef("%s: never true: %s", where, p.Condition)
	case IfFalse:
		return text.Phrasef("%s: never false: %s", where, p.Condition)
	case UntilTrue:
		return text.Phrasef("%s: until was never true: %s", where, p.Condition)
	case UntilFalse:
		return text.Phrasef("%s: until was never false: %s", where, p.Condition)
	case Acts:
	}
	return text.Phrasef("%s: never carried out", where)
}
