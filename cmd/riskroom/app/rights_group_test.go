package app

import (
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

// checkGroups has everybody try to see and to change a risk's group, whose owner is the
// lead, and a topic group whose owner is the lead and whose admin is the handler; the
// member is in it.
func (h *rightsBundle) checkGroups(t *testing.T, may map[role]right, topic engine.Group) {
	t.Helper()
	risk := h.filed(t, "groups", "Rooms")
	h.bindingOf(t, risk, func(b engine.Binding) bool { return !b.Badge.IsZero() })
	try := func(who role, what string, key core.RiskKey, sign string, allowed bool) string {
		t.Helper()
		said, err := h.work(t.Context(), who, "group "+what, key)
		if err != nil || strings.Contains(said, sign) != allowed {
			t.Errorf("%s, group %s %s: allowed is %v, and the reply is %q, %v", who, what, key, allowed, said, err)
		}
		return said
	}
	for who, may := range may {
		if h.id(who) == "" {
			continue
		}
		for _, c := range []struct {
			key        core.RiskKey
			sees, sets bool
			hidden     string
		}{
			{risk, may.read || who == lead, who == lead || who == administrator, "There is no risk "},
			{topic.Key, who == lead || who == handler || who == administrator || who == member, who == lead || who == handler || who == administrator, "There is no topic "},
		} {
			shown := try(who, "show", c.key, "In flows: home/", c.sees)
			form := try(who, "settings", c.key, "Channel settings", c.sets)
			if refused := strings.Contains(form, "You can't change"); refused != (c.sees && !c.sets) {
				t.Errorf("%s, group settings %s: %q", who, c.key, form)
			}
			if hidden := c.hidden + string(c.key) + ", or you don't have access to it"; !c.sees && (!strings.Contains(shown, hidden) || !strings.Contains(form, hidden)) {
				t.Errorf("%s can distinguish a hidden %s from none: %q, %q", who, c.key, shown, form)
			}
		}
	}
}
