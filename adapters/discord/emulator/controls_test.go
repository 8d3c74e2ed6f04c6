package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
)

// native is a modal with every component that people choose in, and a text.
const native = `{"type":9,"data":{"custom_id":"file","title":"File a risk","components":[
	{"type":10,"content":"About **R-1**"},
	{"type":18,"label":"Module","description":"Where it is","component":{"type":3,"custom_id":"module","options":[
		{"label":"Payments","value":"pay"},{"label":"Ledger","value":"led","default":true}]}},
	{"type":18,"label":"Severity","component":{"type":21,"custom_id":"severity","required":false,"options":[
		{"label":"High","value":"h"},{"label":"Low","value":"l"}]}},
	{"type":18,"label":"Handlers","component":{"type":22,"custom_id":"handlers","options":[
		{"label":"lin","value":"l","default":true},{"label":"wei","value":"w","default":true}]}},
	{"type":18,"label":"Witness","component":{"type":7,"custom_id":"witness","required":false,"min_values":0,"max_values":25,
		"default_values":[{"type":"user","id":"` + lin + `"}]}}]}}`

func TestNativeModal(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(native), nil)
	reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := emulator.Values{"module": "led", "severity": "", "handlers": "l\nw", "witness": lin}
	if diff := cmp.Diff(want, reply.Modal.Values); diff != "" || reply.Modal.Text != "About R-1" || reply.Modal.Inputs[0]["label"] != "Module" {
		t.Errorf("%+v %s", reply.Modal, diff)
	}
	for id, v := range map[string]string{"module": "Cards", "handlers": "lin\nmax", "witness": nobody} {
		if _, err := b.SubmitModal(t.Context(), lin, emulator.Values{id: v}); err == nil {
			t.Errorf("%s: %q was chosen", id, v)
		}
	}
	reply, err = b.SubmitModal(t.Context(), lin, emulator.Values{"module": "pay\nled", "handlers": ""})
	if err != nil || reply.Sent || len(reply.Errors) != 2 {
		t.Errorf("%+v %v", reply, err)
	}
	a.answer = saying(`{"type":4,"data":{"content":"filed"}}`)
	chosen := emulator.Values{"module": "Payments", "severity": "High", "handlers": "wei", "witness": "wei\noncall"}
	if _, err = b.SubmitModal(t.Context(), lin, chosen); err != nil {
		t.Fatal(err)
	}
	data := a.all()[len(a.all())-1].payload["data"].(object)
	got, err := json.Marshal(data["components"])
	if err != nil {
		t.Fatal(err)
	}
	sent := `[{"id":1,"type":10},` +
		`{"component":{"custom_id":"module","id":3,"type":3,"values":["pay"]},"id":2,"type":18},` +
		`{"component":{"custom_id":"severity","id":5,"type":21,"value":"h"},"id":4,"type":18},` +
		`{"component":{"custom_id":"handlers","id":7,"type":22,"values":["w"]},"id":6,"type":18},` +
		`{"component":{"custom_id":"witness","id":9,"type":7,"values":["` + wei + `","` + oncall + `"]},"id":8,"type":18}]`
	if diff := cmp.Diff(sent, string(got)); diff != "" {
		t.Error(diff)
	}
	resolved := data["resolved"].(object)
	if resolved["users"].(object)[wei] == nil || resolved["members"].(object)[wei] == nil || resolved["roles"].(object)[oncall] == nil {
		t.Errorf("resolved %v", resolved)
	}
	if err := b.Close(); err != nil { // by Discord's document too
		t.Error(err)
	}
}

func TestNativeModalInTheBrowser(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(native), nil)
	if err := b.Hands().Command(t.Context(), lin, public, "/risk list"); err != nil {
		t.Fatal(err)
	}
	w := b.View().Windows[0]
	var shown []string
	for _, p := range w.Parts {
		if p.Input != nil {
			shown = append(shown, fmt.Sprint(p.Input.Label, " ", p.Input.Kind, " ", p.Input.Many, " ", p.Input.Required, " ", len(p.Input.Options), " ", p.Input.Hint))
		}
	}
	want := []string{"Module select false true 2 Where it is", "Severity select false false 2 ", "Handlers select true true 2 ", "Witness select true false 8 "}
	if diff := cmp.Diff(want, shown); diff != "" || stage.PlainText(nil, w.Parts[:1]) != "About R-1" {
		t.Errorf("%+v %s", w.Parts[0], diff)
	}
	if err := b.Hands().Choose(t.Context(), lin, w.ID, "handlers", "w"); err != nil {
		t.Fatal(err)
	}
	a.answer = saying(`{"type":4,"data":{"content":"filed"}}`)
	problems, err := b.Hands().Submit(t.Context(), lin, w.ID, map[string][]string{"witness": {lin, oncall}, "severity": nil})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	sent, err := json.Marshal(a.all()[len(a.all())-1].payload["data"])
	if err != nil || !strings.Contains(string(sent), `"values":["w"]`) || !strings.Contains(string(sent), `"value":null`) {
		t.Errorf("sent %s %v", sent, err)
	}
}

func TestNativeModalsThatDiscordRefuses(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	two := `"options":[{"label":"a","value":"a"},{"label":"b","value":"b"}]`
	for component, want := range map[string]string{
		`{"type":2,"custom_id":"x"}`: "component.type",
		`{"type":3,"custom_id":"x"}`: "component.options",
		`{"type":3,"custom_id":"x","options":[{"label":"a","value":"a"},{"label":"b","value":"a"}]}`:                               "options.1.value",
		`{"type":3,"custom_id":"x","options":[{"label":"a","value":"a","default":true},{"label":"b","value":"b","default":true}]}`: "component:",
		`{"type":3,"custom_id":"x","max_values":3,` + two + `}`:                                                                    "max_values",
		`{"type":3,"custom_id":"x","min_values":0,` + two + `}`:                                                                    "min_values",
		`{"type":3,"custom_id":"x","options":[{"label":"` + strings.Repeat("x", 101) + `","value":"a"}]}`:                          "options.0.label",
		`{"type":21,"custom_id":"x","options":[{"label":"a","value":"a"}]}`:                                                        "options",
		`{"type":5,"custom_id":"x","default_values":[{"type":"role","id":"` + oncall + `"}]}`:                                      "default_values.0.type",
		`{"type":5,"custom_id":"x","default_values":[{"type":"user","id":"` + lin + `"},{"type":"user","id":"` + wei + `"}]}`:      "component:",
		`{"type":4,"custom_id":"x"}`: "component.style",
		`{"type":3,` + two + `}`:     "custom_id",
		`null`:                       "components.0.component",
	} {
		a.answer = saying(`{"type":9,"data":{"custom_id":"m","title":"a","components":[{"type":18,"label":"x","component":` + component + `}]}}`)
		if _, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", component, err, want)
		}
	}
}
