package flow

import (
	"encoding/json"
	"fmt"
	"time"

	"riskroom/core"
)

// WaitDef holds the steps after it back.
type WaitDef struct {
	For string `json:"wait"` // "4h", "1d", "1wd"
}

// Wait holds the steps after it back. After that, the flow's condition is evaluated again.
type Wait struct {
	For   string      // as written
	delay DateTrigger // only what Due needs
}

// Until returns when a wait ends that begins at a time.
func (w *Wait) Until(start time.Time) time.Time { return w.delay.Due(start) }

// Kind implements ActionDef.
func (*WaitDef) Kind() string { return "wait" }

// Form implements ActionDef. It has one key, in place of a mapping.
func (d *WaitDef) Form() Form {
	return Form{
		Help: "Waits before the steps after it: 4h, 1d, or 1wd for a working day. Then the flow's if is evaluated again; if it is false by then, the rest of the flow is skipped.",
		Bare: true,
		Keys: []Key{{Name: d.Kind(), Kind: TextKey, Required: true, Hint: delayHint(), Text: &d.For,
			Help: "How long to wait."}},
	}
}

// MarshalJSON writes the delay alone.
func (d *WaitDef) MarshalJSON() ([]byte, error) { return json.Marshal(d.For) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *WaitDef) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &d.For); err != nil {
		return fmt.Errorf("wait: %w", err)
	}
	return nil
}

func (d *WaitDef) compile(c *stepCompiler, path string, s *Step) Action {
	w := &Wait{For: d.For, delay: DateTrigger{zone: c.scope.zone}}
	if d.For != "" {
		w.delay.Delay, _ = c.countdown(path, RuleStep, d.For, &w.delay)
	}
	switch {
	case c.number == c.count:
		c.report(path, 0, RuleStep, "no step comes after this wait: remove it")
	case s.Workspace != "":
		c.report(path, 0, RuleStep, "a wait acts nowhere: leave out workspace")
	case s.OnError != "":
		c.report(path, 0, RuleStep, "a wait can't fail: leave out on_error")
	}
	return w
}

// Kind implements Action.
func (*Wait) Kind() string { return (*WaitDef)(nil).Kind() }

// Uses implements Action: nothing.
func (*Wait) Uses() core.Uses { return core.Uses{} }

func (*Wait) action() {}
