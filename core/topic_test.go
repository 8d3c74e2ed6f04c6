package core

import "testing"

func TestTopicKeys(t *testing.T) {
	for _, tt := range []struct {
		risks, typed string
		want         RiskKey
	}{
		{"R", "T-3", "T-3"},
		{"R", " t-3 ", "T-3"},
		{"R", "3", ""},
		{"R", "R-3", ""},
		{"R", "T-0", ""},
		{"R", "T-", ""},
		{"T", "T-3", ""},
		{"t", "tg-3", "TG-3"},
	} {
		org := &Organisation{KeyPrefix: tt.risks}
		got, ok := org.ParseTopicKey(tt.typed)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%q beside %s-1: got %q, %v", tt.typed, tt.risks, got, ok)
		}
		if ok && !org.IsTopic(got) {
			t.Errorf("%s is no topic beside %s-1", got, tt.risks)
		}
	}
	if org := (&Organisation{KeyPrefix: "R"}); org.IsTopic("R-3") || org.IsTopic("T-0") {
		t.Error("a risk is a topic")
	}
}
