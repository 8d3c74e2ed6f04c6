package simulate

import "testing"

// FuzzParse reads scenarios. What is read without an error can be completed and put in order.
func FuzzParse(f *testing.F) {
	cfg := configOf(f, "configs/full.yaml")
	for _, seed := range []string{
		"start: \"2026-03-02 09:00\"\nfor: 30d\nmembers: { acme/oncall: [lin] }\n",
		"risks: [{ title: a, by: lin, handlers: [\"@x\", acme/U1], due_at: 2026-03-01, fields: { amount: 1, impact: all, experts: lin } }]\n",
		"actions: [{ at: \"2026-03-02 09:00\", by: lin, do: /risk list }]\n", "start：9", "risks: {}", "for: 9999d",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		s, problems := Parse("s.yaml", []byte(src), "", cfg)
		if len(problems.Errors()) > 0 {
			return
		}
		if s = s.complete(cfg, bench); s.End().Before(s.Start) {
			t.Errorf("%q ends before it starts", src)
		}
		_, _ = s.Names(), s.deeds()
	})
}

// FuzzParseCSV reads tables.
func FuzzParseCSV(f *testing.F) {
	cfg := configOf(f, "configs/full.yaml")
	for _, seed := range []string{
		"title\nLedger\n", "key,status,title,handlers,fields.amount\nR-1,pending,'=a,\"lin, wei\",1\n", "title,due_at\n\"a\n", "\ufefftitle\n", "a,b\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		s, problems := ParseCSV("s.csv", []byte(src), "", cfg)
		if len(problems.Errors()) == 0 {
			_, _ = s.complete(cfg, bench).Names(), s.deeds()
		}
	})
}
